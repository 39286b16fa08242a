"""Who acts next on a document, with the button of the person who looks, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from sync.causes.cause import Team
from sync.causes.papers import PaperCause
from sync.jobs import release
from sync.mirrors.intake import NEVER, meaning_of
from sync.mirrors.link_choices import ASKED_OF_PEOPLE
from sync.mirrors.progress import LeftOpen
from sync.models import (
    BillingDocument,
    Invoice,
    InvoiceMail,
    OrderHold,
    OutboundDelivery,
    SalesOrder,
    Shipment,
    ShipmentTrack,
    Step,
    StepSchedule,
    SyncTask,
)
from sync.models.steps import WRITES
from sync.next_step.delivery import DeliveryFacts, DeliveryPageFacts, turns_with_delivery
from sync.next_step.invoice import BillingFacts, InvoiceFacts, turns_with_billing
from sync.next_step.order import OrderFacts, turns_with_order
from sync.next_step.turn import Act, Held, Machine, OpenTask, Station, Tone, Turn, marks_of
from sync.roles import steps_to_retry
from sync.tables.documents import orders_of
from sync.templatetags.retold import retold
from sync.views.buttons import Button
from sync.views.causes import remedy_for, repair_link
from sync.views.kinds import DocumentKind
from sync.views.papers import Papers

WHICH_INVOICE = frozenset({PaperCause.BILLING_RENEWED.code, PaperCause.LINKED_INVOICE_GONE.code})
Outcome = InvoiceMail.Outcome
NOT_GONE = frozenset({Outcome.GIVEN_UP, Outcome.OFF})
STILL_TO_GO = frozenset({Outcome.QUEUED, Outcome.IN_QUEUE})
LOOKS = {
    Tone.STOPPED: "circle-x",
    Tone.LOOK: "triangle-alert",
    Tone.TURN: "hand",
    Tone.MOVING: "refresh-cw",
    Tone.DONE: "circle-check",
}


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """``link`` leads to the page on which the cause is removed."""

    turn: Turn
    icon: str
    button: Button | None
    why_no_button: str
    link: Button | None = None


@dataclass(frozen=True, slots=True)
class NextStep:
    """What a document's page begins with; ``further`` waits for somebody as well."""

    first: ShownTurn
    further: list[ShownTurn]
    amount: Decimal | None
    currency: str

    @property
    def marks(self) -> dict[Station, Tone]:
        """What the process line shows on its stations."""
        return marks_of([self.first.turn, *(shown.turn for shown in self.further)])

    @property
    def asks_to_sync(self) -> bool:
        return self.first.turn.act == Act.SYNC and self.first.button is not None


