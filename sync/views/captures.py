"""Finance decides that a payment is captured again, after looking at the gateway's account."""

from __future__ import annotations

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext

from sync.causes.papers import PaperCause
from sync.jobs import clicks
from sync.jobs.ask import Answer
from sync.models import Decision, SyncTask
from sync.templatetags.portal import money
from sync.views.decisions import Decide, Fact, Question
from sync.views.people import PortalRequest

PERMISSION = "sync.capture_again"
_OF_THE_BANK = (PaperCause.CAPTURE_UNKNOWN.code, PaperCause.OTHER_CAPTURE_UNKNOWN.code)


def awaits_capture_decision(task: SyncTask) -> bool:
    """Whether the task stopped because the bank may already have paid, for it or for its order."""
    is_stopped = task.state == SyncTask.State.NEEDS_ATTENTION
    return is_stopped and task.cause in _OF_THE_BANK


class CaptureAgain(Decide):
    permission_required = PERMISSION

    def question(self, request: PortalRequest, pk: int) -> Question:
        stopped = SyncTask.objects.select_related("sales_order__shop", "billing_document")
        task = get_object_or_404(stopped, pk=pk)
        order, document = task.sales_order, task.billing_document
        is_gone = not awaits_capture_decision(task)
        refusal = gettext("There is no capture to decide on any more.") if is_gone else ""
        facts = []
        if order is not None and document is not None:
            facts = [
                Fact(gettext("Payment method"), order.payment_name),
                Fact(gettext("Order total"), money(order.grand_total, order.currency)),
                Fact(gettext("Billing document"), str(document)),
                Fact(gettext("Captured so far, as the shop knows"), money(
                    order.captured_amount, order.currency
                )),
            ]  # fmt: skip
        return Question(
            title=gettext("Capture again?"),
            subject=gettext("Order %(order)s") % {"order": order or task.reference},
            button=gettext("Capture again"),
            back_to=reverse("sync:task", args=[task.pk]),
            section="billing_documents",
            facts=facts,
            refusal=refusal,
            consequences=[
                gettext("The shop makes the invoice and asks the bank for its amount once more."),
                gettext(
                    "If the first time was captured after all, the customer pays twice. Look at "
                    "the gateway's account first, and say in the reason what you found there."
                ),
            ],
        )

    def decide(self, request: PortalRequest, pk: int, reason: str, number: str) -> str:
        """Decision and retry are one transaction: if two people decide at once, only one
        succeeds."""
        task = get_object_or_404(SyncTask, pk=pk)
        with transaction.atomic():
            clicked = clicks.retry_tasks([task], request.user)
            if not clicked.answers[Answer.RETRIED]:
                raise ValueError(gettext("Somebody else has just put this back to work."))
            Decision.keep(
                Decision.Kind.CAPTURE_AGAIN,
                request.user,
                reason,
                task=task,
                sales_order=task.sales_order,
                billing_document=task.billing_document,
            )
        return gettext("The invoice is made and its money captured once more.")
