"""Fills a fresh portal with what the demo needs: four people, a shop, its mappings, schedules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand
from django.db.models import Model

from sync.jobs.schedule import create_missing_schedules
from sync.models import (
    CarrierMapping,
    CustomerMapping,
    IntakeRule,
    InvoiceMailRule,
    MaterialMapping,
    PaymentMapping,
    RegionMapping,
    RemoteIdentity,
    SalesArea,
    ShippingMapping,
    Shop,
    Step,
    StepSchedule,
    TextMapping,
)
from sync.order_texts import OrderText, SapPlace
from sync.sandbox.master_data import known_materials

DEMO_INTERVAL = 10  # seconds; nobody who tries the demo waits longer
PEOPLE = {
    "sales": "Sales",
    "logistics": "Logistics",
    "finance": "Finance",
    "admin": "Administrators",
}
COMMON: dict[str, Any] = {
    "order_type": "TA",
    "distribution_channel": "10",
    "division": "00",
    "customer_reference_method": "WEB",
    "payment_terms": "0001",
    "shipping_condition": "01",
    "price_condition": "PR00",
    "discount_condition": "ZDIS",
    "freight_condition": "HD00",
    "freight_tax_condition": "ZFTX",
    "region_countries": "IN",
    "tax_condition": "ZTAX",
}
SALES_AREAS: list[dict[str, Any]] = [
    {"store_id": 1, "name": "Default store", "sales_organization": "1000",
     "one_time_customer": "0000099001"},
    {"store_id": 2, "name": "German store", "sales_organization": "2000",
     "one_time_customer": "0000099002", "language": "DE"},
    {"store_id": 3, "name": "B2B store", "sales_organization": "3000",
     "distribution_channel": "20", "one_time_customer": "0000099003"},
]  # fmt: skip
PAYMENTS = {"checkmo": "0001", "banktransfer": "0001", "purchaseorder": "0002", "free": "0001"}
BY_CARD = "cardgateway"  # of the stand-in shop: authorised at first, captured with the invoice
SHIPPINGS = ["flatrate_flatrate", "freeshipping_freeshipping", "tablerate_bestway"]
CHECKED = "price_check"  # a status of the stand-in shop's own
TEXTS: dict[OrderText, SapPlace] = {
    OrderText.NOTE: SapPlace("0001"),
    OrderText.ITEM_GIFT_MESSAGE: SapPlace("0002"),
    OrderText.VAT_ID: SapPlace(header_field="REF_1"),
    OrderText.PAYMENT_REFERENCE: SapPlace(header_field="ASS_NUMBER"),
}  # a gift message for the whole order stays in the shop, and the order says so
REGIONS = [
    ("IN/MH", "13", "IN00000001"),
    ("IN/KA", "10", "IN00000002"),
    ("DE/NRW", "05", ""),
    ("DE/BAY", "09", ""),
]
CARRIERS = [
    ("0000070001", "dhl", "DHL", "https://www.dhl.com/en/express/tracking.html?AWB={number}"),
    ("0000070002", "ups", "United Parcel Service", "https://www.ups.com/track?tracknum={number}"),
    ("0000070003", "fedex", "Federal Express", "https://www.fedex.com/fedextrack/?trknbr={number}"),
]


class Command(BaseCommand):
    """Safe to run again: existing rows stay as they are."""

    help = "Create the demo's people, shop and mappings (for the stand-ins only)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for name, group in PEOPLE.items():
            create_person(name, group)
        shop, _created = Shop.objects.get_or_create(code="demo", defaults={"name": "Demo shop"})
        create_mappings(shop)
        create_rules(shop)
        # The stand-in may listen on another port this time: it is still the same shop.
        RemoteIdentity.objects.filter(system=shop.system).delete()
        create_missing_schedules()
        fresh = StepSchedule.objects.filter(last_run_at=None)
        fresh.exclude(step=Step.CHECK_COMPLETENESS).update(interval_seconds=DEMO_INTERVAL)


def create_person(name: str, group: str) -> None:
    """The password is the name and ``-demo``."""
    user, created = User.objects.get_or_create(
        username=name, defaults={"first_name": name.title(), "is_staff": name in {"admin", "sales"}}
    )
    if created:
        user.set_password(f"{name}-demo")
        user.save()
        user.groups.add(Group.objects.get(name=group))


def create_mappings(shop: Shop) -> None:
    """Maps the stand-in shop's codes to the stand-in SAP's customising."""
    _create_missing(SalesArea(shop=shop, **COMMON | area) for area in SALES_AREAS)
    _create_missing(
        PaymentMapping(shop=shop, method=method, payment_terms=terms)
        for method, terms in PAYMENTS.items()
    )
    by_shop = PaymentMapping.Collector.SHOP
    _create_missing(
        [PaymentMapping(shop=shop, method=BY_CARD, payment_terms="0001", collected_by=by_shop)]
    )
    _create_missing(
        ShippingMapping(shop=shop, method=method, shipping_condition="01") for method in SHIPPINGS
    )
    _create_missing(
        MaterialMapping(shop=shop, sku=sku, material=material)
        for sku, material in known_materials().items()
    )
    _create_missing(
        CarrierMapping(sap_carrier=carrier, carrier_code=code, title=title, tracking_url=url)
        for carrier, code, title, url in CARRIERS
    )
    _create_missing(
        RegionMapping(shop=shop, shop_region=place, region=region, transport_zone=zone)
        for place, region, zone in REGIONS
    )
    _create_missing(
        TextMapping(sales_area=area, what=what, text_id=text_id, header_field=header_field)
        for area in SalesArea.objects.filter(shop=shop)
        for what, (text_id, header_field) in TEXTS.items()
    )
    area = SalesArea.objects.get(shop=shop, store_id=3)
    customer = {"customer_email": "b2b@example.test", "customer_number": "0000010001"}
    _create_missing([CustomerMapping(sales_area=area, **customer)])


def create_rules(shop: Shop) -> None:
    """What a visitor can try: a status of the shop's own, and a customer SAP sends its invoice."""
    wait = IntakeRule.Handling.WAIT
    words = "Somebody in the shop still looks at the price"
    _create_missing([IntakeRule(shop=shop, status=CHECKED, handling=wait, words=words)])
    area = SalesArea.objects.get(shop=shop, store_id=3)
    kind = InvoiceMailRule.CustomerKind.BUSINESS
    _create_missing([InvoiceMailRule(sales_area=area, customer_kind=kind, country="DE")])


def _create_missing(rows: Iterable[Model]) -> None:
    wanted = list(rows)
    type(wanted[0])._default_manager.bulk_create(wanted, ignore_conflicts=True)
