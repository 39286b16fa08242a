"""Mails a shop sends later, from its own queue: told as queued until it shows them sent.

With asynchronous sending a document comes without a word of its mail, and the shop's cron sends it
a minute later; 2.4.8 counts the tries that are left (README of Magento, "Versions" 4).
"""

from __future__ import annotations

from sync.magento.records import MagentoInvoice, MagentoShipment
from sync.mirrors.mails import note_asked, papers_to_ask_about
from sync.mirrors.standing_for import ShopPaper
from sync.models import Invoice, Shipment, clock
from sync.steps.step_run import StepRun

AT_ONCE = 100
ROUTES: dict[type[ShopPaper], str] = {Invoice: "invoices", Shipment: "shipments"}


def is_in_queue(run: StepRun, record: MagentoInvoice | MagentoShipment) -> bool:
    """Whether the shop is still to send the first mail of a document just read."""
    if record.email_sent or record.mail_is_queued or not record.mail_is_untold:
        return record.mail_is_queued
    route = "invoices" if isinstance(record, MagentoInvoice) else "shipments"
    return record.entity_id in run.magento().get_ids_with_mail(route, record.order_id)


def follow_queued_mails(run: StepRun) -> None:
    """Ask the shop what became of the mails in its queue: soon at first, then ever more rarely."""
    for model, route in ROUTES.items():
        now = clock.now()
        papers = papers_to_ask_about(run.shop, model, now, AT_ONCE)
        if not papers:
            continue
        for told in run.magento().search_mails(route, papers.keys()):
            if told.entity_id in papers:
                note_asked(papers.pop(told.entity_id), told, now)
        for paper in papers.values():
            note_asked(paper, None, now)
