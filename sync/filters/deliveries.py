"""What the list of deliveries can be narrowed by."""

from __future__ import annotations

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sync.filters.documents import DocumentFilter, Rows, choice, day, search_box, tick
from sync.filters.sales_orders import documents_of_orders
from sync.filters.search_box import Matches, digits_of, keys_of, sap_numbered, tidy
from sync.filters.waiting import DELIVERIES, PartFilter, is_late
from sync.models import DeliveryTrack, OutboundDelivery, OutboundDeliveryLine
from sync.models.page_indexes import LEFT, UNTRACKED
from sync.models.typed_forms import is_unspaced


def deliveries_numbered(text: str) -> Matches:
    """By their own number, or by a parcel number."""
    tracks = DeliveryTrack.objects.filter(is_unspaced("track_number", text)).order_by()
    found = keys_of(tracks, "delivery")
    if not (digits := digits_of(tidy(text))):
        return found
    return found | sap_numbered(OutboundDelivery.objects.all(), "delivery_number", digits)


class DeliveryFilter(DocumentFilter):
    about = "delivery"
    often = frozenset({"picking", "goods_issue", "created_from", "created_to"})

    q = search_box(_("Delivery, tracking or order number"))
    picking = django_filters.ChoiceFilter(
        field_name="picking_status",
        label=_("Picking"),
        empty_label=_("Any"),
        choices=[(v, label) for v, label in OutboundDelivery.Picking.choices if v],
    )
    goods_issue = choice("by_goods_issue", _("Goods issue"), yes=_("Goods issued"), no=_("Not yet"))
    shop_shipment = choice("by_shipment", _("In the shop"), yes=_("Shipped"), no=_("Not shipped"))
    cancelled = choice(
        "by_unwanted",
        _("Cancelled in the shop"),
        stop=_("Do not ship"),
        left=_("The goods have left"),
    )
    created_from = day("created_date", "gte", _("Created from"))
    created_to = day("created_date", "lte", _("Created to"))
    untracked = tick("only_untracked", _("Left without tracking"))
    late = tick("only_late", _("Late"))
    waits = PartFilter(DELIVERIES)
    attention = tick("only_needing_attention", _("Needs attention"))

    class Meta:
        model = OutboundDelivery
        fields: list[str] = []

    def matches(self, text: str) -> Matches:
        of_orders = documents_of_orders(text, OutboundDeliveryLine.objects.all(), "delivery")
        return deliveries_numbered(text) | of_orders

    def by_goods_issue(self, deliveries: Rows, name: str, value: str) -> Rows:
        return deliveries.filter(LEFT if value == "yes" else ~LEFT)

    def by_shipment(self, deliveries: Rows, name: str, value: str) -> Rows:
        return deliveries.filter(is_in_shop=value == "yes")

    def by_unwanted(self, deliveries: Rows, name: str, value: str) -> Rows:
        """Goods canceled or refunded in the shop after the order went to SAP."""
        found = deliveries.filter(has_unwanted=True)
        return found.filter(LEFT if value == "left" else ~LEFT)

    def only_untracked(self, deliveries: Rows, name: str, value: bool) -> Rows:
        return deliveries.filter(UNTRACKED) if value else deliveries

    def only_late(self, deliveries: Rows, name: str, value: bool) -> Rows:
        return deliveries.filter(is_late(timezone.now())) if value else deliveries
