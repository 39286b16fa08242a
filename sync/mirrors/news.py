"""Which SAP documents have news for the shop: ``news_at`` is set with every change, in the same
transaction, and taken away once each order of the document has work that covers it.

Planning looks only at documents with news, by a small index, however many documents there are.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from sync.models import (
    BillingDocument,
    BillingDocumentLine,
    Decision,
    Invoice,
    OutboundDelivery,
    OutboundDeliveryLine,
    Shipment,
    Step,
    SyncTask,
    clock,
)

Document = type[OutboundDelivery] | type[BillingDocument]
Lines = QuerySet[OutboundDeliveryLine] | QuerySet[BillingDocumentLine]

AT_ONCE = 500
LOOKS = 10  # at most, so that a look stays short


def note_news(document: OutboundDelivery | BillingDocument) -> None:
    """The shop has a paper of a document that has not left, or is cancelled: somebody may have to
    be told."""
    over = (
        document.is_goods_issued
        if isinstance(document, OutboundDelivery)
        else not document.is_cancelled
    )
    if not over:
        look_again(type(document), [document.pk])


def look_again(model: Document, keys: Iterable[int | None]) -> None:
    """Call it in the transaction in which a stopped task is closed without having run: it may have
    been stopped before the document's last change."""
    model._default_manager.filter(pk__in=list(keys)).update(news_at=clock.now())


def settle(model: Document) -> list[int]:
    """Take the news from documents that need nothing more; returns the keys of those whose news has
    waited longest."""
    told = model._default_manager.filter(news_at__isnull=False).order_by("news_at", "pk")
    left: list[int] = []
    for _look in range(LOOKS):
        keys = list(told.values_list("pk", flat=True)[:AT_ONCE])
        settled = _settle(model, keys) if keys else set()
        left = [key for key in keys if key not in settled]
        if len(keys) < AT_ONCE or not settled:
            break
    return left


def wanted_shipments() -> QuerySet[OutboundDeliveryLine]:
    """Lines of deliveries that have left, or came back after the shop shipped them, and are not yet
    told."""
    delivery = OuterRef("delivery")
    shipped = Shipment.objects.filter(
        Q(delivery=delivery) | Q(further_deliveries=delivery), sales_order=OuterRef("sales_order")
    )
    return OutboundDeliveryLine.objects.filter(
        Q(delivery__goods_movement_status="C") | Q(Exists(shipped)), sales_order__isnull=False
    ).exclude(_handled(Step.PUSH_SHIPMENT, "delivery"))


def wanted_invoices() -> QuerySet[BillingDocumentLine]:
    """Lines of SAP invoices, and of cancelled ones the shop has invoiced, that are not yet told."""
    document = OuterRef("billing_document")
    invoiced = Invoice.objects.filter(
        Q(billing_document=document) | Q(further_documents=document),
        sales_order=OuterRef("sales_order"),
    )
    return BillingDocumentLine.objects.filter(
        Q(billing_document__is_cancelled=False) | Q(Exists(invoiced)),
        billing_document__category=BillingDocument.Category.INVOICE,
        sales_order__isnull=False,
    ).exclude(_handled(Step.PUSH_INVOICE, "billing_document"))


def marked_done(step: Step, **about: str) -> Exists:
    """Whether a person has marked this step done for the document; ``about`` are the outer
    columns."""
    columns = {name: OuterRef(column) for name, column in about.items()}
    return Exists(Decision.objects.marked_done(step).filter(**columns))


def _settle(model: Document, keys: list[int]) -> set[int]:
    """While the rows are locked no change can be stored. Running work may yet find more to do, so
    it is asked for first: what ends in between has begun after the change."""
    name = "delivery" if model is OutboundDelivery else "billing_document"
    wanted: Lines = wanted_shipments() if model is OutboundDelivery else wanted_invoices()
    running = SyncTask.objects.filter(
        state=SyncTask.State.RUNNING, sales_order=OuterRef("sales_order")
    )
    with transaction.atomic():
        rows = model._default_manager.filter(pk__in=keys, news_at__isnull=False)
        locked = rows.select_for_update(skip_locked=True).order_by()
        settled = set(locked.values_list("pk", flat=True))
        for kept in (wanted.model._default_manager.filter(Exists(running)), wanted):
            of_ours = kept.filter(**{f"{name}__in": settled}).order_by()
            settled -= set(of_ours.values_list(name, flat=True))
        if settled:
            model._default_manager.filter(pk__in=settled).update(news_at=None)
    return settled


def _handled(step: Step, document: str) -> Q:
    """Whether the line's document and order have a task that is open or done since the change, or
    that a person has marked done."""
    tasks = SyncTask.objects.filter(
        Q(state__in=SyncTask.OPEN_STATES)
        | Q(state=SyncTask.State.DONE, started_at__gte=OuterRef(f"{document}__changed_at")),
        step=step,
        sales_order=OuterRef("sales_order"),
        **{document: OuterRef(document)},
    )
    about = {"sales_order": "sales_order", document: document}
    return Q(Exists(tasks)) | Q(marked_done(step, **about))
