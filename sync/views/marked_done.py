"""A person marks stopped work done with a reason, and may reopen it."""

from __future__ import annotations

from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse

from sync.causes.cause import Kind
from sync.jobs.marked_done import mark_done, reopen
from sync.models import BillingDocument, Decision, OutboundDelivery, Step, SyncTask
from sync.roles import steps_to_retry
from sync.views.decisions import Decide, Fact, Question
from sync.views.people import PortalRequest
from sync.views.sap_order_ties import tie

GONE = "This has not stopped any more: somebody else was faster, or it went on by itself."
STAYS = "The portal leaves it alone from then on. It can be opened again on its own page."
CONSEQUENCES = {
    Step.PUSH_ORDER: "The portal does not bring the order to SAP. What SAP may hold of it already "
    "stays there and is not followed.",
    Step.CONFIRM_ORDER: "The portal does not write SAP's number into the shop's order.",
    Step.PUSH_SHIPMENT: "Nothing is shipped in the shop and nobody is told by the portal: the "
    "delivery counts as handled.",
    Step.PUSH_INVOICE: "Nothing is invoiced in the shop and no mail goes out: the billing document "
    "counts as handled.",
    Step.SEND_INVOICE: "No mail goes out for this request.",
}
OTHERWISE = "This run is over. The next one begins as usual and may stop again."
UNREADABLE = "The portal says nothing more of this record, until something else is wrong with it."
SAP_ORDER = "SAP order number, if there is one"
NUMBERS = {
    Step.PUSH_SHIPMENT: ("shipment", "delivery"),
    Step.PUSH_INVOICE: ("invoice", "billing_document"),
}
SECTIONS = {Step.PUSH_SHIPMENT: "deliveries", Step.PUSH_INVOICE: "billing_documents"}


def reopenable(user_steps: list[Step], task: SyncTask) -> bool:
    """Whether a person marked the task done and this reader may take that back."""
    if task.state != SyncTask.State.DONE or task.step not in user_steps:
        return False
    marked = Decision.objects.marked_done(task.step)
    return marked.filter(task__reference=task.reference).exists()


class _DecideTask(Decide):
    """A decision on one task, for people who may retry its step."""

    permission_required = "sync.retry_tasks"

    def get_task(self, request: PortalRequest, pk: int) -> SyncTask:
        """404 for an unknown task, 403 for one of another team."""
        about = ("sales_order", "delivery", "billing_document", "shop", "invoice")
        task = get_object_or_404(SyncTask.objects.select_related(*about), pk=pk)
        if task.step not in steps_to_retry(request.user):
            raise PermissionDenied
        return task

    def question_about(
        self, task: SyncTask, title: str, button: str, refusal: str, *then: str
    ) -> Question:
        step, subject = Step(task.step), str(task.sales_order or task.shop or task.subject)
        facts = [Fact("What was to be done", str(step.label))]
        for label, document in (
            ("Delivery", task.delivery),
            ("Billing document", task.billing_document),
        ):
            facts += [Fact(label, _with_lines(task, document))] if document else []
        facts += [Fact("What stopped it", task.error_message)] if task.error_message else []
        facts += [Fact("Now", task.outcome)] if task.outcome else []
        return Question(
            title=title,
            subject=f"Order {subject}" if task.sales_order else subject,
            button=button,
            consequences=list(then),
            back_to=reverse("sync:task", args=[task.pk]),
            section=SECTIONS.get(step, "orders"),
            facts=facts,
            number_label=_number_label(task),
            refusal=refusal,
        )


class MarkDone(_DecideTask):
    """Marks a stopped task done; with a number, links that document of the shop, or ties that SAP
    order."""

    def question(self, request: PortalRequest, pk: int) -> Question:
        task = self.get_task(request, pk)
        refusal = "" if task.state == SyncTask.State.NEEDS_ATTENTION else GONE
        is_unreadable = task.error_class == Kind.UNEXPECTED
        otherwise = UNREADABLE if is_unreadable else OTHERWISE
        then = [CONSEQUENCES.get(Step(task.step), otherwise)]
        if _number_label(task) == SAP_ORDER:
            then.insert(
                0,
                "If SAP has the order already, give its number: the portal reads it and ties the "
                "two. Where they differ you see both sides first. Without a number:",
            )
        elif _number_label(task):
            what, document = NUMBERS[Step(task.step)]
            named = getattr(task, document)
            then = [
                f"If the shop has the {what} already, give its number: the portal reads it and "
                f"links it to {named}. It must name {named} in a comment, or you are asked once "
                "more; it may stand for nothing else.",
                f"Without a number: {then[0][0].lower()}{then[0][1:]}",
            ]
        if task.step in CONSEQUENCES:
            then.append(STAYS)
        return self.question_about(task, "Mark this as done?", "Mark done", refusal, *then)

    def decide(self, request: PortalRequest, pk: int, reason: str, number: str) -> str:
        """If two people decide at the same moment, only one succeeds."""
        task, number = self.get_task(request, pk), number.strip()
        if number and task.step == Step.PUSH_ORDER and task.sales_order:
            return tie(task.sales_order, number, request.user, reason)
        if not mark_done(task, request.user, reason, number):
            raise ValueError(GONE)
        if number:
            return f"The shop is asked for {number}; this page says what came of it."
        return "Marked done."


class ReopenTask(_DecideTask):
    def question(self, request: PortalRequest, pk: int) -> Question:
        task = self.get_task(request, pk)
        may = reopenable(steps_to_retry(request.user), task)
        question = self.question_about(
            task,
            "Open this again?",
            "Open again",
            "" if may else "This is not marked done (any more).",
            "The work is tried again at once, and what is missing on the other side is made.",
            "What was linked by its number stays linked.",
        )
        return replace(question, number_label="")

    def decide(self, request: PortalRequest, pk: int, reason: str, number: str) -> str:
        """The same task goes on, unless newer work for the same document is open."""
        if reopen(self.get_task(request, pk), request.user, reason) is None:
            raise ValueError("This is not marked done (any more).")
        return "It is open again and waits for its turn."


def _with_lines(task: SyncTask, document: OutboundDelivery | BillingDocument) -> str:
    """The document and its lines for this order, to compare with the shop's document."""
    lines = document.lines.filter(sales_order=task.sales_order)
    held = ", ".join(str(line) for line in lines)
    return f"{document}: {held}" if held else str(document)


def _number_label(task: SyncTask) -> str:
    """Which number may be given; empty where nothing could be linked."""
    if task.step == Step.PUSH_ORDER and task.sales_order and not task.sales_order.is_in_sap:
        return SAP_ORDER
    if task.step == Step.PUSH_SHIPMENT and task.delivery and task.delivery.is_goods_issued:
        return "Shipment of the shop, if there is one"
    document = task.billing_document
    if task.step == Step.PUSH_INVOICE and document and document.is_invoice:
        return "Invoice of the shop, if there is one"
    return ""
