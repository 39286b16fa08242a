"""What the amounts of a list's documents come to, by currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, F, QuerySet, Sum, Value, When
from django.db.models.expressions import Combinable, Expression
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sync.models import BillingDocument, SalesOrder
from sync.views.counts import Count
from sync.views.kinds import BILLING_DOCUMENTS, ORDERS, DocumentKind

MOST = 1_000  # documents; adding up more would make the page wait

_Category = BillingDocument.Category
_TAKEN_BACK = [_Category.CREDIT_MEMO, _Category.INVOICE_CANCELLATION]
_NO_CLAIM = [_Category.PRO_FORMA, _Category.DOWN_PAYMENT_REQUEST]


def _billed(column: str) -> Expression:
    """SAP's amounts have no sign: a credit memo is told by its kind."""
    return Case(
        When(category__in=_TAKEN_BACK, then=-F(column)),
        When(category__in=_NO_CLAIM, then=Value(Decimal(0))),
        default=F(column),
        output_field=DecimalField(),
    )


def _of_wanted_orders(amount: Combinable) -> Expression:
    is_canceled = When(stage=SalesOrder.Stage.CANCELED, then=Value(Decimal(0)))
    return Case(is_canceled, default=amount, output_field=DecimalField())


_SUMS: dict[str, dict[Promise, Expression]] = {
    ORDERS.name: {
        _("Total"): _of_wanted_orders(F("grand_total")),
        _("paid"): _of_wanted_orders(F("total_paid")),
        _("due"): _of_wanted_orders(F("grand_total") - F("total_paid")),
    },
    BILLING_DOCUMENTS.name: {
        _("Net"): _billed("net_value"),
        _("tax"): _billed("tax_value"),
        _("gross"): _billed("gross_value"),
    },
}


@dataclass(frozen=True, slots=True)
class Total:
    """The sums of one currency, each with its name."""

    currency: str
    sums: list[tuple[Promise, Decimal]]


def totals_of(kind: DocumentKind, documents: QuerySet[Any], count: Count) -> list[Total]:
    """None where too many match, and for documents without amounts."""
    sums = _SUMS.get(kind.name)
    if sums is None or not 0 < count.number <= MOST:
        return []
    keys = list(documents.order_by().values_list("pk", flat=True)[:MOST])
    counted = documents.model._default_manager.filter(pk__in=keys).order_by("currency")
    named = {f"sum_{at}": Sum(one) for at, one in enumerate(sums.values())}
    added = counted.values("currency").annotate(**named)
    return [
        Total(row["currency"], [(name, row[f"sum_{at}"]) for at, name in enumerate(sums)])
        for row in added
    ]
