"""What SAP said of some orders, before anything of it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from sync.models import SalesOrder
from sync.sap.records import SapDelivery, SapSalesOrder


@dataclass(slots=True)
class Answer:
    """What SAP said of ``orders``. ``asked`` are deliveries that were asked for their parcels,
    ``put_off`` those whose parcels have to be read and were not."""

    orders: list[SalesOrder]
    statuses: tuple[SapSalesOrder, ...] = ()
    missing: list[SalesOrder] = field(default_factory=list)
    deliveries: dict[str, SapDelivery] = field(default_factory=dict)
    unchanged: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    put_off: list[SapDelivery] = field(default_factory=list)

    @property
    def numbers(self) -> list[str]:
        return [order.sap_sales_order_number for order in self.orders]
