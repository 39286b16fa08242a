"""The mapping tables: how an entry is found, who adds it, and which fields a translation needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sync.causes.cause import Team
from sync.names.methods import PAYMENT_METHODS, SHIPPING_METHODS
from sync.told import told


class MappingTable(StrEnum):
    """A table that an administrator or sales keeps."""

    SALES_AREA = "sales_area"
    MATERIAL = "material"
    CUSTOMER = "customer"
    PAYMENT = "payment"
    SHIPPING = "shipping"
    CARRIER = "carrier"
    AMOUNT = "amount"
    REGION = "region"
    SOURCE = "source"

    @property
    def facts(self) -> TableFacts:
        return FACTS[self]


@dataclass(frozen=True, slots=True)
class TableFacts:
    """``key`` of a missing entry is a value of the last of ``key_fields``. ``may_lack`` are the
    fields that an entry may leave empty although an order may need them."""

    model: str
    key_fields: tuple[str, ...]
    team: Team
    entry: str  # what people call one, as after "the missing …"
    title: str
    complete: str
    may_lack: tuple[str, ...] = ()


FACTS: dict[MappingTable, TableFacts] = {
    MappingTable.SALES_AREA: TableFacts(
        model="salesarea",
        key_fields=("shop", "store_id"),
        team=Team.ADMINISTRATOR,
        entry="store",
        title="Stores",
        complete="Every store has a sales area.",
        may_lack=(
            *("order_type", "sales_organization", "distribution_channel", "division", "currency"),
            *("default_unit", "price_condition", "discount_condition", "freight_condition"),
        ),
    ),
    MappingTable.MATERIAL: TableFacts(
        model="materialmapping",
        key_fields=("shop", "sku"),
        team=Team.SALES,
        entry="material",
        title="SKUs",
        complete="Every SKU has a material.",
        may_lack=("unit",),
    ),
    MappingTable.CUSTOMER: TableFacts(
        model="customermapping",
        key_fields=("sales_area",),
        team=Team.SALES,
        entry="customer",
        title="Customers",
        complete="Every buyer has a customer in SAP.",
    ),
    MappingTable.PAYMENT: TableFacts(
        model="paymentmapping",
        key_fields=("shop", "method"),
        team=Team.SALES,
        entry="payment method",
        title="Payment methods",
        complete="Every payment method has terms.",
        may_lack=("payment_terms", "collected_by"),
    ),
    MappingTable.SHIPPING: TableFacts(
        model="shippingmapping",
        key_fields=("shop", "method"),
        team=Team.SALES,
        entry="shipping method",
        title="Shipping methods",
        complete="Every shipping method has a condition.",
    ),
    MappingTable.CARRIER: TableFacts(
        model="carriermapping",
        key_fields=("sap_carrier",),
        team=Team.ADMINISTRATOR,
        entry="carrier",
        title="Carriers",
        complete="Every carrier has a name in the shop.",
    ),
    MappingTable.AMOUNT: TableFacts(
        model="amountmapping",
        key_fields=("shop", "attribute"),
        team=Team.FINANCE,
        entry="fee, gift card or credit",
        title="Fees, gift cards and credits",
        complete="Every fee, gift card and credit has its place in SAP.",
    ),
    MappingTable.REGION: TableFacts(
        model="regionmapping",
        key_fields=("shop", "shop_region"),
        team=Team.SALES,
        entry="region",
        title="Regions",
        complete="Every region SAP must know has a key.",
        may_lack=("region",),
    ),
    MappingTable.SOURCE: TableFacts(
        model="sourcemapping",
        key_fields=("shop", "shipping_point"),
        team=Team.ADMINISTRATOR,
        entry="source",
        title="Sources of stock",
        complete="Every shipping point has a source in the shop.",
    ),
}


KEY_NAMES = {MappingTable.PAYMENT: PAYMENT_METHODS, MappingTable.SHIPPING: SHIPPING_METHODS}


class MissingEntry(NamedTuple):
    """With ``field``, the entry is there but lacks this field."""

    table: MappingTable
    key: str
    field: str = ""

    @property
    def description(self) -> str:
        """“material”, or “freight condition of store”."""
        entry = self.table.facts.entry
        return f"{self.field.replace('_', ' ')} of {entry}" if self.field else entry

    @property
    def named_key(self) -> str:
        """With the name people know the code by, where the key is a code."""
        name = KEY_NAMES.get(self.table, {}).get(self.key)
        return f"{name} ({self.key})" if name else self.key

    @property
    def remedy(self) -> str:
        if self.field:
            field, entry = self.field.replace("_", " "), self.table.facts.entry
            return told(
                "Set the {field} of the {entry} in the mappings. What waits for it then goes on by "
                "itself.",
                field=field,
                entry=entry,
            )
        return told(
            "Add the missing {entry} to the mappings. What waits for it then goes on by itself.",
            entry=self.description,
        )
