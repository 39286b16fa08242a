"""JSON routes to steer the shop from tests, scenes and scripts; no login, local use only."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from sync.sandbox.shop import factory, routing
from sync.sandbox.shop.documents import Doc, expand
from sync.sandbox.shop.errors import ShopError
from sync.sandbox.shop.faults import Faults
from sync.sandbox.shop.shop import Shop

MOST_AT_ONCE = 1000
blueprint = Blueprint("control", __name__, url_prefix="/sandbox")


def shop() -> Shop:
    """The shop of the running application."""
    found: Shop = current_app.extensions["shop"]
    return found


def faults() -> Faults:
    """The faults of the running application."""
    found: Faults = current_app.extensions["shop_faults"]
    return found


@blueprint.errorhandler(ValueError)
def bad_request(error: ValueError) -> tuple[Response, int]:
    """Whatever was wrong with the request, in one sentence."""
    return jsonify(error=str(error)), 400


def _sent() -> dict[str, Any]:
    sent = request.get_json(silent=True)
    return sent if isinstance(sent, dict) else request.form.to_dict()


@blueprint.get("/health")
def health() -> Response:
    """Up and answering."""
    return jsonify(ok=True)


@blueprint.post("/orders")
def place_orders() -> Response:
    """Place orders: shape, count, email, firstname, lastname, all optional."""
    sent = _sent()
    count = min(max(int(sent.get("count") or 1), 1), MOST_AT_ONCE)
    orders = [factory.place(shop(), str(sent.get("shape") or ""), sent) for _ in range(count)]
    return jsonify(
        orders=[{k: order[k] for k in ("entity_id", "increment_id")} for order in orders]
    )


def books_of(increment_id: str) -> list[Doc]:
    """All that is known about the orders of one increment id."""
    with shop().store.reading() as books:
        ids = [
            row["entity_id"]
            for row in books.rows(
                'SELECT entity_id FROM "order" WHERE increment_id = ?', (increment_id,)
            )
        ]
        found = []
        for order_id in ids:
            order = books.find("order", order_id) or {}
            papers = {
                f"{kind}s": books.of_order(kind, order_id)
                for kind in ("shipment", "invoice", "creditmemo")
            }
            mails = books.mails("order_id = ?", (order_id,))
            bank = books.payments(order_id)
            found.append({"order": expand(order), **papers, "mails": mails, "gateway": bank})
    return found


@blueprint.get("/orders")
def show_orders() -> tuple[Response, int] | Response:
    """The whole books of one order, by ``increment_id``."""
    found = books_of(request.args.get("increment_id", ""))
    if not found:
        return jsonify(error="no such order"), 404
    return jsonify(**found[0])


STAFF = "cancel, hold, unhold, check, release, ship, invoice, refund"


@blueprint.post(f"/orders/<increment_id>/<any({STAFF}):action>")
def act_as_staff(increment_id: str, action: str) -> tuple[Response, int] | Response:
    """What staff do in the admin panel, without a mail: the whole order, or ``items`` and
    ``arguments`` as the REST call takes them; 409 where Magento refuses."""
    found = books_of(increment_id)
    if not found:
        return jsonify(error="no such order"), 404
    order_id = int(found[0]["order"]["entity_id"])
    papers = {"ship": shop().ship, "invoice": shop().invoice, "refund": shop().refund}
    try:
        if action in papers:
            given = {name: _sent().get(name) for name in ("items", "arguments")}
            asked = {name: value for name, value in given.items() if value}
            return jsonify(entity_id=papers[action](order_id, {**asked, "notify": False}))
        return jsonify(done=shop().move(order_id, action))
    except ShopError as refused:
        return jsonify(error=str(refused)), 409


@blueprint.get("/mails")
def show_mails() -> Response:
    """Mails, newest first: of one order with ``increment_id``, else the last 1000."""
    number = request.args.get("increment_id")
    with shop().store.reading() as books:
        mails = books.mails("increment_id = ?", (number,)) if number else books.mails(limit=1000)
    return jsonify(mails=mails)


@blueprint.get("/settings")
def show_settings() -> Response:
    """All settings."""
    return jsonify(shop().settings())


@blueprint.post("/settings")
def change_settings() -> Response:
    """Change the settings sent; the rest stays."""
    return jsonify(shop().change_settings(_sent()))


@blueprint.get("/rights")
def show_rights() -> Response:
    """The rights the version in force asks for, by the names the settings take."""
    return jsonify(version=shop().version.name, rights=routing.rights(shop().version))


@blueprint.post("/cron")
def run_cron() -> Response:
    """Send the queued mails."""
    return jsonify(sent=shop().send_queued_mails())


@blueprint.get("/faults")
def show_faults() -> Response:
    """Faults in force."""
    return jsonify(faults=faults().listed())


@blueprint.post("/faults")
def add_fault() -> Response:
    """Put a fault in force: kind, times, seconds, operation, status."""
    return jsonify(vars(faults().add(_sent())))


@blueprint.delete("/faults")
def clear_faults() -> Response:
    """Take all faults away; a locked admin account opens again."""
    faults().clear()
    current_app.extensions["shop_gate"].unlock()
    return jsonify(faults=[])
