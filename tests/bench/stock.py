"""What a stock job would do: forked by RQ for each order, with a logon of its own, and no ledger.

The same calls with the same content, so that only the way of working differs.
"""

from __future__ import annotations

import os

from tests.bench.figures import set_up_django

QUEUE = "stock"
NO_LIMITS = {
    "SAP_SESSIONS": "0",
    "MAGENTO_DEMO_CONNECTIONS": "0",
}  # a fork would never return its slot


def carry_over(pk: int) -> None:
    """One order into SAP and confirmed in the shop. Runs in a fork of the worker."""
    from django.db import connections

    from sync.mapping.for_order import search_mapping_for
    from sync.mirrors.order_rest import rest_of
    from sync.models import SalesOrder
    from sync.policy import policy_from_settings
    from sync.remotes import build_magento, build_sap

    connections.close_all()
    order = SalesOrder.objects.select_related("shop").get(pk=pk)
    shop, sap = build_magento(order.shop, print_nothing), build_sap(print_nothing)
    web_order = shop.get_order(order.entity_id)
    zone = policy_from_settings().sap_time_zone
    mapping, _missing = search_mapping_for(order, web_order, sap_time_zone=zone)
    request = rest_of(order, web_order, mapping).to_create().request
    sap.search_sales_orders(
        request.customer_reference, sold_to=request.partners[0].customer_number,
        sales_organization=request.sales_organization, created_from=None,
    )  # fmt: skip
    with sap.unit_of_work() as unit:
        created = unit.create_sales_order(request)
        unit.commit()
    number = created.sap_sales_order_number
    sap.get_sales_orders([number], with_addresses=True)
    shop.set_ext_order_id(order.entity_id, number)
    assert shop.get_order(order.entity_id).ext_order_id == number
    SalesOrder.objects.filter(pk=pk).update(
        sap_sales_order_number=number, sap_read_at=order.pulled_at, confirmed_at=order.pulled_at
    )


def print_nothing(exchange: object) -> None:
    """Keeps no record of the calls."""


def enqueue(redis_address: str, keys: list[int]) -> None:
    from redis import Redis
    from rq import Queue

    queue = Queue(QUEUE, connection=Redis.from_url(redis_address))
    for key in keys:
        queue.enqueue(carry_over, key)


def main() -> None:
    """A forking worker, started by the bench; what the job imports is there before it forks."""
    set_up_django()
    from redis import Redis
    from rq import Queue, Worker

    from sync import steps  # noqa: F401
    from tests.bench import metered  # noqa: F401

    redis = Redis.from_url(os.environ["REDIS_URL"])
    Worker([Queue(QUEUE, connection=redis)], connection=redis).work(logging_level="WARNING")


if __name__ == "__main__":
    main()
