"""What a shop's own statuses and kinds of customers mean for intake and for the invoice's mail."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sync.names.shop import order_state_name
from sync.told import told

BY_RULE_FOR_EVER = told("Never taken:") + " "  # begins the reason of such a rule
# Nobody can take these anyway: what SAP would deliver has left, or nobody wants it.
FINISHED = frozenset({"closed", "complete"})
OVER = FINISHED | {"canceled"}
SHIPPED = told("Already shipped from the shop, in full")
REFUNDED = told("Refunded in the shop before it went to SAP")
TOO_EARLY = told("Placed before the portal took over")
GROUP_IDS = re.compile(r"\s*[0-9]+\s*(,\s*[0-9]+\s*)*")
# What a rule cannot open: nobody ships an order that is over, on hold, or not placed yet.
NEVER_OPEN = frozenset({"canceled", "closed", "complete", "holded", "received", "rejected"})


def known_group_ids(value: str) -> None:
    if not GROUP_IDS.fullmatch(value):
        raise ValidationError(
            gettext("Ids of customer groups with commas between them, such as 4, 7.")
        )


class IntakeRule(models.Model):
    """Whether orders in a state or with a status of the shop go to SAP.

    A rule for state and status comes before one for the status, and that before one for the state;
    the portal's own rules hold where none applies.
    """

    class Handling(models.TextChoices):
        TAKE = "take", _("Take")
        WAIT = "wait", _("Do not take until it changes")
        NEVER = "never", _("Never take")

    shop = models.ForeignKey("Shop", on_delete=models.CASCADE, related_name="intake_rules")
    status = models.CharField(
        max_length=32, blank=True, help_text=_("Code of the order status, such as fraud.")
    )
    state = models.CharField(
        max_length=32,
        blank=True,
        help_text=_("Magento's state, such as payment_review; empty: in any state."),
    )
    handling = models.CharField(max_length=5, choices=Handling)
    words = models.CharField(
        max_length=100, blank=True, help_text=_("Shown as the reason an order is not taken.")
    )

    class Meta:
        ordering = ["shop", "state", "status"]
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "state", "status"], name="one_intake_rule_per_state_and_status"
            )
        ]

    def __str__(self) -> str:
        return f"{self.about} → {self.get_handling_display()}"

    def clean(self) -> None:
        """Refuse a rule about nothing, and one that would open what cannot be shipped."""
        self.status, self.state = self.status.strip(), self.state.strip()
        if not (self.status or self.state):
            raise ValidationError(gettext("Name the status, the state or both."))
        stuck = {self.status, self.state} & NEVER_OPEN
        if self.handling == self.Handling.TAKE and stuck:
            named = order_state_name(stuck.pop()).lower()
            raise ValidationError(
                {"handling": gettext("Nothing can be shipped of orders that are %s.") % named}
            )

    @property
    def about(self) -> str:
        named = [("status", self.status), ("state", self.state)]
        return ", ".join(f"{what} {order_state_name(code)}" for what, code in named if code)

    @property
    def reason(self) -> str:
        """Why an order it applies to is not taken."""
        words = self.words.strip() or told("a rule of the shop keeps it out of SAP")
        if self.handling == self.Handling.NEVER:
            return f"{BY_RULE_FOR_EVER}{words} ({self.about})"
        return f"{words[0].upper()}{words[1:]} ({self.about})"


class InvoiceMailRule(models.Model):
    """Customers whose invoices the shop does not mail, because they get them another way."""

    class CustomerKind(models.TextChoices):
        GUEST = "guest", _("Guests")
        PRIVATE = "private", _("Private customers with an account")
        BUSINESS = "business", _("Business customers")

    sales_area = models.ForeignKey(
        "SalesArea", on_delete=models.CASCADE, related_name="invoice_mail_rules"
    )
    customer_kind = models.CharField(
        max_length=8,
        choices=CustomerKind,
        help_text=_(
            "Business: a company or a VAT id in the billing address, or a customer group "
            "that the store lists as business."
        ),
    )
    country = models.CharField(
        max_length=2, blank=True, help_text=_("Of the billing address, such as DE; empty: any.")
    )
    billed_from = models.DateField(
        null=True,
        blank=True,
        help_text=_("For SAP invoices of this date and later; empty: for all."),
    )
    reason = models.CharField(
        max_length=80,
        default="SAP sends the e-invoice",
        help_text=_("Shown where the mail would be."),
    )

    class Meta:
        ordering = ["sales_area", "customer_kind", "country"]
        constraints = [
            models.UniqueConstraint(
                fields=["sales_area", "customer_kind", "country"],
                name="one_mail_rule_per_customer_kind_and_country",
            )
        ]

    def __str__(self) -> str:
        where = f" in {self.country}" if self.country else ""
        return f"{self.sales_area.name}: {self.get_customer_kind_display()}{where}, {self.reason}"

    def clean(self) -> None:
        self.country = self.country.strip().upper()
