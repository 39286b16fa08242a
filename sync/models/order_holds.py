"""What people hold: one order, or every order of a customer. Nothing new is written for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from sync.models import clock
from sync.models.sales_orders import SalesOrder
from sync.told import told

STANDS = Q(released_at__isnull=True)
MOST_SHOWN = 50
OF_ORDER = Q(sales_order__isnull=False)
OF_E_MAIL = ~Q(customer_email="")


class OrderHoldQuerySet(models.QuerySet["OrderHold"]):
    def standing(self) -> Self:
        return self.filter(STANDS)

    def on(self, *orders: SalesOrder) -> Self:
        """Those that concern any of these orders, whether they still stand or not. An e-mail
        address is one customer in every shop, a customer's number only in its own."""
        addresses = {order.customer_email.lower() for order in orders if order.customer_email}
        concerned = Q(sales_order__in=[order.pk for order in orders])
        concerned |= Q(customer_email__in=sorted(addresses))
        numbers: dict[int, set[int]] = defaultdict(set)
        for order in orders:
            if order.magento_customer_id:
                numbers[order.shop_id].add(order.magento_customer_id)
        for shop, of_shop in numbers.items():
            concerned |= Q(shop=shop, magento_customer_id__in=sorted(of_shop))
        return self.filter(concerned)


def is_held() -> Exists:
    """As a condition on orders."""
    same_number = Q(shop=OuterRef("shop"), magento_customer_id=OuterRef("magento_customer_id"))
    same_address = OF_E_MAIL & Q(customer_email=Lower(OuterRef("customer_email")))
    concerned = Q(sales_order=OuterRef("pk")) | same_address | same_number
    return Exists(OrderHold.objects.standing().filter(concerned))


def is_held_now() -> Q:
    """As a condition on orders that people look at: held, and still open. By index, as few are
    open."""
    return Q(stage__in=SalesOrder.OPEN) & Q(is_held())


class OrderHold(models.Model):
    """One hold. It is kept with its end: rows are added and released, never deleted."""

    sales_order = models.ForeignKey(
        "SalesOrder", null=True, blank=True, on_delete=models.CASCADE, related_name="holds"
    )
    customer_email = models.CharField(max_length=255, blank=True, help_text=_("In lower case."))
    shop = models.ForeignKey("Shop", null=True, blank=True, on_delete=models.CASCADE)
    magento_customer_id = models.PositiveBigIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=500)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    held_by_name = models.CharField(
        max_length=150, help_text=_("Kept when the person's account is gone.")
    )
    held_at = models.DateTimeField(default=clock.now)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    released_by_name = models.CharField(max_length=150, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    release_reason = models.CharField(max_length=500, blank=True)

    objects = OrderHoldQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sales_order"], condition=STANDS & OF_ORDER, name="one_hold_per_order"
            ),
            models.UniqueConstraint(
                fields=["customer_email"],
                condition=STANDS & OF_E_MAIL,
                name="one_hold_per_customer",
            ),
            models.CheckConstraint(
                condition=OF_ORDER | OF_E_MAIL | Q(magento_customer_id__isnull=False),
                name="hold_of_something",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["id"], condition=STANDS, name="hold_standing")]

    def __str__(self) -> str:
        return told("Held by {person}: {reason}", person=self.held_by_name, reason=self.reason)

    @property
    def subject(self) -> str:
        """As after "held": the order, or all orders of the customer."""
        if self.sales_order is not None:
            return told("Order {order}", order=self.sales_order)
        if self.customer_email:
            return told("All orders of {email}", email=self.customer_email)
        return told(
            "All orders of customer {number} of {shop}",
            number=self.magento_customer_id,
            shop=self.shop,
        )

    @property
    def told(self) -> str:
        if self.is_of_customer:
            return told("{orders} are held", orders=self.subject)
        return told("{order} is held", order=self.subject)

    @property
    def is_of_customer(self) -> bool:
        return self.sales_order_id is None

    @property
    def stands(self) -> bool:
        return self.released_at is None

    @classmethod
    def of_order(cls, order: SalesOrder) -> OrderHold:
        return cls(sales_order=order)

    @classmethod
    def of_customer(cls, order: SalesOrder) -> OrderHold:
        """Of whoever placed this order."""
        email, number = order.customer_email.lower(), order.magento_customer_id
        return cls(
            customer_email=email,
            shop_id=order.shop_id if number else None,
            magento_customer_id=number,
        )


@dataclass(frozen=True, slots=True)
class Holds:
    """The holds on some orders, newest first: those that stand, and those that are over."""

    standing: list[OrderHold] = field(default_factory=list)
    over: list[OrderHold] = field(default_factory=list)

    @property
    def is_order_held(self) -> bool:
        return any(not hold.is_of_customer for hold in self.standing)

    @property
    def is_customer_held(self) -> bool:
        return any(hold.is_of_customer for hold in self.standing)


def holds_on(orders: Iterable[SalesOrder]) -> Holds:
    """One query, however many orders."""
    found = OrderHold.objects.on(*orders).select_related("sales_order", "shop")
    rows = list(found.defer("sales_order__payload")[:MOST_SHOWN])
    return Holds([one for one in rows if one.stands], [one for one in rows if not one.stands])


def all_standing() -> list[OrderHold]:
    """For a list of everything that is held, newest first."""
    found = OrderHold.objects.standing().select_related("sales_order", "shop")
    return list(found.defer("sales_order__payload")[:MOST_SHOWN])
