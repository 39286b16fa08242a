"""Magento's invoices and the mails that carried them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models.billing import BillingDocument
from sync.models.columns import money, quantity
from sync.models.packed import PackedJSONField
from sync.models.typed_forms import BareNumber


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def standing_for(self, document: BillingDocument) -> InvoiceQuerySet:
        """Shop invoices for all or part of the document, each once."""
        further = Invoice.further_documents.through.objects.filter(billingdocument=document)
        first = Invoice.objects.filter(billing_document=document).order_by()
        return self.filter(pk__in=first.values("pk").union(further.values("invoice")))


class Invoice(models.Model):
    """A Magento invoice; ``billing_document`` is the SAP document it stands for, if known.

    An invoice the portal made stands for one document. One made by the shop or a person may stand
    for several (``further_documents``), and a document may have several of those.
    """

    class State(models.IntegerChoices):
        OPEN = 1, _("Open")
        PAID = 2, _("Paid")
        CANCELED = 3, _("Canceled")

    sales_order = models.ForeignKey("SalesOrder", on_delete=models.PROTECT, related_name="invoices")
    billing_document = models.ForeignKey(
        BillingDocument, null=True, blank=True, on_delete=models.PROTECT, related_name="invoices"
    )
    further_documents = models.ManyToManyField(
        BillingDocument, blank=True, related_name="further_invoices"
    )
    entity_id = models.PositiveBigIntegerField()
    increment_id = models.CharField(max_length=50, blank=True)
    state = models.PositiveSmallIntegerField(choices=State, default=State.OPEN)
    transaction_id = models.CharField(
        max_length=255, blank=True, help_text=_("The gateway's, where the invoice was captured.")
    )
    remote_created_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    grand_total = money()
    tax_amount = money()
    is_customer_told = models.BooleanField(
        default=False, help_text=_("Magento's email_sent: the proof of a first mail.")
    )
    mail_queued_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Since when the shop has its mail in its queue.")
    )
    mail_due_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the shop is asked again whether it was sent.")
    )
    not_to_be_mailed = models.CharField(
        max_length=80, blank=True, help_text=_("Why the shop was not to mail it to the customer.")
    )
    is_made_by_hand = models.BooleanField(default=False, help_text=_("Found, not made."))
    differs_by = money(
        null=True, blank=True, help_text=_("Invoice minus billing document, when they disagree.")
    )
    payload = PackedJSONField(default=dict)
    read_at = models.DateTimeField()

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        ordering = ["remote_created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sales_order", "entity_id"], name="one_mirror_per_invoice"
            ),
            models.UniqueConstraint(
                fields=["sales_order", "billing_document"],
                condition=models.Q(billing_document__isnull=False, is_made_by_hand=False),
                name="one_invoice_per_billing_document_and_order",
            ),
        ]
        indexes = [models.Index(BareNumber("increment_id"), name="invoice_number_bare")]

    def __str__(self) -> str:
        return self.increment_id or str(self.entity_id)

    @property
    def times_mailed(self) -> int:
        """How many mails are known to have gone out; requests alone do not count."""
        return sum(mail.has_gone for mail in self.mails.all())

    @property
    def stands_for(self) -> list[BillingDocument]:
        """Every billing document it stands for, ``billing_document`` first."""
        first = [self.billing_document] if self.billing_document else []
        return [*first, *self.further_documents.all()]

    @property
    def is_uncollected(self) -> bool:
        """Whether the shop shows it as paid although the payment gateway has not collected the
        money."""
        standing, payment = self.sales_order.payment_standing, self.sales_order.Payment
        if self.state != self.State.PAID:
            return False
        in_part = {payment.PARTLY_CAPTURED, payment.BOOKED_ONLY}
        return standing == payment.AUTHORISED or (standing in in_part and not self.transaction_id)


class InvoiceLine(models.Model):
    """An invoiced line, by Magento's order item id."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    order_item_id = models.PositiveBigIntegerField()
    sku = models.CharField(max_length=255, blank=True)
    invoiced_quantity = quantity()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.sku} × {self.invoiced_quantity.normalize():f}"


class InvoiceMail(models.Model):
    """One request to mail an invoice: who asked, when, and what the shop answered."""

    class Outcome(models.TextChoices):
        """What is known of the mail; Magento's ``true`` alone proves nothing (README, E-mail)."""

        SENT = "sent", _("Sent")
        ACCEPTED = "accepted", _("Accepted by the shop")
        QUEUED = "queued", _("Not sent yet")
        IN_QUEUE = "in_queue", _("Queued by the shop")
        GIVEN_UP = "given_up", _("Not sent: the shop has given up")
        OFF = "off", _("Nothing mailed: switched off in the shop")
        UNKNOWN = "unknown", _("Unknown")

    GONE = frozenset({Outcome.SENT, Outcome.ACCEPTED})

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="mails")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    sent_at = models.DateTimeField()
    recipient = models.CharField(max_length=255, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome)

    class Meta:
        ordering = ["-sent_at", "-id"]

    def __str__(self) -> str:
        return f"{self.invoice} {self.get_outcome_display()}"

    @property
    def has_gone(self) -> bool:
        """Whether the shop reports the mail as sent."""
        return self.outcome in self.GONE
