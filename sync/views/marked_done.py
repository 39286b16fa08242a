"""A person marks stopped work done with a reason, and may reopen it."""

from __future__ import annotations

from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from sync.causes.cause import Kind
from sync.jobs.marked_done import mark_done, reopen
from sync.models import BillingDocument, Decision, OutboundDelivery, Step, SyncTask
from sync.roles import steps_to_retry
from sync.templatetags.retold import retold
from sync.views.decisions import Decide, Fact, Question
from sync.views.people import PortalRequest
from sync.views.sap_order_ties import tie

GONE = gettext_noop(
    "This has not stopped any more: somebody else was faster, or it went on by itself."
)
STAYS = gettext_noop(
    "The portal leaves it alone from then on. It can be opened again on its own page."
)
NOT_MARKED = gettext_noop("This is not marked done (any more).")
CONSEQUENCES = {
    Step.PUSH_ORDER: gettext_noop(
        "The portal does not bring the order to SAP. What SAP may hold of it already stays there "
        "and is not followed."
    ),
    Step.CONFIRM_ORDER: gettext_noop(
        "The portal does not write SAP's number into the shop's order."
    ),
    Step.PUSH_SHIPMENT: gettext_noop(
        "Nothing is shipped in the shop and nobody is told by the portal: the delivery counts as "
        "handled."
    ),
    Step.PUSH_INVOICE: gettext_noop(
        "Nothing is invoiced in the shop and no mail goes out: the billing document counts as "
        "handled."
    ),
    Step.SEND_INVOICE: gettext_noop("No mail goes out for this request."),
}
OTHERWISE = gettext_noop("This run is over. The next one begins as usual and may stop again.")
UNREADABLE = gettext_noop(
    "The portal says nothing more of this record, until something else is wrong with it."
)
SAP_ORDER = gettext_noop("SAP order number, if there is one")
NUMBERS = {
    Step.PUSH_SHIPMENT: (
        gettext_noop(
            "If the shop has the shipment already, give its number: the portal reads it and links "
            "it to %(named)s. It must name %(named)s in a comment, or you are asked once more; it "
            "may stand for nothing else."
        ),
        "delivery",
    ),
    Step.PUSH_INVOICE: (
        gettext_noop(
            "If the shop has the invoice already, give its number: the portal reads it and links "
            "it to %(named)s. It must name %(named)s in a comment, or you are asked once more; it "
            "may stand for nothing else."
        ),
        "billing_document",
    ),
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
        step = Step(task.step)
        facts = [Fact(gettext("What was to be done"), str(step.label))]
        for label, document in (
            (gettext("Delivery"), task.delivery),
            (gettext("Billing document"), task.billing_document),
        ):
            facts += [Fact(label, _with_lines(task, document))] if document else []
        for label, said in (
            (gettext("What stopped it"), task.error_message),
            (gettext("Now"), task.outcome),
        ):
            facts += [Fact(label, retold(said))] if said else []
        return Question(
            title=title,
            subject=_subject(task),
            button=button,
            consequences=list(then),
            back_to=reverse("sync:task", args=[task.pk]),
            section=SECTIONS.get(step, "orders"),
            facts=facts,
            number_label=_translated(_number_label(task)),
            refusal=_translated(refusal),
        )


class MarkDone(_DecideTask):
    """Marks a stopped task done; with a number, links that document of the shop, or ties that SAP
    order."""

    def question(self, request: PortalRequest, pk: int) -> Question:
        task = self.get_task(request, pk)
        refusal = "" if task.state == SyncTask.State.NEEDS_ATTENTION else GONE
        is_unreadable = task.error_class == Kind.UNEXPECTED
        otherwise = UNREADABLE if is_unreadable else OTHERWISE
        then = gettext(CONSEQUENCES.get(Step(task.step), otherwise))
        told = [*_with_number(task), gettext("Without a number:") + " " + then]
        if not _number_label(task):
            told = [then]
        if task.step in CONSEQUENCES:
            told.append(gettext(STAYS))
        title, button = gettext("Mark this as done?"), gettext("Mark done")
        return self.question_about(task, title, button, refusal, *told)

    def decide(self, request: PortalRequest, pk: int, reason: str, number: str) -> str:
        """If two people decide at the same moment, only one succeeds."""
        task, number = self.get_task(request, pk), number.strip()
        if number and task.step == Step.PUSH_ORDER and task.sales_order:
            return tie(task.sales_order, number, request.user, reason)
        if not mark_done(task, request.user, reason, number):
            raise ValueError(gettext(GONE))
        if number:
            told = gettext("The shop is asked for %(number)s; this page says what came of it.")
            return told % {"number": number}
        return gettext("Marked done.")


class ReopenTask(_DecideTask):
    def question(self, request: PortalRequest, pk: int) -> Question:
        task = self.get_task(request, pk)
        may = reopenable(steps_to_retry(request.user), task)
        question = self.question_about(
            task,
            gettext("Open this again?"),
            gettext("Open again"),
            "" if may else NOT_MARKED,
            gettext(
                "The work is tried again at once, and what is missing on the other side is made."
            ),
            gettext("What was linked by its number stays linked."),
        )
        return replace(question, number_label="")

    def decide(self, request: PortalRequest, pk: int, reason: str, number: str) -> str:
        """The same task goes on, unless newer work for the same document is open."""
        if reopen(self.get_task(request, pk), request.user, reason) is None:
            raise ValueError(gettext(NOT_MARKED))
        return gettext("It is open again and waits for its turn.")


def _subject(task: SyncTask) -> str:
    if task.sales_order is not None:
        return gettext("Order %(order)s") % {"order": task.sales_order}
    return str(task.shop or task.subject)


def _translated(text: str) -> str:
    return gettext(text) if text else ""  # of an empty text it is the catalogue's head


def _with_number(task: SyncTask) -> list[str]:
    """What giving a number does; empty where none is asked for."""
    if _number_label(task) == SAP_ORDER:
        return [
            gettext(
                "If SAP has the order already, give its number: the portal reads it and ties the "
                "two. Where they differ you see both sides first."
            )
        ]
    if not _number_label(task):
        return []
    told, document = NUMBERS[Step(task.step)]
    return [gettext(told) % {"named": getattr(task, document)}]


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
        return gettext_noop("Shipment of the shop, if there is one")
    document = task.billing_document
    if task.step == Step.PUSH_INVOICE and document and document.is_invoice:
        return gettext_noop("Invoice of the shop, if there is one")
    return ""
