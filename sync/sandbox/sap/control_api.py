"""The control API of the stand-in: JSON, for tests and the demo; no logon."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, current_app, request

from . import added_items, billing, holding_up, returning, sales_desk, warehouse
from .books import billing_books, books_of, delivery_books, find_orders
from .documents import SalesOrder
from .system import SapSystem
from .warehouse import NotFound, NotPossible

blueprint = Blueprint("control", __name__, url_prefix="/sandbox")
Answer = dict[str, Any]
ITEM_ACTIONS = {
    "free-goods": added_items.add_free_goods,
    "parts": added_items.deliver_in_parts,
    "cartons": added_items.deliver_in_cartons,
    "again": added_items.enter_again,
    "third-party": sales_desk.make_third_party,
}


def system() -> SapSystem:
    """The system the application serves."""
    found: SapSystem = current_app.config["system"]
    return found


@blueprint.errorhandler(NotFound)
def _not_found(error: NotFound) -> tuple[Answer, int]:
    return {"error": str(error)}, 404


@blueprint.errorhandler(NotPossible)
def _not_possible(error: NotPossible) -> tuple[Answer, int]:
    return {"error": str(error)}, 409


@blueprint.errorhandler(ValueError)
def _bad_value(error: ValueError) -> tuple[Answer, int]:
    return {"error": str(error)}, 400


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True) or {}
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")
    return body


def quantities_from(values: dict[str, Any] | None) -> dict[int, Decimal]:
    """Item number → quantity, from JSON or a form; ``ValueError`` if it makes no sense."""
    try:
        return {int(key): Decimal(str(value)) for key, value in (values or {}).items()}
    except (InvalidOperation, AttributeError):
        raise ValueError("quantities must be an object of item number and quantity") from None


@blueprint.get("/health")
def health() -> Answer:
    """Alive."""
    return {"ok": True}


@blueprint.get("/orders")
def orders() -> Answer:
    """The books, all or by customer reference."""
    sap = system()
    sap.run_updates()
    reference = request.args.get("customer_reference")
    if reference is None:
        return {"orders": [books_of(sap, order) for order in find_orders(sap, "", 100)]}
    found = (
        sap.store.get(SalesOrder, number)
        for number in sap.store.find_orders(customer_reference=reference)
    )
    return {"orders": [books_of(sap, order) for order in found if order is not None]}


@blueprint.get("/references")
def references() -> Answer:
    """The customer reference of every order, by its number."""
    sap = system()
    sap.run_updates()
    return sap.store.references()


@blueprint.get("/orders/<number>")
def order(number: str) -> Answer:
    """One order."""
    return books_of(system(), warehouse.order_of(system(), number))


@blueprint.post("/orders/<number>/deliveries")
def create_delivery(number: str) -> Answer:
    """All that is open, or the given quantities; ``with_orders`` combines orders."""
    body = _body()
    wanted = warehouse.DeliveryRequest(
        [number, *body.get("with_orders", [])],
        quantities_from(body.get("quantities")),
        bool(body.get("batch_split")),
        bool(body.get("may_exceed")),
    )
    return {"deliveries": warehouse.create_delivery(system(), wanted)}


@blueprint.post("/orders/<number>/reject")
def reject(number: str) -> Answer:
    """Reject every line (VA02) and delete deliveries that have not left; 409 where goods left."""
    return books_of(system(), sales_desk.reject_order(system(), number))


@blueprint.post("/orders/<number>/items/<int:item>/reject")
def reject_line(number: str, item: int) -> Answer:
    """Reject one line (VA02), or open it again with an empty ``reason``."""
    reason = str(_body().get("reason", "50"))
    return books_of(system(), sales_desk.reject_line(system(), number, item, reason))


@blueprint.delete("/orders/<number>")
def delete_order(number: str) -> Answer:
    """Delete the order (VA02); 409 where documents have followed."""
    sales_desk.delete_order(system(), number)
    return {"deleted": number}


@blueprint.post("/orders/<number>/items/<int:item>/<action>")
def change_item(number: str, item: int, action: str) -> Answer:
    """``free-goods``, ``parts`` (delivered instead of the item), ``cartons`` (told of instead of
    pieces), ``again`` (rejected, and entered as a further item) or ``third-party`` (the supplier
    ships it)."""
    if action not in ITEM_ACTIONS:
        raise NotFound(f"an item has no action {action!r}; known: {', '.join(ITEM_ACTIONS)}")
    return books_of(system(), ITEM_ACTIONS[action](system(), number, item))


@blueprint.post("/orders/<number>/returns")
def create_returns(number: str) -> Answer:
    """A returns order (``order_type`` RE) or credit memo request (G2) made from an order."""
    order_type = str(_body().get("order_type", returning.RETURNS))
    return books_of(system(), returning.create_from(system(), number, order_type))


@blueprint.post("/orders/<number>/lock")
def lock(number: str) -> Answer:
    """As if a person had the order open."""
    user = str(_body().get("user") or "MILLER").upper()
    return {"locked": warehouse.set_order_lock(system(), number, user), "user": user}


@blueprint.post("/orders/<number>/blocks")
def blocks(number: str) -> Answer:
    """Set (true) or remove (false) the blocks ``credit``, ``delivery`` and ``billing``."""
    wanted = {str(name): bool(value) for name, value in _body().items()}
    return books_of(system(), holding_up.set_blocks(system(), number, wanted))


@blueprint.post("/orders/<number>/unlock")
def unlock(number: str) -> Answer:
    """The person has left the order."""
    return {"unlocked": warehouse.set_order_lock(system(), number, "")}


@blueprint.get("/deliveries/<number>")
def delivery(number: str) -> Answer:
    """One delivery."""
    return delivery_books(system(), warehouse.delivery_of(system(), number))


@blueprint.post("/deliveries/<number>/pick")
def pick(number: str) -> Answer:
    """All, or the given quantities by delivery item."""
    warehouse.pick(system(), number, quantities_from(_body().get("quantities")))
    return delivery(number)


@blueprint.post("/deliveries/<number>/goods-issue")
def goods_issue(number: str) -> Answer:
    """Post goods issue, with carrier and tracking numbers if known."""
    body = _body()
    warehouse.post_goods_issue(
        system(),
        number,
        str(body.get("carrier", "")),
        _texts(body.get("tracking", [])),
        str(body.get("external_delivery_id", "")),
    )
    return delivery(number)


@blueprint.post("/deliveries/<number>/reverse-goods-issue")
def reverse_goods_issue(number: str) -> Answer:
    """Back into stock."""
    warehouse.reverse_goods_issue(system(), number)
    return delivery(number)


@blueprint.post("/deliveries/<number>/tracking")
def tracking(number: str) -> Answer:
    """Late or corrected tracking numbers."""
    body = _body()
    warehouse.set_tracking(
        system(), number, str(body.get("carrier", "")), _texts(body.get("tracking", []))
    )
    return delivery(number)


def _texts(values: Any) -> list[str]:
    if not isinstance(values, list):
        raise ValueError("tracking must be a list of texts")
    return [str(value) for value in values]


@blueprint.post("/billing")
def bill() -> Answer:
    """Bill a delivery, an order (its service lines), or several deliveries together."""
    body = _body()
    deliveries = [*body.get("deliveries", []), *filter(None, [body.get("delivery")])]
    orders_wanted = [*body.get("orders", []), *filter(None, [body.get("order")])]
    if not deliveries and not orders_wanted:
        raise ValueError("give delivery, deliveries, order or orders")
    wanted = billing.BillingRequest(
        [str(value) for value in deliveries],
        [str(value) for value in orders_wanted],
        quantities_from(body.get("quantities")),
        str(body.get("type", "F2")),
    )
    return {"billing_documents": billing.bill(system(), wanted)}


@blueprint.get("/billing/<number>")
def billing_document(number: str) -> Answer:
    """One billing document."""
    return billing_books(billing.billing_of(system(), number))


@blueprint.post("/billing/<number>/cancel")
def cancel(number: str) -> Answer:
    """Cancel; the answer names the cancellation document."""
    return {"billing_documents": [billing.cancel(system(), number)]}


@blueprint.get("/settings")
def settings() -> Answer:
    """All settings."""
    return system().settings.as_dict()


@blueprint.post("/settings")
def change_settings() -> Answer:
    """Change some settings."""
    system().settings.change(_body())
    return system().settings.as_dict()


@blueprint.get("/faults")
def faults() -> Answer:
    """The armed faults."""
    return {"faults": system().faults.as_dicts()}


@blueprint.post("/faults")
def arm_fault() -> Answer:
    """Arm a fault: kind, times, seconds, operation, key (dump id)."""
    body = _body()
    arm(
        str(body.get("kind", "")),
        int(body.get("times", 1)),
        float(body.get("seconds", 0)),
        str(body.get("operation", "")),
        str(body.get("key", "")),
    )
    return faults()


@blueprint.delete("/faults")
def clear_faults() -> Answer:
    """Remove all faults."""
    system().faults.clear()
    return faults()


def arm(kind: str, times: int, seconds: float, operation: str, key: str = "") -> None:
    """Arm a fault; ``refuse`` acts at once on the listening socket."""
    fault = system().faults.arm(kind, times=times, seconds=seconds, operation=operation, key=key)
    if fault.kind == "refuse":
        system().faults.clear(fault.number)
        current_app.config["server"].refuse(seconds or 5.0)
