"""The REST layer: from an HTTP request to a route, and from its result to an answer."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote

from flask import Blueprint, Response, current_app, request

from sync.sandbox.shop import routes_orders, routes_papers, routes_store, routing
from sync.sandbox.shop.auth import Gate, SignedRequest
from sync.sandbox.shop.errors import ShopError
from sync.sandbox.shop.faults import PAGE_503
from sync.sandbox.shop.shop import Shop
from sync.sandbox.shop.transactions import PAGE_502, ServerDied
from sync.sandbox.shop.versions import VERSIONS

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ROUTE_MODULES = (routes_orders, routes_papers, routes_store)  # importing registers them
STORES = ("default", "all", "de", "b2b_en")
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]
KNOWN_METHODS = METHODS[:4]
UNAUTHORIZED = "The consumer isn't authorized to access %resources."
PAGE_500 = (
    "<!doctype html>\n<html>\n<head><title>There has been an error processing your request"
    "</title></head>\n<body></body>\n</html>\n"
)
blueprint = Blueprint("rest", __name__)


def split(path: str) -> tuple[str, str] | None:
    """Store code and route of a path below /rest; None if it is no API path."""
    head, _, rest = path.strip("/").partition("/")
    if head == "V1":
        return "default", rest
    version, _, below = rest.partition("/")
    return (head, below) if version == "V1" else None


def operation_of(environ: WSGIEnvironment) -> str | None:
    """What faults call the request; None for anything but a REST call."""
    path = environ.get("PATH_INFO", "")
    if not path.startswith("/rest/"):
        return None
    parts = split(path.removeprefix("/rest/"))
    found = routing.match(environ["REQUEST_METHOD"], parts[1]) if parts else None
    return found[0].operation if found else "other"


@blueprint.route("/rest/<path:path>", methods=METHODS, provide_automatic_options=False)
def rest(path: str) -> Response:
    """Any REST call."""
    shop: Shop = current_app.extensions["shop"]
    settings = shop.settings()
    if settings["maintenance"]:
        return Response(PAGE_503, 503, content_type="text/html; charset=UTF-8")
    if not _acceptable(request.headers.get("Accept", "")):
        return Response(PAGE_500, 500, content_type="text/html; charset=UTF-8")
    try:
        return _json(200, _dispatch(shop, path, settings))
    except ShopError as error:
        return _json(error.status, error.as_json())
    except ServerDied:
        return Response(PAGE_502, 502, content_type="text/html")


def _acceptable(accept: str) -> bool:
    kinds = [part.partition(";")[0].strip() for part in accept.split(",") if part.strip()]
    return not kinds or any(k in ("*/*", "application/*", "application/json") for k in kinds)


def _json(status: int, document: Any) -> Response:
    answer = Response(json.dumps(document), status, content_type="application/json; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    answer.set_cookie("PHPSESSID", secrets.token_hex(13), max_age=3600, httponly=True)
    return answer


def _dispatch(shop: Shop, path: str, settings: dict[str, Any]) -> Any:
    parts = split(path)
    if parts is None:
        raise ShopError(404, "Request does not match any route.")
    if parts[0] not in STORES:
        raise ShopError(400, "Specified request cannot be processed.")
    if request.method not in KNOWN_METHODS:
        raise ShopError(405, f"The {request.method} HTTP method is not supported.")
    found = routing.match(request.method, parts[1].rstrip("/"))
    if found is None:
        raise ShopError(404, "Request does not match any route.")
    route, ids = found
    gate: Gate = current_app.extensions["shop_gate"]
    _authorize(gate, route, settings)
    query = parse_qsl(request.query_string.decode(), keep_blank_values=True)
    answer = route.handler(routing.Call(shop, gate, ids, query, _body(), parts[0]))
    return routing.project(answer, query)


def _authorize(gate: Gate, route: routing.Route, settings: dict[str, Any]) -> None:
    if route.resource == routing.PUBLIC:
        return
    signed = SignedRequest(
        request.method,
        f"{request.scheme}://{request.host}{_raw_path()}",
        request.query_string.decode(),
        request.headers.get("Authorization", ""),
    )
    caller = gate.caller(signed, integration_as_bearer=settings["integration_as_bearer"])
    rights = settings[f"{caller}_rights"] if caller else ""
    needed = VERSIONS[settings["version"]].right(route.resource)
    if rights != "all" and needed not in rights.replace(" ", "").split(","):
        raise ShopError(401, UNAUTHORIZED, {"resources": needed})


def _raw_path() -> str:
    raw: str = request.environ.get("REQUEST_URI") or quote(request.path)
    raw = raw.partition("?")[0]
    return raw if raw.startswith("/") else "/" + raw.split("/", 3)[-1]


def _body() -> Any:
    """The decoded body. Raises ShopError 400 [533, 536, 537]."""
    data = request.get_data()
    if not data.strip() or request.method not in ("POST", "PUT"):
        return {}
    if not request.mimetype:
        raise ShopError(400, "Content-Type header is empty.")
    if request.mimetype != "application/json":
        raise ShopError(
            400,
            "Server cannot understand Content-Type HTTP header media type " + request.mimetype,
        )
    try:
        return json.loads(data)
    except ValueError as error:
        raise ShopError(400, "Decoding error.") from error
