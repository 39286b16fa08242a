"""The texts that stand in tables of the code, for the catalogue: names of codes, causes, what SAP's
messages mean; and the phrases that are put together of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from sync import order_texts
from sync.causes.cause import SAP, Kind, Team
from sync.causes.table import CAUSES
from sync.magento.versions import PROVED
from sync.mapping_tables import MappingTable
from sync.names import calls, methods, sap, shop
from sync.sap import abap, explanations
from sync.translate import partner_comparison, partners, sap_hindrances

NAMES = (
    *(methods.PAYMENT_METHODS, methods.SHIPPING_METHODS, shop.CARRIERS, shop.ORDER_STATES),
    *(sap.BILLING_TYPES, sap.DELIVERY_TYPES, sap.ORDER_TYPES, sap.PRICE_ELEMENTS),
    *(sap.PARCEL_SOURCES, calls.SAP_CALLS, calls.SHOP_CALLS),
    *(order_texts.LABELS, partners.NAMES, partner_comparison.COMPARED),
)
OTHER_COLUMNS = ("telephone", "e-mail")  # of addresses, where they are cut
CODED = (
    *(sap.BILLING_TYPES, sap.DELIVERY_TYPES, sap.ORDER_TYPES, sap.PRICE_ELEMENTS),
    *(methods.PAYMENT_METHODS, methods.SHIPPING_METHODS),
)
RECORDS = ("order", "shipment", "invoice", "track", "document", "store view")
OTHER_RECORDS = ("store configuration", "record", "list", "row")


def table_texts() -> Iterator[str]:
    for table in NAMES:
        yield from table.values()
    yield from _causes()
    yield from _explanations()
    yield from _mappings()
    yield from _with_codes()
    yield from _refusals()
    yield from _values_of_fields()
    yield from _hindrances()
    yield from (*OTHER_COLUMNS, *Team)
    yield from _differences()
    yield from (*RECORDS, *OTHER_RECORDS)
    yield from (f"{what} {{number}}" for what in RECORDS)
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


def _with_codes() -> Iterator[str]:
    """Such as “Invoice (F2)”: too few words of their own to be found by a pattern."""
    for names in CODED:
        yield from (f"{name} ({code})" for code, name in names.items())
    for code, (one, many) in sap.UNITS.items():
        yield from (one, many, f"{many} ({code})")


def _differences() -> Iterator[str]:
    """Fields of a comparison: an address, a price element of an item or of the whole order."""
    columns = (*partner_comparison.COMPARED.values(), *OTHER_COLUMNS)
    for partner in partners.NAMES.values():
        yield from (f"{partner} {column}" for column in columns)
    elements = [f"{name} ({code})" for code, name in sap.PRICE_ELEMENTS.items()]
    for element in (*elements, "price element {code}"):
        yield from (f"order {element}", f"item {{item}} {element}")
    for text in order_texts.OrderText:
        if text.is_of_item:
            yield f"item {{item}} {text.label}"


def _refusals() -> Iterator[str]:
    """A cause with the key of SAP's message, and what SAP says behind what it means."""
    for cause in CAUSES.values():
        if cause.kind == Kind.REJECTED and cause.system == SAP:
            yield f"{cause.headline}: {{key}}"
    for one in explanations.EXPLANATIONS.values():
        if one.kind == explanations.Kind.LOCKED:
            yield f"{one.words} ({{key}}: {{text}})"
    yield "(SAP was asked to {call} and says {key}: {text})"


def _values_of_fields() -> Iterator[str]:
    """A value that cannot be read, behind the name of its field."""
    for node in ast.walk(ast.parse(Path(abap.__file__).read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "told":
            sentence = node.args[0]
            yield f"{{field}}: {ast.literal_eval(sentence)}"


def _hindrances() -> Iterator[str]:
    """Such as “Deliveries will not start, picking will not start and it will not be billed”."""
    for words in dict.fromkeys(sap_hindrances.HELD_UP.values()):
        yield from (words, f"{words[0].upper()}{words[1:]}")
        yield from (f"{{others}}, {words}", f"{{others}} and {words}")
