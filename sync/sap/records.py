"""What SAP tells us and what we ask of it, as typed values. Pure: no RFC, no database.

Document and customer numbers are text in SAP's internal, zero-padded form; amounts are external
(real decimals) whatever format the function module used; dates are ``date`` or ``None``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class SapAddress:
    """An address for a one-time customer or a differing ship-to; already cut to field length."""

    name: str
    name_2: str
    street: str
    postal_code: str
    city: str
    region: str
    country_iso: str
    telephone: str
    email: str
    language_iso: str
    transport_zone: str = ""


@dataclass(frozen=True, slots=True)
class SapPartner:
    """A partner of the order; ``role`` is the internal key (AG sold-to, WE ship-to, RE bill-to)."""

    role: str
    customer_number: str
    address: SapAddress | None = None


@dataclass(frozen=True, slots=True)
class SapCondition:
    """A price element; ``value`` for ``per`` pieces, negative for a discount.

    ``item_number`` 0 means the header.
    """

    item_number: int
    condition_type: str
    value: Decimal
    currency: str
    per: int = 1
    unit: str = ""
    is_fixed_amount: bool = False  # an amount for the whole line, not a price per piece
    is_percentage: bool = False  # read only: ``value`` is a rate, not an amount
    amount: Decimal | None = None  # read only: what the element adds to the document
    is_tax: bool = False  # read only: not part of the net value


@dataclass(frozen=True, slots=True)
class SapItemRequest:
    """A line to create; ``quantity`` in ``unit`` (internal key such as ST)."""

    item_number: int
    material: str
    quantity: Decimal
    unit: str
    short_text: str
    customer_item_number: str  # at most 6 characters (PO_ITM_NO)
    higher_level_item_number: int = 0
    item_category: str = ""
    ean: str = ""  # EAN_UPC, in place of the material


@dataclass(frozen=True, slots=True)
class SapSalesOrderRequest:
    """A sales order to create; ``customer_reference`` is the Magento increment id."""

    customer_reference: str
    order_type: str
    sales_organization: str
    distribution_channel: str
    division: str
    order_date: date
    requested_date: date | None
    currency: str
    customer_reference_method: str  # PO_METHOD (BSARK)
    shipping_condition: str
    payment_terms: str
    partners: tuple[SapPartner, ...]
    items: tuple[SapItemRequest, ...]
    conditions: tuple[SapCondition, ...]
    texts: tuple[tuple[int, str, str], ...] = ()  # item number (0 the header), text id, text
    language_iso: str = "EN"  # of the texts
    header_fields: tuple[tuple[str, str], ...] = ()  # further fields of ORDER_HEADER_IN
    payment_method: str = ""  # PYMT_METH


@dataclass(frozen=True, slots=True)
class SapMessage:
    """One row of RETURN; decide on type, class and number, never on the text."""

    type: str
    message_class: str
    number: str
    text: str
    variables: tuple[str, ...] = ()
    parameter: str = ""
    row: int = 0
    field: str = ""

    @property
    def is_failure(self) -> bool:
        """Types E, A and X refuse the call; S, I and W do not."""
        return self.type in {"E", "A", "X"}

    @property
    def key(self) -> str:
        """Class and number, such as ``V1 302``."""
        return f"{self.message_class} {self.number}".strip()


@dataclass(frozen=True, slots=True)
class SapOrderHeader:
    sap_sales_order_number: str
    customer_reference: str
    created_date: date | None


@dataclass(frozen=True, slots=True)
class CreatedSalesOrder:
    """SAP's answer to a create before any commit: the number is only reserved."""

    sap_sales_order_number: str
    messages: tuple[SapMessage, ...]

    @property
    def is_incomplete(self) -> bool:
        """V1 555: the order will be saved, but cannot be delivered yet."""
        return any(message.key == "V1 555" for message in self.messages)


