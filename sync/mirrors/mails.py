"""Mails of the shop to its customers: those in its queue, and each sending of an invoice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from sync.magento.records import MagentoMail
from sync.mirrors.standing_for import ShopPaper
from sync.models import Invoice, InvoiceMail, Shop, clock

FIRST_LOOK = timedelta(minutes=1)
Outcome = InvoiceMail.Outcome


def keep_mail(invoice: Invoice, asked_by: User | None, outcome: str) -> None:
    """One sending more."""
    InvoiceMail.objects.create(
        invoice=invoice,
        asked_by=asked_by,
        sent_at=timezone.now(),
        recipient=invoice.sales_order.customer_email,
        outcome=outcome,
    )


def note_queued(paper: ShopPaper, *, is_queued: bool) -> None:
    """Remember that the shop is to be asked again, or that nothing is left to ask."""
    now = clock.now()
    since = (paper.mail_queued_at or now) if is_queued else None
    _note(paper, since, now)


def papers_to_ask_about(
    shop: Shop, papers: type[ShopPaper], now: datetime, at_once: int
) -> dict[int, ShopPaper]:
    """By ``entity_id``, those with a queued mail whose time has come, longest due first."""
    due: QuerySet[ShopPaper] = papers._default_manager.filter(
        sales_order__shop=shop, mail_queued_at__isnull=False, mail_due_at__lte=now
    )
    return {paper.entity_id: paper for paper in due.order_by("mail_due_at")[:at_once]}


def note_asked(paper: ShopPaper, told: MagentoMail | None, now: datetime) -> None:
    """What the shop told of a queued mail; None where it has the paper no more: asked rarely."""
    is_queued = told is None or told.mail_is_queued or told.mail_is_untold
    is_told = told is not None and told.email_sent
    _note(paper, paper.mail_queued_at if is_queued else None, now, is_told=is_told)
    if isinstance(paper, Invoice) and not is_queued:
        outcome = Outcome.SENT if is_told else Outcome.GIVEN_UP
        paper.mails.filter(outcome=Outcome.IN_QUEUE).update(outcome=outcome)


def _note(
    paper: ShopPaper, since: datetime | None, now: datetime, *, is_told: bool = False
) -> None:
    """A quarter of the time it has waited already is the next pause."""
    due = None if since is None else now + max(FIRST_LOOK, (now - since) / 4)
    columns: dict[str, Any] = {"mail_queued_at": since, "mail_due_at": due}
    columns |= {"is_customer_told": True} if is_told else {}
    type(paper)._default_manager.filter(pk=paper.pk).update(**columns)
