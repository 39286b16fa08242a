"""Keys stand in a statement as numbers; anything a person may have typed stays a parameter."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import QuerySet

from sync.models import OutboundDeliveryLine, SalesOrder, SyncTask

LINES, ORDERS = OutboundDeliveryLine.objects.order_by(), SalesOrder.objects.order_by()


@pytest.mark.parametrize(
    "rows",
    [
        ORDERS.filter(pk__in=range(1, 101)),
        ORDERS.filter(pk__in={*range(1, 101)}),
        LINES.filter(delivery__in=[*range(1, 101)]),
        LINES.filter(sales_order_id__in=[*range(1, 101)]),
        LINES.filter(sales_order__in=[SalesOrder(pk=key) for key in range(1, 101)]),
    ],
)
def test_a_hundred_keys_are_no_parameters(rows: QuerySet[Any]) -> None:
    sql, parameters = rows.query.sql_with_params()

    assert parameters == ()
    assert "1, 2, 3" in sql


def test_texts_and_keys_given_as_texts_stay_parameters() -> None:
    by_number = ORDERS.filter(increment_id__in=["1", "2"])
    by_state = SyncTask.objects.order_by().filter(state__in=["done", "waiting"])

    assert by_number.query.sql_with_params()[1] == ("1", "2")
    assert len(by_state.query.sql_with_params()[1]) == 2
    with pytest.raises(ValueError, match="expected a number"):
        ORDERS.filter(pk__in=["1) OR (1=1"])


@pytest.mark.django_db
def test_no_keys_find_nothing() -> None:
    assert list(ORDERS.filter(pk__in=[])) == []
    assert list(LINES.filter(delivery__in=[None])) == []
