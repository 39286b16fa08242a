"""The shop's own pages: orders, one order, placing orders, mailbox, faults, settings."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from sync.sandbox.shop import factory, gateway, settings, stock
from sync.sandbox.shop.control import MOST_AT_ONCE, books_of, faults, shop
from sync.sandbox.shop.documents import Doc
from sync.sandbox.shop.errors import ShopError
from sync.sandbox.shop.faults import KINDS, BadFault
from sync.sandbox.shop.odd_answers import ODD_ANSWERS
from sync.sandbox.shop.routing import ROUTES, rights
from sync.sandbox.shop.store import Books

PAGE_SIZE = 25
MAILS_SHOWN = 200
blueprint = Blueprint("pages", __name__)


@blueprint.app_context_processor
def played_version() -> dict[str, str]:
    """The version that every page names."""
    return {"version": shop().version.name}


@blueprint.app_template_filter("money")
def money(value: Any, currency: str = "") -> str:
    """An amount with its currency."""
    return f"{float(value or 0):,.2f} {currency}".strip()


@blueprint.app_template_filter("quantity")
def quantity(value: Any) -> str:
    """A quantity without a useless fraction."""
    return f"{float(value or 0):g}"


@blueprint.get("/")
def orders() -> str:
    """All orders, newest first; found by number, external number, e-mail or name."""
    text = request.args.get("q", "").strip()
    page = max(request.args.get("page", 1, type=int), 1)
    where, arguments = "1=1", []
    if text:
        where = (
            "increment_id LIKE ? OR ext_order_id LIKE ? OR customer_email LIKE ?"
            " OR customer_lastname LIKE ?"
        )
        arguments = [f"%{text}%"] * 4
    with shop().store.reading() as books:
        total = books.rows(f'SELECT count(*) AS n FROM "order" WHERE {where}', arguments)[0]["n"]
        found = books.rows(
            f'SELECT doc FROM "order" WHERE {where} ORDER BY entity_id DESC LIMIT ? OFFSET ?',
            [*arguments, PAGE_SIZE, (page - 1) * PAGE_SIZE],
        )
        rows = [_row(books, json.loads(row["doc"])) for row in found]
    pages = max((total + PAGE_SIZE - 1) // PAGE_SIZE, 1)
    return render_template("orders.html", rows=rows, q=text, page=page, pages=pages, total=total)


def _row(books: Books, order: Doc) -> Doc:
    order_id = order["entity_id"]
    mails = books.rows("SELECT count(*) AS n FROM mail WHERE order_id = ?", (order_id,))
    return {
        "order": order,
        "shipments": books.of_order("shipment", order_id),
        "invoices": books.of_order("invoice", order_id),
        "mails": mails[0]["n"],
    }


@blueprint.get("/order/<increment_id>")
def order(increment_id: str) -> str:
    """One order with its papers and mails."""
    found = books_of(increment_id)
    if not found:
        abort(404)
    return render_template("order.html", books=found)


STAFF = "cancel, hold, unhold, check, release, edit"


@blueprint.post(f"/order/<increment_id>/<int:entity_id>/<any({STAFF}):action>")
def change(increment_id: str, entity_id: int, action: str) -> Any:
    """What the shop's staff do with an order; refused where Magento refuses."""
    try:
        if action == "edit":
            increment_id = str(factory.edit(shop(), entity_id)["increment_id"])
        else:
            shop().move(entity_id, action)
    except ShopError as refused:
        return f"Refused: {refused}", 409
    return redirect(url_for("pages.order", increment_id=increment_id))


@blueprint.route("/place", methods=["GET", "POST"])
def place() -> str | tuple[str, int]:
    """Place orders of a shape."""
    placed: list[Doc] = []
    error = ""
    if request.method == "POST":
        count = request.form.get("count", 1, type=int)
        try:
            for _ in range(min(max(count, 1), MOST_AT_ONCE)):
                customer = request.form.to_dict()
                placed.append(factory.place(shop(), request.form.get("shape", ""), customer))
        except factory.UnknownShape as problem:
            error = str(problem)
    page = render_template("place.html", shapes=factory.MEANING, placed=placed, error=error)
    return (page, 400) if error else page


@blueprint.get("/magento_version")
def magento_version() -> str:
    """The one page that names the version, without its patch: 2.4.7 and 2.4.8 say the same."""
    return "Magento/2.4 (Community)"


@blueprint.get("/mails")
def mails() -> str:
    """The mailbox, newest first."""
    number = request.args.get("order", "").strip()
    with shop().store.reading() as books:
        found = (
            books.mails("increment_id = ?", (number,)) if number else books.mails(limit=MAILS_SHOWN)
        )
    return render_template("mails.html", mails=found, number=number)


@blueprint.get("/mails/<int:mail_id>")
def mail(mail_id: int) -> str:
    """One mail as its reader would see it."""
    with shop().store.reading() as books:
        found = books.mails("id = ?", (mail_id,))
    if not found:
        abort(404)
    return render_template("letter.html", mail=found[0])


@blueprint.post("/mails/cron")
def send_queued() -> AnyResponse:
    """Send the queued mails now."""
    shop().send_queued_mails()
    return redirect(url_for("pages.mails"))


@blueprint.route("/faults", methods=["GET", "POST"])
def fault_panel() -> AnyResponse | str | tuple[str, int]:
    """Put faults in force, or take them all away."""
    error = ""
    if request.method == "POST":
        if request.form.get("action") == "clear":
            faults().clear()
            return redirect(url_for("pages.fault_panel"))
        try:
            faults().add(request.form.to_dict())
            return redirect(url_for("pages.fault_panel"))
        except BadFault as problem:
            error = str(problem)
    operations = sorted({route.operation for route in ROUTES})
    page = render_template(
        "faults.html", kinds=KINDS, operations=operations, faults=faults().listed(), error=error,
        odd_answers=ODD_ANSWERS, gateway_answers=gateway.ANSWERS,
    )  # fmt: skip
    return (page, 400) if error else page


@blueprint.route("/settings", methods=["GET", "POST"])
def switches() -> AnyResponse | str | tuple[str, int]:
    """Change settings; an unticked box counts as off."""
    error = ""
    if request.method == "POST":
        changes: dict[str, Any] = {}
        for name, default in settings.DEFAULTS.items():
            if isinstance(default, bool):
                changes[name] = name in request.form
            elif name in request.form:
                changes[name] = request.form[name]
        try:
            shop().change_settings(changes)
            return redirect(url_for("pages.switches"))
        except settings.BadSetting as problem:
            error = str(problem)
    page = render_template(
        "settings.html", values=shop().settings(), meaning=settings.MEANING, error=error,
        choices=settings.CHOICES, rights=rights(shop().version),
        sources=stock.parse(shop().settings()["stock"]),
    )  # fmt: skip
    return (page, 400) if error else page


@blueprint.app_errorhandler(404)
def nothing_here(error: Exception) -> tuple[str, int]:
    """A page that says there is nothing here."""
    return render_template("nothing.html"), 404


@blueprint.get("/favicon.ico")
def icon() -> Response:
    """No icon."""
    return Response(status=204)
