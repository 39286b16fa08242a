"""What Magento tells us, as typed values. Pure: no network, no database.

Every member of a Magento document may be missing (nulls are left out); a record keeps ``None`` or
an empty text there, and raises ``UnexpectedRecord`` only for members the portal cannot do without.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

CONFIGURABLE = "configurable"  # the type of a product that is sold as one of its variants
TOGETHER, SEPARATELY = "together", "separately"  # how a bundle's parts are shipped


@dataclass(frozen=True, slots=True)
class MagentoAddress:
    first_name: str
    last_name: str
    company: str
    street: tuple[str, ...]
    city: str
    postcode: str
    region: str
    region_code: str
    country_id: str
    telephone: str
    email: str
    vat_id: str = ""


@dataclass(frozen=True, slots=True)
class MagentoOrderItem:
    """One line as sent; amounts in order currency, for the whole line.

    ``row_total`` is left out: its meaning depends on the shop's version, and from 2.4.8 on it says
    nothing about a line of more than one piece (README "Versions" 1). The amounts below come from
    members that mean the same in every version.
    """

    item_id: int
    parent_item_id: int | None
    product_id: int | None
    product_type: str
    sku: str
    name: str
    is_virtual: bool
    is_qty_decimal: bool
    qty_ordered: Decimal
    qty_shipped: Decimal
    qty_invoiced: Decimal
    qty_refunded: Decimal
    qty_canceled: Decimal
    price: Decimal
    row_total_incl_tax: Decimal  # less the discount
    fixed_product_tax: Decimal  # contained in it
    tax_amount: Decimal
    tax_percent: Decimal
    discount_amount: Decimal
    discount_tax_compensation_amount: Decimal
    options: tuple[tuple[str, str], ...] = ()  # id and value of what was chosen or written
    gift_message: str = ""

    @property
    def net_after_discount(self) -> Decimal:
        """Without tax, less the discount: all 1,285 recorded lines of 2.4.7 agree."""
        gross = self.row_total_incl_tax - self.fixed_product_tax
        return gross - self.tax_amount - self.discount_tax_compensation_amount

    @property
    def net_before_discount(self) -> Decimal:
        """Without tax, as the order's subtotal counts it."""
        return self.net_after_discount + self.discount_amount


@dataclass(frozen=True, slots=True)
class MagentoPayment:
    """What the shop knows of its payment gateway; empty for an offline method.

    In order currency, or in the website's base currency where the name says so.
    """

    amount_authorized: Decimal
    base_amount_authorized: Decimal
    base_amount_paid_online: Decimal
    last_transaction_id: str


@dataclass(frozen=True, slots=True)
class MagentoOrder:
    """Amounts in order currency, times aware UTC."""

    entity_id: int
    increment_id: str
    store_id: int
    store_name: str
    state: str
    status: str
    created_at: datetime
    updated_at: datetime
    order_currency_code: str
    base_currency_code: str
    base_to_order_rate: Decimal
    grand_total: Decimal
    subtotal: Decimal
    discount_amount: Decimal
    discount_tax_compensation_amount: Decimal
    shipping_amount: Decimal
    shipping_tax_amount: Decimal
    shipping_discount_amount: Decimal
    shipping_discount_tax_compensation_amount: Decimal
    tax_amount: Decimal
    total_paid: Decimal
    base_total_paid: Decimal
    customer_id: int | None
    customer_group_id: int | None
    customer_email: str
    customer_first_name: str
    customer_last_name: str
    customer_note: str
    customer_taxvat: str
    is_guest: bool
    is_virtual: bool
    payment_method: str
    payment: MagentoPayment
    po_number: str
    shipping_method: str
    shipping_description: str
    ext_order_id: str
    relation_parent_real_id: str
    billing_address: MagentoAddress | None
    shipping_address: MagentoAddress | None
    items: tuple[MagentoOrderItem, ...]
    payload: dict[str, Any]
    total_refunded: Decimal = Decimal(0)
    total_canceled: Decimal = Decimal(0)
    shipping_refunded: Decimal = Decimal(0)
    adjustment_positive: Decimal = Decimal(0)  # refunded beyond the lines
    adjustment_negative: Decimal = Decimal(0)  # kept back from the refund of the lines
    paid_by_credit: Decimal = Decimal(0)  # gift cards, store credit, reward points
    gift_message: str = ""

    @property
    def charged(self) -> Decimal:
        """What goods, freight and tax cost, however they are paid."""
        return self.grand_total + self.paid_by_credit


@dataclass(frozen=True, slots=True)
class MagentoOrderKey:
    """Which order changed when; ``told`` are the members that may change within one second."""

    entity_id: int
    updated_at: datetime
    told: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MagentoMail:
    """Whether the first mail of a shipment or an invoice was sent."""

    entity_id: int
    email_sent: bool
    mail_is_queued: bool
    mail_is_untold: bool


@dataclass(frozen=True, slots=True)
class MagentoTrack:
    entity_id: int
    carrier_code: str
    title: str
    track_number: str


@dataclass(frozen=True, slots=True)
class MagentoDocumentItem:
    order_item_id: int
    sku: str
    qty: Decimal


@dataclass(frozen=True, slots=True)
class MagentoShipment:
    entity_id: int
    increment_id: str
    order_id: int
    created_at: datetime
    updated_at: datetime
    email_sent: bool
    items: tuple[MagentoDocumentItem, ...]
    tracks: tuple[MagentoTrack, ...]
    comments: tuple[str, ...]
    payload: dict[str, Any]
    mail_is_queued: bool = False  # 2.4.8 counts the remaining tries below 0
    mail_is_untold: bool = False  # not in the answer: sent later, or never


@dataclass(frozen=True, slots=True)
class MagentoInvoice:
    """``state`` 1 open, 2 paid, 3 canceled. 2 does not prove that money came: see
    ``sync.translate.payment``."""

    entity_id: int
    increment_id: str
    order_id: int
    state: int
    transaction_id: str  # the gateway's, of a capture; empty without one
    created_at: datetime
    updated_at: datetime
    email_sent: bool
    currency_code: str
    subtotal: Decimal
    discount_amount: Decimal
    shipping_amount: Decimal
    tax_amount: Decimal
    grand_total: Decimal
    items: tuple[MagentoDocumentItem, ...]
    comments: tuple[str, ...]
    payload: dict[str, Any]
    mail_is_queued: bool = False  # 2.4.8 counts the remaining tries below 0
    mail_is_untold: bool = False  # not in the answer: sent later, or never


@dataclass(frozen=True, slots=True)
class ShipmentRequest:
    """Quantities by order item id, tracks, and the marker stored in the same call."""

    quantities: dict[int, Decimal]
    tracks: tuple[tuple[str, str, str], ...]  # carrier_code, title, track_number
    marker: str
    notify: bool
    source_code: str = ""  # empty: the shop books its default stock


@dataclass(frozen=True, slots=True)
class InvoiceRequest:
    """Quantities by order item id, and the marker stored in the same call."""

    quantities: dict[int, Decimal]
    marker: str
    notify: bool
    capture: bool = False


@dataclass(frozen=True, slots=True)
class MagentoStoreView:
    """``currency`` is what its orders are placed in."""

    store_id: int
    code: str
    name: str
    website_id: int
    is_active: bool
    currency: str
    locale: str
    timezone: str
