"""The documents of the stand-in: sales orders, outbound deliveries, billing documents, flow links.

Times are aware UTC; the system shows them in its own zone. Amounts are external ``Decimal``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

ZERO = Decimal(0)
T = TypeVar("T")


@dataclass(slots=True)
class Address:
    """An address of a document, for one-time customers or differing ship-tos."""

    name: str = ""
    name_2: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    telephone: str = ""
    email: str = ""
    language: str = ""
    transport_zone: str = ""


@dataclass(slots=True)
class Partner:
    """A partner by internal role: AG, WE, RE, RG; SP is the forwarding agent (a vendor)."""

    role: str
    number: str
    item_number: int = 0
    address_number: str = ""
    address: Address | None = None


@dataclass(slots=True)
class Condition:
    """A price element; item 0 = header; ``amount`` is what it comes to, in document currency."""

    item_number: int
    condition_type: str
    value: Decimal
    currency: str = ""
    per: Decimal = Decimal(1)
    unit: str = ""
    amount: Decimal = ZERO


@dataclass(slots=True)
class TextLine:
    """A line of a document text (132 characters)."""

    item_number: int
    text_id: str
    language: str
    line: str
    format_column: str = "*"


@dataclass(slots=True)
class OrderItem:
    """A line of a sales order."""

    item_number: int
    material: str
    short_text: str
    quantity: Decimal
    unit: str
    item_category: str
    plant: str
    customer_item_number: str = ""
    higher_level_item: int = 0
    rejection_reason: str = ""
    shipping_point: str = ""
    requested_date: str = ""
    net_value: Decimal = ZERO
    tax_value: Decimal = ZERO
    packed_in: str = ""  # the sales unit its deliveries and bills tell quantities in


@dataclass(slots=True)
class SalesOrder:
    """A sales order; dates are ``YYYYMMDD`` or blank."""

    number: str
    order_type: str
    sales_organization: str
    distribution_channel: str
    division: str
    created_at: datetime
    created_by: str
    sold_to: str
    currency: str
    customer_reference: str = ""
    header: dict[str, str] = field(default_factory=dict)  # further BAPISDHD1 fields as sent
    items: list[OrderItem] = field(default_factory=list)
    partners: list[Partner] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    texts: list[TextLine] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)  # TABLE-FIELD
    is_credit_blocked: bool = False
    net_value: Decimal = ZERO
    tax_value: Decimal = ZERO
    changed_on: date | None = None

    def item(self, item_number: int) -> OrderItem | None:
        """The line with this number."""
        return next((i for i in self.items if i.item_number == item_number), None)

    def partner(self, role: str) -> Partner | None:
        """The header partner with this role."""
        return next((p for p in self.partners if p.role == role and not p.item_number), None)


@dataclass(slots=True)
class DeliveryItem:
    """A line of a delivery; a batch split item points at its main item with ``batch_main_item``."""

    item_number: int
    material: str
    short_text: str
    quantity: Decimal
    unit: str
    sales_order: str
    order_item: int
    item_category: str
    plant: str
    picked: Decimal = ZERO
    batch: str = ""
    batch_main_item: int = 0
    packed_in: str = ""


@dataclass(slots=True)
class Parcel:
    """A handling unit: internal number, external ids (EXIDV, EXIDV2)."""

    internal_number: str
    external_id: str
    external_id_2: str


@dataclass(slots=True)
class Delivery:
    """An outbound delivery."""

    number: str
    created_at: datetime
    created_by: str
    shipping_point: str
    sales_organization: str
    ship_to: str
    sold_to: str
    planned_pick_at: datetime
    planned_goods_issue_at: datetime
    items: list[DeliveryItem]
    ship_to_address: Address | None = None
    transfer_orders: list[str] = field(default_factory=list)
    picked_at: datetime | None = None
    goods_issue_at: datetime | None = None
    material_document: str = ""
    carrier: str = ""
    forwarding_agent: str = ""
    shipping_type: str = ""
    route: str = ""
    bill_of_lading: str = ""
    external_delivery_id: str = ""
    means_of_transport: str = ""
    tracking: list[str] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    changed_on: date | None = None

    def item(self, item_number: int) -> DeliveryItem | None:
        """The line with this number."""
        return next((i for i in self.items if i.item_number == item_number), None)


@dataclass(slots=True)
class BillingItem:
    """A line of a billing document; ``reference`` is the delivery, or the order for TAD lines."""

    item_number: int
    material: str
    short_text: str
    quantity: Decimal
    unit: str
    net_value: Decimal
    tax_value: Decimal
    reference: str
    reference_item: int
    sales_order: str
    order_item: int
    item_category: str = ""
    packed_in: str = ""


@dataclass(slots=True)
class BillingDocument:
    """A billing document; category M invoice, N cancellation, O credit memo, U pro forma."""

    number: str
    billing_type: str
    category: str
    created_at: datetime
    created_by: str
    billing_date: date
    sales_organization: str
    distribution_channel: str
    currency: str
    payer: str
    sold_to: str
    payment_terms: str
    customer_reference: str
    items: list[BillingItem]
    freight_net: Decimal = ZERO
    freight_tax: Decimal = ZERO
    freight_orders: dict[str, list[str]] = field(default_factory=dict)  # order → [net, tax]
    accounting_document: str = ""
    posting_status: str = "C"
    is_cancelled: bool = False
    cancels: str = ""
    changed_on: date | None = None
    billing_category: str = ""  # FKTYP: P for a down-payment request

    @property
    def is_valid_invoice(self) -> bool:
        """Whether its quantities are billed: no cancelled one, no down-payment request."""
        return self.category == "M" and not self.is_cancelled and self.billing_category != "P"

    @property
    def net_value(self) -> Decimal:
        """Lines and header freight."""
        return sum((item.net_value for item in self.items), self.freight_net)

    @property
    def tax_value(self) -> Decimal:
        """Tax of lines and header freight."""
        return sum((item.tax_value for item in self.items), self.freight_tax)


@dataclass(slots=True)
class FlowLink:
    """A record of the document flow; category J, M, N, O, U, Q (picking), R and h (goods)."""

    preceding: str
    preceding_item: int
    preceding_category: str
    subsequent: str
    subsequent_item: int
    category: str
    quantity: Decimal
    unit: str
    created_at: datetime
    level: int = 0
    value: Decimal = ZERO
    currency: str = ""
    material: str = ""
    movement_type: str = ""


Document = SalesOrder | Delivery | BillingDocument
KINDS: dict[str, type[Document]] = {
    "order": SalesOrder,
    "delivery": Delivery,
    "billing": BillingDocument,
}


def kind_of(document: Document) -> str:
    """The key the store files the document under."""
    return next(kind for kind, cls in KINDS.items() if isinstance(document, cls))


def dump(value: Any) -> str:
    """A document as JSON."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def as_plain(value: Any) -> Any:
    """A document as plain dicts and lists, amounts and times as text."""
    return _plain(value)


def load(cls: type[T], text: str) -> T:
    """The reverse of ``dump``."""
    result: T = _typed(cls, json.loads(text))
    return result


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, (datetime, date)) else value


@cache
def _hints(cls: type[Any]) -> dict[str, Any]:
    return get_type_hints(cls)


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if is_dataclass(kind):
        hints = _hints(kind)  # type: ignore[arg-type]
        known = {key: _typed(hints[key], item) for key, item in value.items() if key in hints}
        return kind(**known)  # type: ignore[operator]
    if get_origin(kind) is list:
        return [_typed(get_args(kind)[0], item) for item in value]
    if type(None) in get_args(kind):
        return _typed(next(arg for arg in get_args(kind) if arg is not type(None)), value)
    if kind in (datetime, date):
        return kind.fromisoformat(value)
    return Decimal(value) if kind is Decimal else value