@dataclass(frozen=True, slots=True)
class SapSimulation:
    messages: tuple[SapMessage, ...]
    net_value: Decimal | None  # ``None`` where SAP would not tell prices
    currency: str
    items: tuple[SapSalesOrderItem, ...] = ()
    conditions: tuple[SapCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class SapSalesOrderItem:
    item_number: int
    material: str
    short_text: str
    quantity: Decimal
    unit: str
    net_value: Decimal
    customer_item_number: str = ""
    rejection_reason: str = ""
    higher_level_item_number: int = 0
    tax_value: Decimal | None = None  # told by a dry run only
    billing_relevance: str | None = None  # FKREL; blank: is not billed. ``None``: not told
    is_third_party: bool = False  # the supplier ships it: no delivery in SAP (sheet 13.21)
    item_category: str = ""
    is_delivered: bool | None = None  # relevant for delivery; ``None``: not told


@dataclass(frozen=True, slots=True)
class SapDocumentFlow:
    """One link from a predecessor to its successor.

    Category J delivery, M invoice, N invoice cancellation, Q picking, R goods movement.
    """

    preceding_document: str
    preceding_item: int
    subsequent_document: str
    subsequent_item: int
    category: str
    quantity: Decimal
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class SapSalesOrder:
    """Statuses are blank, A (not), B (partly) or C (fully).

    ``billing_status`` is FKSAK, which covers only what is billed from the order itself: it stays
    blank for what is billed by delivery, and blank never means open (sheet 13.1).
    """

    sap_sales_order_number: str
    customer_reference: str
    order_type: str
    sales_organization: str
    sold_to: str
    currency: str
    net_value: Decimal
    created_date: date | None
    delivery_status: str
    billing_status: str
    overall_status: str
    rejection_status: str
    items: tuple[SapSalesOrderItem, ...]
    conditions: tuple[SapCondition, ...]
    flow: tuple[SapDocumentFlow, ...]
    is_incomplete: bool | None = False  # ``None``: SAP did not tell
    partners: tuple[SapPartner, ...] = ()  # of the header; addresses only where asked for
    category: str = ""  # VBTYP: C order, H returns, K credit memo request (sheet 13.14)
    distribution_channel: str = ""
    division: str = ""
    incomplete_for: tuple[str, ...] = ()  # which work needs what is missing (sheet 13.2)
    blocks: tuple[str, ...] = ()  # credit, delivery, billing (sheet 13.11)

    def told_at_create(self, created: CreatedSalesOrder) -> SapSalesOrder:
        """SAP does not complete an order by itself: V1 555 stands, whatever the read missed."""
        if not created.is_incomplete or self.is_incomplete:
            return self
        return replace(self, is_incomplete=True)

    @property
    def is_wholly_rejected(self) -> bool:
        return bool(self.items) and all(item.rejection_reason for item in self.items)


@dataclass(frozen=True, slots=True)
class SapDeliveryItem:
    """Batch splits are already added up to the item they belong to."""

    item_number: int
    material: str
    quantity: Decimal
    unit: str
    sap_sales_order_number: str
    sap_item_number: int
    picking_status: str = ""
    higher_level_item_number: int = 0  # the set this part belongs to
    splits: tuple[tuple[int, Decimal], ...] = ()  # batch splits added up here: item, quantity
    base_quantity: Decimal | None = None  # LGMNG in ``base_unit`` (MEINS), where both are told
    base_unit: str = ""
    plant: str = ""


@dataclass(frozen=True, slots=True)
class SapDelivery:
    """``handling_units`` as (EXIDV, EXIDV2)."""

    delivery_number: str
    created_date: date | None
    shipping_point: str
    ship_to: str
    picking_status: str
    goods_movement_status: str
    billing_status: str
    planned_picking_at: datetime | None
    goods_issue_date: date | None
    goods_issue_time: time | None
    bill_of_lading: str
    external_delivery_id: str
    means_of_transport_id: str
    shipping_type: str
    route: str
    forwarding_agent: str
    handling_units: tuple[tuple[str, str], ...]
    items: tuple[SapDeliveryItem, ...]
    picked_at_from_flow: datetime | None = None
    sold_to: str = ""
    goods_issued_at_from_flow: datetime | None = None
    goods_issue_zone: str = ""  # SAP's key of the zone of ``goods_issue_time``, such as CET
    goods_issue_ends_day: bool = False  # 24:00:00: ``goods_issue_time`` is the next day's 00:00

    @property
    def is_goods_issued(self) -> bool:
        """Status C; a reversed goods issue goes back to A."""
        return self.goods_movement_status == "C"


@dataclass(frozen=True, slots=True)
class SapBillingItem:
    item_number: int
    reference_document: str  # delivery or sales order
    reference_item: int
    sap_sales_order_number: str
    sap_item_number: int
    material: str
    quantity: Decimal
    unit: str
    net_value: Decimal
    tax_value: Decimal


@dataclass(frozen=True, slots=True)
class SapBillingDocument:
    """``category`` M invoice, M-P down-payment request, N invoice cancellation, O credit memo, U
    pro forma."""

    billing_document_number: str
    billing_type: str
    category: str
    currency: str
    billing_date: date | None
    created_at: datetime | None
    net_value: Decimal
    tax_value: Decimal
    is_cancelled: bool
    cancels: str  # the number this document reverses
    payer: str
    sold_to: str
    items: tuple[SapBillingItem, ...] = field(default=())

    @property
    def gross_value(self) -> Decimal:
        return self.net_value + self.tax_value
