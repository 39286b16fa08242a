"""The shop's mails to customers: those in its queue, and each time an invoice was sent."""

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


def store_mail(invoice: Invoice, asked_by: User | None, outcome: str) -> None:
    InvoiceMail.objects.create(
        invoice=invoice,
        asked_by=asked_by,
        sent_at=timezone.now(),
        recipient=invoice.sales_order.customer_email,
        outcome=outcome,
    )


def store_not_to_be_mailed(invoice: Invoice, reason: str) -> None:
    """Once known it stays: a rule made or taken away later says nothing of this invoice."""
    if reason and not (invoice.not_to_be_mailed or invoice.is_customer_told):
        invoice.not_to_be_mailed = reason
        invoice.save(update_fields=["not_to_be_mailed"])


def store_mail_queued(paper: ShopPaper, *, is_queued: bool) -> None:
    """``is_queued`` tells whether the shop has to be asked about the mail again."""
    if not is_queued and paper.mail_queued_at is None:
        return
    now = clock.now()
    since = (paper.mail_queued_at or now) if is_queued else None
    _store_queue_columns(paper, since, now)


def papers_to_ask_about(
    shop: Shop, papers: type[ShopPaper], now: datetime, at_once: int
) -> dict[int, ShopPaper]:
    """By ``entity_id``: papers whose queued mail is due for a check, longest overdue first."""
    due: QuerySet[ShopPaper] = papers._default_manager.filter(
        sales_order__shop=shop, mail_queued_at__isnull=False, mail_due_at__lte=now
    )
    return {paper.entity_id: paper for paper in due.order_by("mail_due_at")[:at_once]}


def store_mail_answer(paper: ShopPaper, told: MagentoMail | None, now: datetime) -> None:
    """``told`` is None where the shop no longer has the paper; it is asked again, but rarely."""
    is_queued = told is None or told.mail_is_queued or told.mail_is_untold
    is_told = told is not None and told.email_sent
    _store_queue_columns(paper, paper.mail_queued_at if is_queued else None, now, is_told=is_told)
    if isinstance(paper, Invoice) and not is_queued:
        outcome = Outcome.SENT if is_told else Outcome.GIVEN_UP
        paper.mails.filter(outcome=Outcome.IN_QUEUE).update(outcome=outcome)


def _store_queue_columns(
    paper: ShopPaper, since: datetime | None, now: datetime, *, is_told: bool = False
) -> None:
    """The next pause is a quarter of the time the mail has already waited."""
    due = None if since is None else now + max(FIRST_LOOK, (now - since) / 4)
    columns: dict[str, Any] = {"mail_queued_at": since, "mail_due_at": due}
    columns |= {"is_customer_told": True} if is_told else {}
    type(paper)._default_manager.filter(pk=paper.pk).update(**columns)
    paper.mail_queued_at, paper.mail_due_at = since, due
