"""The pages of the stand-in: a person plays the warehouse and the billing clerk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for

from . import billing, holding_up, sales_desk, warehouse
from .books import books_of, find_orders
from .control_api import ITEM_ACTIONS, arm, quantities_from, system
from .faults import KINDS
from .function_modules import HANDLERS
from .warehouse import NotFound, NotPossible

blueprint = Blueprint("pages", __name__)


@blueprint.app_template_filter("short")
def short(number: str) -> str:
    """A document number as SAP shows it: without leading zeros."""
    return str(number).lstrip("0") or "0"


@blueprint.app_template_filter("moment")
def moment(text: str | None) -> str:
    """A time on the server's wall clock."""
    if not text:
        return "never"
    return f"{system().clock.local(datetime.fromisoformat(text)):%d %b %Y %H:%M}"


@blueprint.app_template_filter("amount")
def amount(value: Any) -> str:
    """Quantities without needless zeros."""
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


@blueprint.get("/")
def orders() -> Any:
    """Search, or the newest orders; one hit opens at once."""
    text = request.args.get("q", "")
    found = find_orders(system(), text)
    if text.strip() and len(found) == 1:
        return redirect(url_for("pages.order", number=found[0].number))
    return render_template(
        "orders.html", query=text, orders=[books_of(system(), order) for order in found]
    )


@blueprint.get("/orders/<number>")
def order(number: str) -> tuple[str, int] | str:
    """One order with all that followed."""
    try:
        found = warehouse.order_of(system(), number)
    except NotFound as error:
        return render_template("orders.html", query=number, orders=[], problem=str(error)), 404
    return render_template(
        "order.html",
        order=books_of(system(), found),
        links=system().store.flow(preceding=found.number),
        carriers=system().customising.carriers,
        problem=request.args.get("problem", ""),
        done=request.args.get("done", ""),
    )


def _acted(number: str, action: Callable[[], str]) -> Any:
    """Do it, then show the order again with what happened."""
    try:
        return redirect(url_for("pages.order", number=number, done=action()))
    except (NotPossible, ValueError) as error:
        return redirect(url_for("pages.order", number=number, problem=str(error)))


def _quantities() -> dict[int, Any]:
    """Fields ``q_<item>`` of the form; blank means none of that item."""
    return quantities_from(
        {
            name[2:]: value.replace(",", ".")
            for name, value in request.form.items()
            if name.startswith("q_") and value.strip()
        }
    )


@blueprint.post("/orders/<number>/deliver")
def deliver(number: str) -> Any:
    """Create a delivery."""

    def action() -> str:
        others = request.form.get("with_orders", "").replace(",", " ").split()
        quantities = {} if others else _quantities()
        created = warehouse.create_delivery(
            system(),
            warehouse.DeliveryRequest(
                [number, *others],
                quantities,
                bool(request.form.get("batch_split")),
                bool(request.form.get("may_exceed")),
            ),
        )
        return f"Delivery {', '.join(short(n) for n in created)} created"

    return _acted(number, action)


@blueprint.post("/orders/<number>/item")
def change_item(number: str) -> Any:
    """Free goods, its parts or cartons, entered again, or shipped by the supplier."""

    def action() -> str:
        item, change = int(request.form.get("item", "")), request.form.get("change", "")
        if change not in ITEM_ACTIONS:
            raise NotPossible("nothing was chosen")
        ITEM_ACTIONS[change](system(), number, item)
        return "Items changed"

    return _acted(number, action)


@blueprint.post("/orders/<number>/items/<int:item>/<any(reject, reopen):action>")
def on_item(number: str, item: int, action: str) -> Any:
    """Reject a line, or open it again."""
    reason = {"reason": ""} if action == "reopen" else {}

    def _do() -> str:
        sales_desk.reject_line(system(), number, item, **reason)
        return f"Item {item} rejected" if action == "reject" else f"Item {item} opened again"

    return _acted(number, _do)


@blueprint.post("/orders/<number>/delete")
def delete(number: str) -> Any:
    """Delete the order."""
    try:
        sales_desk.delete_order(system(), number)
    except NotPossible as error:
        return redirect(url_for("pages.order", number=number, problem=str(error)))
    return redirect(url_for("pages.orders"))


