"""The chaos shop keeps its stock in three sources: each must have given what left from there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from sync.sandbox.shop.stock import DEFAULT, EVERYTHING, parse
from tests.chaos.judge import DELIVERY, Case, Finding
from tests.chaos.lines import bundles
from tests.chaos.stand_ins import Books

PLENTY = 1_000_000
CHICAGO, HAMBURG = "chicago", "hamburg"  # one by SAP's shipping point, one by its plant
STOCK = "; ".join(f"{one}: {EVERYTHING}={PLENTY}" for one in (DEFAULT, CHICAGO, HAMBURG))
MAP_SOURCES = f"""
from sync.models import Shop, SourceMapping
shop = Shop.objects.get()
SourceMapping.objects.create(shop=shop, shipping_point="1000", source_code="{CHICAGO}")
SourceMapping.objects.create(shop=shop, plant="2000", source_code="{HAMBURG}")
"""


Gone = dict[tuple[str, str], Decimal]  # by source and SKU


def judge_sources(held_now: str, cases: Iterable[Case]) -> list[Finding]:
    """What people ship by hand leaves from the default; bundles are counted by their parts, which
    no shipment lists, so that what is in one is left out."""
    known = [case for case in cases if case.shop]
    gone, booked = _gone(known), _booked(held_now)
    composed = {
        line["sku"]
        for case in known
        for parent, parts in bundles(case.shop["order"])
        for line in (parent, *parts)
    }
    found = [finding for case in known for finding in _wrong_sources(case)]
    for source, sku in sorted(booked.keys() | gone.keys()):
        told = booked.get((source, sku), Decimal(0)), gone.get((source, sku), Decimal(0))
        if sku not in composed and told[0] != told[1]:
            words = f"{source} has given {told[0]} × {sku}, {told[1]} left from there"
            found.append(Finding("wrong_quantities", "all", words))
    return found


def _gone(cases: Iterable[Case]) -> Gone:
    gone: Gone = defaultdict(Decimal)
    for shipment in (paper for case in cases for paper in case.shop["shipments"]):
        for item in shipment["items"]:
            gone[_source(shipment), item["sku"]] += Decimal(str(item["qty"]))
    return gone


def _booked(held_now: str) -> Gone:
    return {
        (source, sku): held[EVERYTHING] - left
        for source, held in parse(held_now).items()
        for sku, left in held.items()
        if sku != EVERYTHING
    }


def _wrong_sources(case: Case) -> Iterator[Finding]:
    for shipment in case.shop["shipments"]:
        is_ours = DELIVERY in str(shipment["comments"])
        if is_ours == (_source(shipment) == DEFAULT):
            told = f"shipment {shipment['increment_id']} left from {_source(shipment)}"
            yield Finding("wrong_quantities", case.increment_id, told)


def _source(shipment: Books) -> str:
    return str(shipment["extension_attributes"]["source_code"])
