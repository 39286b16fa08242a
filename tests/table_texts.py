"""The texts that stand in tables of the code, for the catalogue: names of codes, causes, what SAP's
messages mean; and the phrases that are put together of them."""

from __future__ import annotations

from collections.abc import Iterator

from sync import order_texts
from sync.causes.table import CAUSES
from sync.magento.versions import PROVED
from sync.mapping_tables import MappingTable
from sync.names import calls, methods, sap, shop
from sync.sap import explanations
from sync.translate import partner_comparison, partners, sap_hindrances

NAMES = (
    *(methods.PAYMENT_METHODS, methods.SHIPPING_METHODS, shop.CARRIERS, shop.ORDER_STATES),
    *(sap.BILLING_TYPES, sap.DELIVERY_TYPES, sap.ORDER_TYPES, sap.PRICE_ELEMENTS),
    *(sap.PARCEL_SOURCES, calls.SAP_CALLS, calls.SHOP_CALLS),
    *(order_texts.LABELS, partners.NAMES, partner_comparison.COMPARED),
)
OTHER_COLUMNS = ("telephone", "e-mail")  # of addresses, where they are cut
LONGEST_METRIC = 2
RECORDS = ("order", "shipment", "invoice", "track", "document", "store view")
OTHER_RECORDS = ("store configuration", "record", "list", "row")


def table_texts() -> Iterator[str]:
    for table in NAMES:
        yield from table.values()
    yield from _causes()
    yield from _explanations()
    yield from _mappings()
    yield from _units()
    yield from _hindrances()
    yield from OTHER_COLUMNS
    yield from (f"{name} {{column}}" for name in partners.NAMES.values())
    yield from (*RECORDS, *OTHER_RECORDS)
    yield from (f"{what} {{number:d}}" for what in RECORDS)
    yield " and ".join(PROVED)


def _causes() -> Iterator[str]:
    for cause in CAUSES.values():
        yield from (cause.headline, cause.remedy)


def _explanations() -> Iterator[str]:
    single = (explanations.UNKNOWN, explanations.NOT_A_FAILURE, explanations.ONLY_A_WARNING)
    for one in (*single, *explanations.EXPLANATIONS.values()):
        yield from (one.words, one.remedy)


def _mappings() -> Iterator[str]:
    """An entry that is missing, alone and in a list, and one that lacks a field."""
    for table in MappingTable:
        facts = table.facts
        yield from (facts.title, facts.complete)
        yield from (name.replace("_", " ") for name in facts.may_lack)
        of_field = [f"{{field}} of {facts.entry}"] if facts.may_lack else []
        yield from (facts.entry, *of_field)
        for entry in (facts.entry, *of_field):
            yield f"Missing {entry} {{key}}"
            yield f"{entry} “{{key}}”"
            yield f"{entry} “{{key}}”, {{more}}"


def _units() -> Iterator[str]:
    """Metric ones are the same in German."""
    for one, many in dict.fromkeys(sap.UNITS.values()):
        if one == many and len(one) <= LONGEST_METRIC:
            continue
        for name in dict.fromkeys((one, many)):
            yield from (name, f"{{quantity:f}} {name}")


def _hindrances() -> Iterator[str]:
    """Such as “Deliveries will not start, picking will not start and it will not be billed”."""
    for words in dict.fromkeys(sap_hindrances.HELD_UP.values()):
        yield from (words, f"{words[0].upper()}{words[1:]}")
        yield from (f"{{others}}, {words}", f"{{others}} and {words}")