@blueprint.post("/orders/<number>/deliveries/<delivery>/<action>")
def on_delivery(number: str, delivery: str, action: str) -> Any:
    """Pick, post or reverse goods issue, set tracking, bill."""
    carrier = request.form.get("carrier", "")
    tracking = request.form.get("tracking", "").replace(",", "\n").split("\n")

    def _do() -> str:
        if action == "pick":
            warehouse.pick(system(), delivery, _quantities())
            return "Picked"
        if action == "issue":
            warehouse.post_goods_issue(system(), delivery, carrier, tracking)
            return "Goods issue posted"
        if action == "tracking":
            warehouse.set_tracking(system(), delivery, carrier, tracking)
            return "Tracking numbers changed"
        if action == "reverse":
            warehouse.reverse_goods_issue(system(), delivery)
            return "Goods issue reversed"
        created = billing.bill(system(), billing.BillingRequest(deliveries=[delivery]))
        return f"Billing document {', '.join(short(n) for n in created)} created"

    return _acted(number, _do)


@blueprint.post("/orders/<number>/bill")
def bill(number: str) -> Any:
    """Bill what is billed from the order itself, or make a credit memo or pro forma."""

    def action() -> str:
        kind = request.form.get("type", "F2")
        created = billing.bill(system(), billing.BillingRequest(orders=[number], billing_type=kind))
        return f"Billing document {', '.join(short(n) for n in created)} created"

    return _acted(number, action)


@blueprint.post("/orders/<number>/billing/<document>/cancel")
def cancel(number: str, document: str) -> Any:
    """Cancel a billing document."""
    return _acted(number, lambda: "Cancelled with " + short(billing.cancel(system(), document)))


@blueprint.post("/orders/<number>/lock")
def lock(number: str) -> Any:
    """Lock or unlock the order."""
    user = "MILLER" if request.form.get("lock") else ""
    return _acted(
        number,
        lambda: (
            "Locked" if warehouse.set_order_lock(system(), number, user) and user else "Unlocked"
        ),
    )


@blueprint.post("/orders/<number>/block")
def block(number: str) -> Any:
    """Set or remove one block: credit, delivery or billing."""
    kind, is_set = request.form.get("kind", ""), bool(request.form.get("set"))

    def action() -> str:
        holding_up.set_blocks(system(), number, {kind: is_set})
        return f"{kind.capitalize()} block {'set' if is_set else 'removed'}"

    return _acted(number, action)


@blueprint.get("/sessions")
def sessions() -> str:
    """Who is connected, and which documents are locked."""
    sap = system()
    return render_template(
        "sessions.html",
        sessions=list(sap.sessions.values()),
        locks=sap.store.user_locks(),
        updates=sorted(sap.store.numbers_in_update()),
    )


@blueprint.get("/faults")
def faults() -> str:
    """The fault panel."""
    return render_template(
        "faults.html",
        kinds=KINDS,
        faults=system().faults.as_dicts(),
        functions=sorted(HANDLERS),
        problem=request.args.get("problem", ""),
    )


@blueprint.post("/faults")
def arm_fault() -> Any:
    """Arm or remove faults."""
    form = request.form
    if form.get("clear"):
        system().faults.clear(int(form["clear"]) if form["clear"].isdigit() else None)
        return redirect(url_for("pages.faults"))
    try:
        arm(
            form.get("kind", ""),
            int(form.get("times") or 1),
            float(form.get("seconds") or 0),
            form.get("operation", ""),
            form.get("key", ""),
        )
    except ValueError as error:
        return redirect(url_for("pages.faults", problem=str(error)))
    if form.get("kind") == "refuse":
        return render_template("refusing.html", seconds=float(form.get("seconds") or 5))
    return redirect(url_for("pages.faults"))


@blueprint.route("/settings", methods=["GET", "POST"])
def settings() -> Any:
    """Autopilot, duplicate warning, delay of the update task."""
    if request.method == "POST":
        form = request.form
        try:
            system().settings.change(
                {
                    "autopilot": bool(form.get("autopilot")),
                    "duplicate_po_warning": bool(form.get("duplicate_po_warning")),
                    "free_goods": bool(form.get("free_goods")),
                    "freight_is_group_condition": bool(form.get("freight_is_group_condition")),
                    "autopilot_seconds": form.get("autopilot_seconds") or 5,
                    "update_delay": form.get("update_delay") or 1,
                }
            )
        except ValueError:
            return redirect(url_for("pages.settings"))
        return redirect(url_for("pages.settings", done="saved"))
    return render_template(
        "settings.html",
        settings=system().settings.as_dict(),
        zone=str(system().clock.zone),
        done=request.args.get("done", ""),
        port=current_app.config["server"].port if current_app.config["server"] else 0,
    )