class Desk:
    """A document as the person sees it who looks at its page."""

    def __init__(self, kind: DocumentKind, document: Any, user: User, presser: Team) -> None:
        self._kind, self._document, self._user = kind, document, user
        own = SyncTask.objects.filter(**{kind.about: document})
        open_tasks = own.filter(state__in=SyncTask.OPEN_STATES).defer("facts", "sent")
        self._tasks = {task.pk: task for task in open_tasks.order_by("id")}
        self.machine = Machine(
            presser, [_open_task(task) for task in self._tasks.values()], _automatic()
        )

    def next_step(self, turns: Sequence[Turn], amount: Decimal | None, currency: str) -> NextStep:
        first, *further = [self._shown(turn) for turn in turns]
        return NextStep(first, further, amount, currency)

    def _shown(self, turn: Turn) -> ShownTurn:
        button = self._button(turn) if turn.act else None
        why = turn.why_no_button or gettext(
            "%(who)s can do this; you do not have the right to."
        ) % {"who": retold(turn.who)}
        return ShownTurn(turn, LOOKS[turn.tone], button, "" if button else why, self._link(turn))

    def _link(self, turn: Turn) -> Button | None:
        task = self._tasks.get(turn.key or 0)
        if task is None or turn.tone != Tone.STOPPED:
            return None
        if url := repair_link(task, self._user):
            return Button(gettext("Repair"), url, "map")
        remedy = remedy_for(task)
        url = remedy.link_for(self._user)
        return Button(remedy.link_label, url, "arrow-right") if url else None

    def _button(self, turn: Turn) -> Button | None:
        """None where the person may not press it."""
        return self._doing(turn) or self._leading(turn)

    def _doing(self, turn: Turn) -> Button | None:
        user, kind = self._user, self._kind
        match turn.act:
            case Act.SYNC if user.has_perm(kind.permission):
                url = reverse(f"sync:{kind.name}_sync_one", args=[self._document.pk])
                return Button(gettext("Sync now"), url, "refresh-cw", is_post=True)
            case Act.RETRY if self._may_retry(turn.key or 0):
                return Button(
                    gettext("Retry"),
                    reverse("sync:retry_task", args=[turn.key]),
                    "rotate-cw",
                    is_post=True,
                )
            case Act.RESEND if user.has_perm("sync.resend_invoices"):
                url = reverse("sync:resend_shop_invoice", args=[turn.key])
                return Button(gettext("Resend invoice"), url, "mail", is_post=True, asks=True)
        return None

    def _leading(self, turn: Turn) -> Button | None:
        user = self._user
        match turn.act:
            case Act.TAKE_ANYWAY if user.has_perm("sync.take_orders_anyway"):
                url = reverse("sync:take_anyway", args=[self._document.pk])
                return Button(gettext("Take anyway"), url, "hand", is_main=False, asks=True)
            case Act.RELEASE if user.has_perm("sync.hold_orders"):
                url = f"{reverse('sync:release_hold', args=[turn.key])}?order={self._document.pk}"
                return Button(gettext("Release"), url, "hand", asks=True)
            case Act.LINK_INVOICE if user.has_perm("sync.sync_billing"):
                url = reverse("sync:link_invoice", args=[turn.key])
                return Button(gettext("Link the shop's invoice"), url, "receipt", asks=True)
            case Act.CHOOSE if user.has_perm("sync.sync_orders"):
                return Button(gettext("Choose the SAP order"), "#choices", "arrow-down")
            case Act.COMPARE:
                return Button(gettext("Show the differences"), "#differences", "arrow-down")
        return None

    def _may_retry(self, key: int) -> bool:
        task = self._tasks.get(key)
        return task is not None and task.step in steps_to_retry(self._user)


def _automatic() -> frozenset[Step]:
    """A step that was never switched is on."""
    off = StepSchedule.objects.filter(is_enabled=False).values_list("step", flat=True)
    steps = frozenset(step for step in Step if step.facts.every) - frozenset(off)
    return steps - WRITES if release.is_held() else steps


def _open_task(task: SyncTask) -> OpenTask:
    remedy = remedy_for(task)
    return OpenTask(
        pk=task.pk,
        step=task.step,
        state=task.state,
        since=task.finished_at or task.started_at or task.asked_at,
        team=remedy.team,
        what=task.get_step_display(),
        headline=remedy.headline,
        advice=remedy.advice,
        message=task.error_message,
        next_try_at=task.not_before if task.is_put_off else None,
        waits_for_remote=task.waits_for_remote,
        asks_which_sap_order=task.cause in ASKED_OF_PEOPLE,
        document_to_link=task.billing_document_id if task.cause in WHICH_INVOICE else None,
    )


