"""Mails a shop sends later, from its own queue: told as queued until it shows them sent.

With asynchronous sending a document comes without a word of its mail, and the shop's cron sends it
a minute later; 2.4.8 counts the tries that are left (README of Magento, "Versions" 4).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from sync.magento.records import MagentoInvoice, MagentoMail, MagentoShipment
from sync.mirrors.notes import note_mail
from sync.mirrors.standing_for import Paper
from sync.models import Invoice, InvoiceMail, Shipment, clock
from sync.steps.step_run import StepRun

FIRST_LOOK = timedelta(minutes=1)
AT_ONCE = 100
Outcome = InvoiceMail.Outcome
ROUTES: dict[type[Paper], str] = {Invoice: "invoices", Shipment: "shipments"}


def is_in_queue(run: StepRun, record: MagentoInvoice | MagentoShipment) -> bool:
    """Whether the shop is still to send the first mail of a document just read."""
    if record.email_sent or record.mail_is_queued or not record.mail_is_untold:
        return record.mail_is_queued
    route = "invoices" if isinstance(record, MagentoInvoice) else "shipments"
    return record.entity_id in run.magento().mails_wanted(route, record.order_id)


def note_queued(paper: Paper, *, is_queued: bool) -> None:
    """Remember that the shop is to be asked again, or that nothing is left to ask."""
    now = clock.now()
    since = (paper.mail_queued_at or now) if is_queued else None
    _note(paper, since, now)


def follow_queued_mails(run: StepRun) -> None:
    """Ask the shop what became of the mails in its queue: soon at first, then ever more rarely."""
    for model in (Invoice, Shipment):
        now = clock.now()
        due: QuerySet[Paper] = model._default_manager.filter(
            sales_order__shop=run.shop, mail_queued_at__isnull=False, mail_due_at__lte=now
        )
        papers = {paper.entity_id: paper for paper in due.order_by("mail_due_at")[:AT_ONCE]}
        if not papers:
            continue
        for told in run.magento().mails_of(ROUTES[model], papers.keys()):
            if told.entity_id in papers:
                _settle(papers.pop(told.entity_id), told, now)
        for paper in papers.values():  # not in the shop any more: asked rarely
            _note(paper, paper.mail_queued_at, now)


def _settle(paper: Paper, told: MagentoMail, now: datetime) -> None:
    is_queued = told.mail_is_queued or told.mail_is_untold
    _note(paper, paper.mail_queued_at if is_queued else None, now, is_told=told.email_sent)
    if isinstance(paper, Invoice) and not is_queued:
        outcome = Outcome.SENT if told.email_sent else Outcome.GIVEN_UP
        waiting = InvoiceMail.objects.filter(invoice=paper, outcome=Outcome.IN_QUEUE)
        waiting.update(outcome=outcome)


def _note(paper: Paper, since: datetime | None, now: datetime, *, is_told: bool = False) -> None:
    """A quarter of the time it has waited already is the next pause."""
    due = None if since is None else now + max(FIRST_LOOK, (now - since) / 4)
    note_mail(paper, since, due, is_told=is_told)
