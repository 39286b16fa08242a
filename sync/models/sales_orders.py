"""Web orders as mirrored from Magento, with what SAP says of them."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models.functions import Trim, Upper
from django.utils import timezone

from sync.models import order_work, page_indexes
from sync.models.addresses import page_address
from sync.models.columns import document_number, money
from sync.models.compared_orders import ComparedOrder
from sync.models.packed import PackedJSONField
from sync.names.shop import order_state_name, payment_name, shipping_name


class SalesOrder(ComparedOrder):
    """A Magento order, keyed by shop and ``entity_id``; people know it by ``increment_id``.

    Only steps write here: ``pull_orders`` the shop's columns, ``push_order`` and the pulls from SAP
    the columns that begin with ``sap_``.
    """

    class Stage(models.TextChoices):
        """How far the order has come, as shown to staff."""

        NOT_TAKEN = "not_taken", "Not taken"
        TO_SYNC = "to_sync", "Waiting for SAP"
        IN_SAP = "in_sap", "In SAP"
        PICKING = "picking", "In the warehouse"
        DISPATCHED = "dispatched", "Goods issued"
        SHIPPED = "shipped", "Shipped"
        COMPLETE = "complete", "Complete"
        ONE_SIDED = "one_sided", "Stopped on one side"
        CANCELED = "canceled", "Canceled"

    MOVING_IN_SAP: ClassVar = (Stage.IN_SAP, Stage.PICKING, Stage.DISPATCHED, Stage.SHIPPED)
    OPEN: ClassVar = (Stage.TO_SYNC, *MOVING_IN_SAP, Stage.ONE_SIDED)
    KEPT_OUT: ClassVar = frozenset({Stage.NOT_TAKEN, Stage.CANCELED})

    class Verification(models.TextChoices):
        """Whether the SAP order was read back and agrees with the web order."""

        NONE = "", "Not sent"
        SENT = "sent", "Sent, not verified"
        VERIFIED = "verified", "Verified"
        DIFFERS = "differs", "Differs"

    class Payment(models.TextChoices):
        """Where the money is, derived from the shop's own fields (``sync.translate.payment``)."""

        UNKNOWN = "", "Not known yet"
        NOTHING_DUE = "nothing_due", "Nothing to pay"
        NOT_PAID = "not_paid", "Not paid yet"
        PAID_OFFLINE = "paid_offline", "Paid offline"
        AUTHORISED = "authorised", "Authorised, not collected"
        PARTLY_CAPTURED = "partly_captured", "Captured in part"
        CAPTURED = "captured", "Captured"
        BOOKED_ONLY = "booked_only", "Marked as paid, not collected by the shop"

    shop = models.ForeignKey("Shop", on_delete=models.PROTECT, related_name="sales_orders")
    entity_id = models.PositiveBigIntegerField()
    increment_id = models.CharField(max_length=50)
    store_id = models.PositiveIntegerField()
    store_name = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=32)
    status = models.CharField(max_length=32, blank=True)
    placed_at = models.DateTimeField()
    remote_updated_at = models.DateTimeField()
    pulled_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    base_currency = models.CharField(max_length=3, blank=True)
    subtotal = money(default=Decimal(0))
    discount_amount = money(default=Decimal(0))
    shipping_amount = money(default=Decimal(0))
    tax_amount = money(default=Decimal(0))
    grand_total = money(default=Decimal(0))
    total_paid = money(default=Decimal(0))
    payment_standing = models.CharField(
        max_length=16, choices=Payment, default=Payment.UNKNOWN, blank=True
    )
    captured_amount = money(
        default=Decimal(0), help_text="What the shop's gateway has collected, in order currency."
    )
    customer_email = models.CharField(max_length=255, blank=True)
    customer_name = models.CharField(max_length=255, blank=True)
    magento_customer_id = models.PositiveBigIntegerField(null=True, blank=True)
    is_guest = models.BooleanField(default=False)
    is_virtual = models.BooleanField(default=False)
    payment_method = models.CharField(max_length=100, blank=True)
    payment_title = models.CharField(
        max_length=100, blank=True, help_text="What the shop calls the method; not always told."
    )
    shipping_method = models.CharField(max_length=120, blank=True)
    shipping_description = models.CharField(max_length=255, blank=True)
    ship_to_name = models.CharField(
        max_length=255, blank=True, help_text="Person, or company, the goods go to."
    )
    ship_to_country = models.CharField(max_length=2, blank=True, help_text="As two letters.")
    replaces_increment_id = models.CharField(
        max_length=50, blank=True, help_text="The order this one came from when it was edited."
    )
    ext_order_id = models.CharField(max_length=40, blank=True)
    customer_reference = models.CharField(
        max_length=56,
        blank=True,
        help_text="Under which it was sent to SAP or found there, and is looked for ever after.",
    )
    payload = PackedJSONField(default=dict)
    first_read_at = models.DateTimeField(
        default=timezone.now, help_text="Since when the portal has known of it."
    )

    stage = models.CharField(max_length=12, choices=Stage, default=Stage.TO_SYNC)
    not_taken_reason = models.CharField(
        max_length=200, blank=True, help_text="Why it is not in SAP, or stopped on one side only."
    )
    is_taken_anyway = models.BooleanField(default=False)

    sap_sales_order_number = document_number(blank=True)
    sap_net_value = money(null=True, blank=True)
    sap_sold_to = models.CharField(max_length=10, blank=True)
    sap_delivery_status = models.CharField(max_length=1, blank=True)
    sap_billing_status = models.CharField(
        max_length=1,
        blank=True,
        help_text="Of what is billed from the SAP order itself; blank where nothing is (FKSAK).",
    )
    sap_is_rejected = models.BooleanField(default=False, help_text="Every line is rejected.")
    sap_is_incomplete = models.BooleanField(default=False)
    sap_read_at = models.DateTimeField(null=True, blank=True)
    verification = models.CharField(
        max_length=10, choices=Verification, default=Verification.NONE, blank=True
    )
    differences = models.JSONField(default=list, blank=True)
    rounding = money(
        null=True, blank=True, help_text="What SAP's total is above the shop's, within tolerance."
    )
    text_cuts = models.JSONField(
        default=list,
        blank=True,
        help_text="Texts cut for SAP, or left out.",
    )
    looked_up_as = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Which state of an order that is not taken SAP was last asked about.",
    )
    is_found_finished = models.BooleanField(
        default=False,
        help_text="Over in the shop when it was found in SAP: nothing is written without a click.",
    )
    confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text="When the shop was read back carrying the SAP number."
    )
    completed_at = models.DateTimeField(null=True, blank=True)
    deliveries_due_at = models.DateTimeField(
        null=True, blank=True, help_text="When SAP is asked again, although the order is complete."
    )
    billing_due_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when SAP has billing documents to be read."
    )
    billing_watched_at = models.DateTimeField(
        default=timezone.now,
        help_text="When SAP was last looked at for billing documents that follow much later.",
    )
    sap_incomplete_for = models.JSONField(
        default=list, blank=True, help_text="Kinds of work for which data is missing in SAP."
    )
    sap_blocks = models.JSONField(
        default=list, blank=True, help_text="Blocks that are set in SAP: credit, delivery, billing."
    )
    billing_flow = models.JSONField(
        default=list, help_text="Billing documents of the document flow that led to a new reading."
    )
    shop_unsettled_until = models.DateTimeField(
        null=True, blank=True, help_text="A write to the shop may still be running until then."
    )
    sap_unsettled_until = models.DateTimeField(
        null=True, blank=True, help_text="A write to SAP may still be running until then."
    )

    class Meta:
        ordering = ["-placed_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "entity_id"], name="one_mirror_per_web_order"),
            models.UniqueConstraint(
                fields=["sap_sales_order_number"],
                condition=~models.Q(sap_sales_order_number=""),
                name="one_web_order_per_sap_order",
            ),
        ]
        indexes = [
            *page_indexes.ORDERS,
            models.Index(Upper(Trim("increment_id")), name="order_increment_any_case"),
            models.Index(
                fields=["customer_reference"],
                condition=~models.Q(customer_reference=""),
                name="order_customer_reference",
            ),
            models.Index(fields=["customer_email"], name="order_email"),
            models.Index(
                fields=["shop", "replaces_increment_id"],
                condition=~models.Q(replaces_increment_id=""),
                name="order_replaces",
            ),
            *order_work.INDEXES,
            models.Index(
                fields=["deliveries_due_at"],
                condition=models.Q(deliveries_due_at__isnull=False),
                name="order_deliveries_due",
            ),
            models.Index(
                fields=["billing_due_at"],
                condition=models.Q(billing_due_at__isnull=False),
                name="order_billing_due",
            ),
            models.Index(
                fields=["billing_watched_at"],
                condition=models.Q(stage="complete", deliveries_due_at__isnull=True),
                name="order_billing_watched",
            ),
        ]

    def __str__(self) -> str:
        return self.increment_id

    def get_absolute_url(self) -> str:
        return page_address("order", self.pk)

    @property
    def payment_name(self) -> str:
        return payment_name(self.payment_method, self.payment_title)

    @property
    def shipping_name(self) -> str:
        return shipping_name(self.shipping_method, self.shipping_description)

    @property
    def state_in_shop(self) -> str:
        """The status people work with, or the state where it has none."""
        return order_state_name(self.status or self.state)

    @property
    def is_in_sap(self) -> bool:
        return bool(self.sap_sales_order_number) and self.sap_read_at is not None

    @property
    def is_held_up_in_sap(self) -> bool:
        return self.stage in self.MOVING_IN_SAP and bool(self.sap_blocks or self.sap_is_incomplete)

    @property
    def is_kept_out(self) -> bool:
        """Whether a rule, or the order's end in the shop, keeps it out of SAP."""
        return self.stage in self.KEPT_OUT

    @property
    def is_from_before_portal(self) -> bool:
        """Whether it was placed before the portal took over (*orders from*)."""
        return bool(self.shop.orders_from and self.placed_at < self.shop.orders_from)