def of_order(
    desk: Desk,
    order: SalesOrder,
    left: LeftOpen,
    hindrances: Sequence[Any],
    holds: Iterable[OrderHold],
    papers: Papers,
) -> NextStep:
    now = timezone.now()
    is_out = order.stage == SalesOrder.Stage.NOT_TAKEN
    differs = order.verification == SalesOrder.Verification.DIFFERS
    facts = OrderFacts(
        stage=order.stage,
        placed_at=order.placed_at,
        reason=order.not_taken_reason,
        kept_out=meaning_of(order.not_taken_reason) if is_out else None,
        may_be_taken_anyway=is_out and order.not_taken_reason not in NEVER,
        sap_number=order.sap_sales_order_number,
        sap_missing_since=order.sap_missing_since,
        confirmed_at=order.confirmed_at,
        completed_at=order.completed_at,
        is_differing=differs,
        hindrances=hindrances,
        left_to_ship=left.to_ship,
        left_to_invoice=left.to_invoice,
        deliveries=[_delivery(one, papers.shipments, now) for one in papers.deliveries],
        not_in_shop=[
            str(one) for one in papers.billing_documents if one.is_invoice and not one.is_in_shop
        ],
        invoices=[_invoice(one) for one in papers.invoices],
        machine=desk.machine,
        holds=[Held(one.told, one.held_by_name, one.held_at, one.reason, one.pk) for one in holds],
    )
    return desk.next_step(turns_with_order(facts), order.grand_total, order.currency)


def of_delivery(
    desk: Desk, delivery: OutboundDelivery, warnings: Sequence[str], shipments: Iterable[Any]
) -> NextStep:
    orders, made = orders_of(delivery), list(shipments)
    facts = DeliveryPageFacts(
        delivery=_delivery(delivery, made, timezone.now()),
        warnings=warnings,
        is_of_web_order=bool(orders),
        is_customer_told=all(one.is_customer_told for one in made),
        machine=desk.machine,
    )
    currencies = {order.currency for order in orders}
    total = sum((order.grand_total for order in orders), Decimal(0))
    amount = total if len(currencies) == 1 else None
    return desk.next_step(turns_with_delivery(facts), amount, min(currencies, default=""))


def of_billing_document(
    desk: Desk, document: BillingDocument, invoices: Iterable[Invoice]
) -> NextStep:
    facts = BillingFacts(
        number=str(document),
        billed_on=document.billing_date,
        is_invoice=document.category == BillingDocument.Category.INVOICE,
        is_cancelled=document.is_cancelled,
        is_of_web_order=bool(orders_of(document)),
        invoices=[_invoice(one) for one in invoices],
        machine=desk.machine,
    )
    return desk.next_step(turns_with_billing(facts), document.gross_value, document.currency)


def _delivery(
    delivery: OutboundDelivery, shipments: Iterable[Shipment], now: datetime
) -> DeliveryFacts:
    """``shipments`` may be those of other deliveries as well: each names its own."""
    planned = delivery.planned_picking_at
    parcels = [*delivery.tracks.all(), *_parcels_in_shop(delivery, shipments)]
    return DeliveryFacts(
        number=str(delivery),
        picking=delivery.picking_status,
        created=delivery.created_date,
        planned_picking_at=planned,
        picked_at=delivery.picked_at,
        is_late=planned is not None and planned < now,
        is_goods_issued=delivery.is_goods_issued,
        left_at=delivery.goods_issued_at or delivery.goods_issue_date,
        is_in_shop=delivery.is_in_shop,
        unwanted=delivery.unwanted,
        lacks_parcels=delivery.is_in_shop and delivery.is_goods_issued and not parcels,
    )


def _parcels_in_shop(
    delivery: OutboundDelivery, shipments: Iterable[Shipment]
) -> list[ShipmentTrack]:
    """Also of a shipment made by hand for several deliveries."""
    own = [one for one in shipments if one.is_made_by_hand or one.delivery_id == delivery.pk]
    return [track for one in own for track in one.tracks.all()]


def _invoice(invoice: Invoice) -> InvoiceFacts:
    mails = list(invoice.mails.all())
    last = mails[0].outcome if mails else ""
    return InvoiceFacts(
        number=str(invoice),
        key=invoice.pk,
        made_at=invoice.remote_created_at,
        differs=bool(invoice.differs_by),
        is_mailed=invoice.is_customer_told or bool(invoice.times_mailed),
        is_queued=last in STILL_TO_GO or (not mails and invoice.mail_queued_at is not None),
        is_given_up=last in NOT_GONE,
        kept_back=invoice.not_to_be_mailed,
        is_canceled=invoice.state == Invoice.State.CANCELED,
    )
