"""Shops and the sales areas their stores sell from."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models.intake_rules import known_group_ids
from sync.models.shop_entries import (
    DEFAULT_RULES,
    PREFIX,
    known_address_roles,
    known_roles,
    known_rules,
    known_time_zone,
)
from sync.models.systems import shop_system
from sync.sap.reference import web_reference


class Shop(models.Model):
    """One Magento installation. Address and credentials come from the environment, by ``code``."""

    code = models.SlugField(unique=True, help_text=_("The environment's MAGENTO settings name it."))
    name = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)
    orders_from = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("Older orders are left alone."),
    )
    admin_url = models.URLField(
        blank=True, help_text=_("Magento's admin, for links; {entity_id} stands for the order.")
    )
    amount_tolerance = models.DecimalField(
        max_digits=8,
        decimal_places=2,
        default=Decimal("0.02"),
        help_text=_(
            "By how much totals of web order and SAP order may be rounded otherwise; "
            "prices of lines are compared exactly."
        ),
    )
    completeness_days = models.PositiveSmallIntegerField(
        default=7, help_text=_("How far back the completeness run compares both sides.")
    )
    ships_bundles_separately = models.BooleanField(
        default=False,
        help_text=_("Used only where the catalogue cannot be read to learn how a bundle ships."),
    )

    reference_prefix = models.CharField(
        max_length=6,
        blank=True,
        validators=[PREFIX],
        help_text=_(
            "Before the web order's number in SAP's customer reference, so that two shops "
            "with the same numbers never meet; for stores without their own. Fixed once an "
            "order of such a store was sent."
        ),
    )
    poll_interval_seconds = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("Look for orders no more often than this; empty: as often as the schedule."),
    )
    version_words = models.CharField(max_length=300, blank=True, editable=False)
    version_is_proved = models.BooleanField(
        null=True,
        editable=False,
        help_text=_("Whether the portal was proved against it; empty: not known."),
    )

    source_codes = models.JSONField(
        default=list,
        editable=False,
        help_text=_("Inventory sources in use, as Readiness last read them; empty: not known."),
    )

    def __str__(self) -> str:
        return self.name

    @property
    def has_several_sources(self) -> bool:
        """As far as Readiness could read."""
        return len(self.source_codes) > 1

    @property
    def system(self) -> str:
        """The name under which its remote calls, health and identity are recorded."""
        return shop_system(self.code)

    def clean(self) -> None:
        """Codes that differ in capitals would share their settings. The prefix is part of the
        reference by which orders are found in SAP: it is fixed once a store without its own has
        used it."""
        twin = Shop.objects.filter(code__iexact=self.code).exclude(pk=self.pk).first()
        if twin is not None:
            raise ValidationError(
                {"code": _("%s has this code: capitals make no difference.") % twin}
            )
        before = Shop.objects.filter(pk=self.pk).values_list("reference_prefix", flat=True).first()
        if before is None or before == self.reference_prefix:
            return
        own = self.sales_areas.exclude(reference_prefix="").values("store_id")
        sent = self.sales_orders.exclude(customer_reference="").exclude(store_id__in=own)
        stores = sorted(set(sent.order_by().values_list("store_id", flat=True)))
        if stores:
            text = (
                _(
                    "Orders were already sent with the present prefix, of %(stores)s. Give each of "
                    "these stores “%(prefix)s” as its own prefix first."
                )
                if before
                else _(
                    "Orders were already sent without a prefix, of %(stores)s. Give the other "
                    "stores their own prefix instead."
                )
            )
            named = {"stores": _named(self, stores), "prefix": before}
            raise ValidationError({"reference_prefix": text % named})


def _named(shop: Shop, stores: list[int]) -> str:
    names, unnamed = dict(shop.sales_areas.values_list("store_id", "name")), str(_("store"))
    return ", ".join(f"{names.get(store) or unnamed} ({store})" for store in stores)


class SalesArea(models.Model):
    """How SAP books orders of one store: order type, sales area, customer, conditions."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="sales_areas")
    store_id = models.PositiveIntegerField(help_text=_("Magento's store id."))
    name = models.CharField(max_length=100)
    order_type = models.CharField(max_length=4, help_text=_("SAP's internal key: TA, not OR."))
    sales_organization = models.CharField(max_length=4)
    distribution_channel = models.CharField(max_length=2)
    division = models.CharField(max_length=2)
    one_time_customer = models.CharField(
        max_length=10, blank=True, help_text=_("SAP account of buyers without their own.")
    )
    customer_reference_method = models.CharField(
        max_length=4, blank=True, help_text=_("PO method (BSARK) that marks web orders.")
    )
    payment_terms = models.CharField(
        max_length=4, blank=True, help_text=_("Unless mapped by payment.")
    )
    shipping_condition = models.CharField(
        max_length=2, blank=True, help_text=_("Unless mapped by shipping method.")
    )
    language = models.CharField(max_length=2, default="EN", help_text=_("ISO code for texts."))
    default_unit = models.CharField(
        max_length=3, default="ST", help_text=_("SAP's internal unit key.")
    )
    sku_is_material = models.BooleanField(
        default=False, help_text=_("An unmapped SKU is the SAP material of the same name.")
    )
    price_condition = models.CharField(max_length=4, default="PR00")
    discount_condition = models.CharField(max_length=4, blank=True)
    freight_condition = models.CharField(max_length=4, blank=True)
    freight_tax_condition = models.CharField(max_length=4, blank=True)
    tax_condition = models.CharField(
        max_length=4, blank=True, help_text=_("Empty: SAP determines the tax by itself.")
    )

    sku_is_ean = models.BooleanField(
        default=False, help_text=_("An unmapped SKU is the material's EAN; SAP finds the material.")
    )
    customer_rules = models.CharField(
        max_length=80,
        default=DEFAULT_RULES,
        blank=True,
        validators=[known_rules],
        help_text=_(
            "In this order the customer is looked for; else the one-time customer is used."
        ),
    )
    customer_number_attribute = models.CharField(
        max_length=60,
        blank=True,
        help_text=_("Attribute of the web order that carries the SAP customer number."),
    )
    currency = models.CharField(
        max_length=3, blank=True, help_text=_("Orders in another currency stop; empty: any.")
    )
    time_zone = models.CharField(
        max_length=40,
        blank=True,
        validators=[known_time_zone],
        help_text=_("The order date is that of this zone; empty: SAP's own."),
    )

    reference_prefix = models.CharField(
        max_length=6,
        blank=True,
        validators=[PREFIX],
        help_text=_(
            "Before the web order's number in SAP's customer reference; empty: the shop's. "
            "Fixed once an order of the store was sent."
        ),
    )
    business_groups = models.CharField(
        max_length=200,
        blank=True,
        validators=[known_group_ids],
        help_text=_("Ids of Magento's customer groups that are business customers, such as 4, 7."),
    )
    requested_after_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text=_(
            "The requested delivery date is so many days after the order date; empty: "
            "SAP's own proposal."
        ),
    )
    counts_working_days = models.BooleanField(
        default=True,
        help_text=_("Those days are Mondays to Fridays; public holidays are not known."),
    )
    requested_date_attribute = models.CharField(
        max_length=60,
        blank=True,
        help_text=_(
            "Attribute of the web order with the delivery date the customer chose "
            "(YYYY-MM-DD); where it is empty, the days above count."
        ),
    )
    partner_roles = models.CharField(
        max_length=20,
        default="AG,WE",
        validators=[known_roles],
        help_text=_(
            "Partner functions sent, of AG (sold-to), WE (ship-to), RE (bill-to) and RG "
            "(payer); SAP derives the others."
        ),
    )
    address_roles = models.CharField(
        max_length=20,
        default="AG,WE",
        blank=True,
        validators=[known_address_roles],
        help_text=_(
            "Those that carry the web order's address. AG, RE and RG do only for the "
            "one-time customer: others have their own in SAP."
        ),
    )
    region_countries = models.CharField(
        max_length=200,
        blank=True,
        help_text=_(
            "Countries, such as IN,JP, where SAP must know the region: orders stop until "
            "it is mapped. Elsewhere an unmapped region is left out."
        ),
    )

    rounding_condition = models.CharField(
        max_length=4,
        blank=True,
        help_text=_("Takes what the shop rounds; empty: it stays out of SAP, and is shown."),
    )

    class Meta:
        ordering = ["shop", "store_id"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "store_id"], name="one_sales_area_per_store")
        ]

    def __str__(self) -> str:
        return (
            f"{self.name} → {self.sales_organization}/{self.distribution_channel}/{self.division}"
        )

    def clean(self) -> None:
        """Both a prefix of its own and the one it takes over from its shop are fixed once used."""
        shop = Shop.objects.filter(pk=self.shop_id).first()
        before = SalesArea.objects.filter(pk=self.pk).select_related("shop").first()
        if shop is None or (before is not None and before.prefix == self.prefix):
            return
        sent = shop.sales_orders.filter(store_id=self.store_id)
        newest = sent.exclude(customer_reference="").order_by("-pk").first()
        if newest and newest.customer_reference != web_reference(self.prefix, newest.increment_id):
            text = _(
                "Orders of this store were already sent under another one, such as %(order)s as "
                "%(reference)s."
            )
            named = {"order": newest, "reference": newest.customer_reference}
            raise ValidationError({"reference_prefix": text % named})

    @property
    def prefix(self) -> str:
        """Before the numbers of its web orders in SAP's customer reference."""
        return self.reference_prefix or self.shop.reference_prefix
