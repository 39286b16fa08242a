"""One consistent world in process: a stand-in shop, a stand-in SAP, and the portal between them.

Nothing of ours is replaced: orders are placed in the stand-in shop, work is asked for and run
through the ledger, and what came of it is read from the books of both stand-ins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from sync.exchanges import Observer
from sync.jobs import work
from sync.jobs.ask import ask, retry
from sync.jobs.run import run_one
from sync.jobs.sweep import sweep
from sync.jobs.work import Work
from sync.magento.auth import oauth1
from sync.magento.client import MagentoClient
from sync.magento.connections import ShopConnections, new_session
from sync.management.commands.seed_demo import create_mappings
from sync.models import BillingDocument, OutboundDelivery, SalesOrder, Shop, SyncTask
from sync.policy import policy_from_settings
from sync.remotes import Remotes
from sync.sandbox.sap import billing, books, warehouse
from sync.sandbox.sap.connection import connect_in_process
from sync.sandbox.sap.documents import SalesOrder as SapOrder
from sync.sandbox.sap.system import SapSystem
from sync.sandbox.shop import factory
from sync.sandbox.shop.app import create_app
from sync.sandbox.shop.auth import Credentials
from sync.sandbox.shop.shop import Shop as StandInShop
from sync.sandbox.shop.versions import NEWER
from sync.sap.client import SapClient
from sync.sap.options import SapOptions
from tests.wire import Line, WiredConnection, WsgiAdapter

Books = dict[str, Any]
CREDENTIALS = Credentials()
SAP_LOGON = {"ashost": "127.0.0.1", "sysnr": "00", "client": "100", "user": "PORTAL", "lang": "EN"}
POLICY = replace(
    policy_from_settings(),
    lease=timedelta(seconds=60),
    statuses_for=timedelta(0),  # each fetch sees what has just happened
    is_sap_a_standin=False,
)


@dataclass
class World:
    """Both stand-ins, a shop with mappings, and verbs for what people and machines do."""

    app: Any
    sap: SapSystem
    shop: Shop
    line: Line
    clock: list[timedelta]
    remotes: Remotes = field(init=False)
    more_apps: dict[str, Any] = field(default_factory=dict)
    password: str = "secret"
    reads_tables: bool = False
    documents_per_read: int = 200
    keys: Credentials = CREDENTIALS

    def __post_init__(self) -> None:
        self.new_worker()

    # ---- the portal
    def new_worker(self) -> None:
        """Fresh clients, as after the restart of a worker."""
        self.line.mend()
        self.remotes = Remotes(
            build_magento=self._magento_client, build_sap=self._sap_client, policy=POLICY
        )

    def run(self, wanted: Work, *, asked_by: User | None = None) -> SyncTask:
        """Ask for work and carry it out, once; the task as it then stands."""
        origin = SyncTask.Origin.CLICK if asked_by else SyncTask.Origin.SCHEDULE
        return self.run_task(ask(wanted, origin=origin, asked_by=asked_by).task)

    def run_task(self, task: SyncTask) -> SyncTask:
        """Carry out a waiting task now, whatever its time; the task as it then stands."""
        waiting = SyncTask.objects.filter(pk=task.pk, state=SyncTask.State.WAITING)
        waiting.update(not_before=timezone.now())
        run_one(task.pk, self.remotes)
        task.refresh_from_db()
        return task

    def retry(self, task: SyncTask) -> SyncTask:
        """A person puts a stopped task back to work, and it is carried out."""
        person, _created = User.objects.get_or_create(username="somebody")
        retry(task, asked_by=person)
        return self.run_task(task)

    def run_until_done(self, task: SyncTask, attempts: int = 5) -> SyncTask:
        """Carry a task out again and again, as its retries would, without their pauses."""
        for _ in range(attempts):
            task = self.run_task(task)
            if task.state != SyncTask.State.WAITING:
                break
        return task

    def work_off(self) -> None:
        """Carry out all that is due, and what follows from it."""
        while due := SyncTask.objects.due(timezone.now()).order_by("priority", "id").first():
            run_one(due.pk, self.remotes)

    def recover(self, task: SyncTask) -> SyncTask:
        """After a kill: SAP forgets the session, the lease runs out, a new worker carries on."""
        self.sap.drop_all_sessions()
        self.new_worker()
        passed = timezone.now() - timedelta(seconds=1)
        SyncTask.objects.filter(pk=task.pk, state="running").update(lease_until=passed)
        # Marks last for a part of the lease, so they have run out with it.
        SalesOrder.objects.update(shop_unsettled_until=None, sap_unsettled_until=None)
        sweep()
        return self.run_until_done(task)

    def place(self, shape: str = "simple", **customer: str) -> SalesOrder:
        """A web order, placed in the shop and pulled."""
        entity_id = self.place_only(shape, **customer)
        self.run(work.pull_orders(self.shop))
        return SalesOrder.objects.get(shop=self.shop, entity_id=entity_id)

    def place_only(self, shape: str = "simple", **customer: str) -> int:
        """A web order the portal has not heard of; its entity_id."""
        return int(factory.place(self.stand_in, shape, dict(customer))["entity_id"])

    def ship(self, order: SalesOrder, delivery_number: str) -> SyncTask:
        """Read the order's deliveries, and carry out the shipment of this one."""
        self.run(work.pull_deliveries(order))
        return self.run(self.shipment_of(order, delivery_number))

    def invoice(self, order: SalesOrder, billing_document_number: str) -> SyncTask:
        """Read the order's billing documents, and carry out the invoice of this one."""
        self.run(work.pull_billing(order))
        return self.run(self.invoice_of(order, billing_document_number))

    def shipment_of(self, order: SalesOrder, delivery_number: str) -> Work:
        """The work of shipping the order's part of a delivery the portal knows."""
        delivery = OutboundDelivery.objects.get(delivery_number=delivery_number)
        return work.push_shipment(delivery, order)

    def invoice_of(self, order: SalesOrder, billing_document_number: str) -> Work:
        """The work of invoicing the order's part of a billing document the portal knows."""
        document = BillingDocument.objects.get(billing_document_number=billing_document_number)
        return work.push_invoice(document, order)

    def into_sap(self, shape: str = "simple", **customer: str) -> SalesOrder:
        """A web order that is in SAP."""
        order = self.place(shape, **customer)
        self.run(work.push_order(order))
        order.refresh_from_db()
        return order

    # ---- what people do in the remotes
    def cancel(self, order: SalesOrder) -> None:
        """Canceled in the shop's admin panel."""
        self.stand_in.move(order.entity_id, "cancel")

    def edit(self, order: SalesOrder) -> int:
        """Edited in the shop's admin panel: canceled and replaced; the new order's entity_id."""
        return int(factory.edit(self.stand_in, order.entity_id)["entity_id"])

    def reject(self, order: SalesOrder) -> None:
        """Every line rejected in SAP."""
        order.refresh_from_db()
        held = self.sap.store.get(SapOrder, order.sap_sales_order_number)
        assert held is not None
        for item in held.items:
            item.rejection_reason = next(iter(self.sap.customising.rejection_reasons))
        self.sap.store.save(held)

    def deliver(
        self, *orders: SalesOrder, quantities: Mapping[int, int] | None = None, **more: Any
    ) -> list[str]:
        """Outbound deliveries for the orders: all that is open, or quantities by SAP item."""
        wanted = {item: Decimal(quantity) for item, quantity in (quantities or {}).items()}
        numbers = [order.sap_sales_order_number for order in orders]
        return warehouse.create_delivery(
            self.sap, warehouse.DeliveryRequest(numbers, wanted, **more)
        )

    def pick(self, delivery_number: str) -> None:
        """The warehouse picks the delivery."""
        warehouse.pick(self.sap, delivery_number)

    def goods_issue(
        self, delivery_number: str, tracking: Sequence[str] = (), carrier: str = "DHL"
    ) -> str:
        """The goods leave; returns the delivery number."""
        warehouse.post_goods_issue(self.sap, delivery_number, carrier, list(tracking))
        return delivery_number

    def dispatch(self, *orders: SalesOrder, tracking: Sequence[str] = ("1Z1",)) -> list[str]:
        """Deliver everything open, and let it leave."""
        return [self.goods_issue(number, tracking) for number in self.deliver(*orders)]

    def track(self, delivery_number: str, *tracking: str, carrier: str = "DHL") -> None:
        """Late or corrected parcel numbers."""
        warehouse.set_tracking(self.sap, delivery_number, carrier, list(tracking))

    def bill(
        self,
        *deliveries: str,
        orders: Sequence[SalesOrder] = (),
        quantities: Mapping[int, int] | None = None,
    ) -> str:
        """Bill deliveries, or orders of services; the billing document's number."""
        wanted = {item: Decimal(quantity) for item, quantity in (quantities or {}).items()}
        numbers = [order.sap_sales_order_number for order in orders]
        request = billing.BillingRequest(list(deliveries), numbers, wanted)
        return billing.bill(self.sap, request)[0]

    # ---- trouble
    def shop_fails(self, kind: str, operation: str = "", *, times: int = 1, **more: Any) -> None:
        """Put a fault of the shop in force."""
        faults = self.app.extensions["shop_faults"]
        faults.add({"kind": kind, "operation": operation, "times": times, **more})

    def sap_fails(self, kind: str, operation: str = "", *, times: int = 1) -> None:
        """Put a fault of SAP in force."""
        self.sap.faults.arm(kind, operation=operation, times=times)

    # ---- books
    @property
    def stand_in(self) -> StandInShop:
        """The stand-in shop itself."""
        found: StandInShop = self.app.extensions["shop"]
        return found

    def shop_books(self, order: SalesOrder) -> Books:
        """The shop's own books of an order: order, shipments, invoices, the bank's book."""
        with self.stand_in.store.reading() as found:
            return {
                "order": found.find("order", order.entity_id),
                "shipments": found.of_order("shipment", order.entity_id),
                "invoices": found.of_order("invoice", order.entity_id),
                "gateway": found.payments(order.entity_id),
            }

    def mails(self, order: SalesOrder, kind: str) -> list[Books]:
        """The mails of a kind the customer of an order got."""
        with self.stand_in.store.reading() as found:
            return list(found.mails("order_id = ? AND kind = ?", (order.entity_id, kind)))

    def sap_books(self, order: SalesOrder) -> list[Books]:
        """SAP's own books of every order that carries the web order's number."""
        self.sap.run_updates()
        found = self.sap.store.find_orders(customer_reference=order.increment_id)
        orders = (warehouse.order_of(self.sap, number) for number in found)
        return [books.books_of(self.sap, one) for one in orders]

    def edit_web_order(self, entity_id: int, change: Callable[[Books], Any]) -> None:
        """Change the shop's stored order behind everyone's back."""
        with self.stand_in.store.writing() as found:
            document = found.find("order", entity_id)
            assert document is not None
            change(document)
            found.save("order", document)

    def forget_in_shop(self, order: SalesOrder) -> None:
        """The shop loses an order, as after a restored backup."""
        with self.stand_in.store.writing() as found:
            found.delete("order", order.entity_id)

    # ---- clients
    def _magento_client(self, shop: Shop, observe: Observer) -> MagentoClient:
        session = new_session()
        app = self.more_apps.get(shop.code, self.app)
        session.mount("http://", WsgiAdapter(app, self.line))
        keys = self.keys
        auth = oauth1(
            keys.consumer_key, keys.consumer_secret, keys.access_token, keys.access_token_secret
        )
        return MagentoClient(
            "http://shop.test",
            auth,
            observe=observe,
            connections=ShopConnections("the shop", lambda: session),
        )

    def _sap_client(self, observe: Observer) -> SapClient:
        def connect(**parameters: Any) -> Any:
            return WiredConnection(connect_in_process(self.sap, **parameters), self.line)

        options = SapOptions(
            time_zone="Europe/Berlin",
            reads_tables=self.reads_tables,
            documents_per_read=self.documents_per_read,
        )
        return SapClient(connect, {**SAP_LOGON, "passwd": self.password}, options, observe=observe)


