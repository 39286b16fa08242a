"""Mails that the shop sends later from its own queue: they count as queued until shown as sent.

With asynchronous sending a new document says nothing of its mail, and the shop's cron sends it a
minute later; 2.4.8 counts the tries that are left (README of Magento, "Versions" 4).
"""

from __future__ import annotations

from sync.magento.records import MagentoInvoice, MagentoShipment
from sync.mirrors.mails import papers_to_ask_about, store_mail_answer
from sync.mirrors.standing_for import ShopPaper
from sync.models import Invoice, Shipment, clock
from sync.steps.step_run import StepRun

AT_ONCE = 100
ROUTES: dict[type[ShopPaper], str] = {Invoice: "invoices", Shipment: "shipments"}


def is_in_queue(run: StepRun, record: MagentoInvoice | MagentoShipment) -> bool:
    """Whether the shop has yet to send the first mail of a document that was just read."""
    if record.email_sent or record.mail_is_queued or not record.mail_is_untold:
        return record.mail_is_queued
    route = "invoices" if isinstance(record, MagentoInvoice) else "shipments"
    return record.entity_id in run.magento().get_ids_with_mail(route, record.order_id)


def follow_queued_mails(run: StepRun) -> bool:
    """Asks soon at first, then ever more rarely; returns whether there was something to ask for."""
    has_asked = False
    for model, route in ROUTES.items():
        now = clock.now()
        papers = papers_to_ask_about(run.shop, model, now, AT_ONCE)
        if not papers:
            continue
        has_asked = True
        for told in run.magento().search_mails(route, papers.keys()):
            if told.entity_id in papers:
                store_mail_answer(papers.pop(told.entity_id), told, now)
        for paper in papers.values():
            store_mail_answer(paper, None, now)
    return has_asked
