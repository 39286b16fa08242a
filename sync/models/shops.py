"""Shops and the sales areas their stores sell from."""

from __future__ import annotations

from django.db import models


class Shop(models.Model):
    """One Magento installation. Address and credentials come from the environment, by ``code``."""

    code = models.SlugField(unique=True, help_text="The environment's MAGENTO settings name it.")
    name = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)
    orders_from = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Older orders are left alone.",
    )
    admin_url = models.URLField(
        blank=True, help_text="Magento's admin, for links; {entity_id} stands for the order."
    )
    amount_tolerance = models.DecimalField(
        max_digits=8,
        decimal_places=2,
        default=0,
        help_text="Difference between web order and SAP order that is still called equal.",
    )
    completeness_days = models.PositiveSmallIntegerField(
        default=7, help_text="How far back the completeness run compares both sides."
    )
    ships_bundles_separately = models.BooleanField(
        default=False,
        help_text="Used only where the catalogue cannot be read to learn how a bundle ships.",
    )

    def __str__(self) -> str:
        return self.name


class SalesArea(models.Model):
    """What a store's orders become in SAP: order type, sales area, customer, conditions."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="sales_areas")
    store_id = models.PositiveIntegerField(help_text="Magento's store id.")
    name = models.CharField(max_length=100)
    order_type = models.CharField(max_length=4, help_text="SAP's internal key: TA, not OR.")
    sales_organization = models.CharField(max_length=4)
    distribution_channel = models.CharField(max_length=2)
    division = models.CharField(max_length=2)
    one_time_customer = models.CharField(
        max_length=10,
        blank=True,
        help_text="SAP account of buyers without their own.",
    )
    customer_reference_method = models.CharField(
        max_length=4, blank=True, help_text="PO method (BSARK) that marks web orders."
    )
    payment_terms = models.CharField(
        max_length=4, blank=True, help_text="Unless mapped by payment."
    )
    shipping_condition = models.CharField(
        max_length=2, blank=True, help_text="Unless mapped by shipping method."
    )
    language = models.CharField(max_length=2, default="EN", help_text="ISO code for texts.")
    default_unit = models.CharField(
        max_length=3, default="ST", help_text="SAP's internal unit key."
    )
    sku_is_material = models.BooleanField(
        default=False, help_text="An unmapped SKU is the SAP material of the same name."
    )
    price_condition = models.CharField(max_length=4, default="PR00")
    discount_condition = models.CharField(max_length=4, blank=True)
    freight_condition = models.CharField(max_length=4, blank=True)
    freight_tax_condition = models.CharField(max_length=4, blank=True)
    tax_condition = models.CharField(
        max_length=4, blank=True, help_text="Empty: SAP determines the tax by itself."
    )
    note_text_id = models.CharField(
        max_length=4, blank=True, help_text="SAP text id for the customer's note; empty: not sent."
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