def a_world(tmp_path: Path, shop_version: str = NEWER.name) -> World:
    """Both stand-ins, empty; a shop with sales areas and mappings; close it with ``close``."""
    clock = [timedelta(0)]
    app = create_app(
        tmp_path / "shop", clock=lambda: datetime.now(UTC) + clock[0], seed=False,
        version=shop_version,
    )  # fmt: skip
    app.testing = True  # a fault of the stand-in itself shows as one
    shop = Shop.objects.create(code="demo", name="Demo shop", amount_tolerance=Decimal("0.01"))
    create_mappings(shop)
    return World(app, SapSystem(tmp_path / "sap"), shop, Line(), clock)


def add_shop(world: World, tmp_path: Path, code: str, **values: Any) -> Shop:
    """One more Magento installation with books of its own, and the same mappings."""
    app = create_app(tmp_path / code, clock=lambda: datetime.now(UTC), seed=False)
    app.testing = True
    world.more_apps[code] = app
    shop = Shop.objects.create(code=code, name=code.title(), **values)
    create_mappings(shop)
    return shop


def place_in(world: World, shop: Shop, shape: str = "simple") -> SalesOrder:
    """A web order of an added shop, placed and pulled."""
    stand_in = world.more_apps[shop.code].extensions["shop"]
    entity_id = factory.place(stand_in, shape, {})["entity_id"]
    world.run(work.pull_orders(shop))
    return SalesOrder.objects.get(shop=shop, entity_id=entity_id)


def close(world: World) -> None:
    """Let go of both stand-ins' books."""
    for app in world.more_apps.values():
        app.extensions["shop"].store.close()
    world.app.extensions["shop"].store.close()
    world.sap.close()
