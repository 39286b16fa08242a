"""What the list of orders can be narrowed by."""

from __future__ import annotations

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sync.filters.documents import DocumentFilter, Rows, search_box, since_day, tick, until_day
from sync.filters.search_box import (
    NOTHING,
    SHORTEST_NAME,
    Matches,
    digits_of,
    each_word,
    keys_of,
    longest_word,
    names_in_full,
    newest,
    numbered,
    of_all,
    sap_numbered,
    tidy,
)
from sync.filters.waiting import ORDERS, PartFilter
from sync.models import (
    Invoice,
    SalesArea,
    SalesOrder,
    SalesOrderLine,
    Shipment,
    ShipmentTrack,
    Shop,
)
from sync.models.columns import SAP_NUMBER_LENGTH
from sync.models.order_holds import is_held_now
from sync.models.page_indexes import HELD_UP
from sync.models.typed_forms import is_bare, is_in_any_case, is_unspaced

SHOP_NUMBER_LENGTH = 9  # of Magento's own numbers, after the store's key


def _stores() -> list[tuple[str, str]]:
    """Asked for only where shown or chosen from."""
    areas = SalesArea.objects.order_by("store_id").values_list("store_id", "name")
    return [(str(key), name) for key, name in areas]


class SalesOrderFilter(DocumentFilter):
    about = "sales_order"
    often = frozenset({"stage", "placed_from", "placed_to"})

    q = search_box(_("Number, e-mail or name"))
    stage = django_filters.ChoiceFilter(
        label=_("Stage"), choices=SalesOrder.Stage, empty_label=_("Any stage")
    )
    shop = django_filters.ModelChoiceFilter(
        label=_("Shop"), queryset=Shop.objects.all(), empty_label=_("Any shop")
    )
    store_id = django_filters.ChoiceFilter(
        label=_("Store"), empty_label=_("Any store"), choices=_stores
    )
    verification = django_filters.ChoiceFilter(
        choices=[(v, label) for v, label in SalesOrder.Verification.choices if v],
        label=_("In SAP as"),
        empty_label=_("Any"),
    )
    placed_from = since_day("placed_at", _("Placed from"))
    placed_to = until_day("placed_at", _("Placed to"))
    held_up = tick("only_held_up", _("Held up in SAP"))
    held = tick("only_held", _("Held"))
    waits = PartFilter(ORDERS)
    attention = tick("only_needing_attention", _("Needs attention"))

    class Meta:
        model = SalesOrder
        fields: list[str] = []

    def only_held_up(self, orders: Rows, name: str, value: bool) -> Rows:
        """Blocked or incomplete in SAP, and not yet complete."""
        return orders.filter(HELD_UP) if value else orders

    def only_held(self, orders: Rows, name: str, value: bool) -> Rows:
        """By a person, itself or with its customer."""
        return orders.filter(is_held_now()) if value else orders

    def matches(self, text: str) -> Matches:
        return orders_found(text)


def orders_found(text: str) -> Matches:
    """The orders a text may mean, or whose shipments, invoices or parcels it may mean."""
    parcels = ShipmentTrack.objects.filter(is_unspaced("track_number", text))
    of_parcels = parcels.order_by().values_list("shipment__sales_order")
    of_papers = (
        papers._default_manager.filter(is_bare("increment_id", tidy(text)))
        .order_by()
        .values_list("sales_order")
        for papers in (Shipment, Invoice)
    )
    return of_all(of_parcels, *of_papers) | orders_meant(text)


def orders_meant(text: str) -> Matches:
    """Digits are a number, an @ makes it an e-mail, anything else may be part of a name; nothing is
    found by a name while it is too short to tell."""
    meant = tidy(text)
    if not meant:
        return NOTHING
    if "@" in meant:
        orders = SalesOrder.objects.all()
        return newest(orders, Q(customer_email__istartswith=meant), "placed_at")
    digits = digits_of(meant)
    lines = SalesOrderLine.objects.filter(is_in_any_case("sku", meant)).order_by("-sales_order")
    found = _carrying(meant, digits) | keys_of(lines.distinct(), "sales_order")
    return found | (_numbered(digits) if digits else _named(meant))


def _carrying(text: str, digits: str) -> Matches:
    """By a number as it stands in the order, in any case, with or without zeros."""
    referenced = ~Q(customer_reference="") & Q(customer_reference=text.upper())
    wanted = [
        is_bare("increment_id", digits or text),
        is_in_any_case("ext_order_id", text),
        referenced,
    ]
    if digits:
        wanted.append(is_in_any_case("ext_order_id", digits.zfill(SAP_NUMBER_LENGTH)))
    short = digits.lstrip("0")
    if short and len(short) < SHOP_NUMBER_LENGTH:
        stores = SalesArea.objects.order_by().values_list("store_id", flat=True).distinct()
        long = [f"{store}{short.zfill(SHOP_NUMBER_LENGTH)}" for store in stores]
        wanted.append(Q(increment_id__in=long))
    orders = SalesOrder.objects.order_by()
    return of_all(*(orders.filter(one).values_list("pk") for one in wanted))


def _numbered(digits: str) -> Matches:
    """By a shop's or SAP's number that begins so."""
    orders = SalesOrder.objects.all()
    in_sap = orders.exclude(sap_sales_order_number="")
    found = numbered(orders, "increment_id", digits)
    return found | sap_numbered(in_sap, "sap_sales_order_number", digits)


def _named(text: str) -> Matches:
    orders = SalesOrder.objects.all()
    found = NOTHING
    for name in names_in_full(text):
        in_full = orders.filter(is_in_any_case("customer_name", name))
        found |= keys_of(in_full.order_by("-placed_at", "-pk"))
    if found.is_cut or longest_word(text) < SHORTEST_NAME:
        return found  # so many that a part of a name need not be looked for, or too short for it
    return found | newest(orders, each_word("customer_name", text), "placed_at")


def documents_of_orders(text: str, lines: Rows, document: str) -> Matches:
    """Documents with a line of an order the text may mean."""
    orders = orders_meant(text)
    if not orders.keys:
        return NOTHING
    of_orders = lines.filter(sales_order__in=orders.keys).order_by()
    found = keys_of(of_orders.distinct(), document)
    return Matches(found.keys, found.is_cut or orders.is_cut)
