"""The SAP client: everything the portal asks of SAP, over borrowed RFC sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sync.errors import RemoteUnavailable
from sync.exchanges import Observer
from sync.reading import Read
from sync.sap import (
    billing,
    billing_flow,
    deliveries,
    functions,
    ledger,
    orders,
    readiness,
    simulation,
    table_read,
)
from sync.sap.bapi import SapSession
from sync.sap.connection import Connect
from sync.sap.explanations import Explanation
from sync.sap.messages import explain
from sync.sap.options import SapOptions
from sync.sap.order_payload import create_arguments
from sync.sap.orders import SalesOrderUnit
from sync.sap.records import (
    SapBillingDocument,
    SapDelivery,
    SapMessage,
    SapOrderHeader,
    SapSalesOrder,
    SapSalesOrderRequest,
    SapSimulation,
)
from sync.sap.rows import text
from sync.sap.sessions import SapSessions
from sync.told import told

__all__ = ["SalesOrderUnit", "SapClient", "SapOptions"]

Given = ParamSpec("Given")
Result = TypeVar("Result")


def _once_more_if_cut(
    read: Callable[Concatenate[SapClient, Given], Result],
) -> Callable[Concatenate[SapClient, Given], Result]:
    """Repeat a read on a fresh connection when its first call found an idle or new connection cut.
    Not for use inside a unit of work, whose buffer would be lost."""

    @wraps(read)
    def wrapped(client: SapClient, /, *args: Given.args, **kwargs: Given.kwargs) -> Result:
        session = client._session
        try:
            return read(client, *args, **kwargs)
        except RemoteUnavailable:
            if session.is_in_unit or not session.was_cut_at_first:
                raise
        session.renew()
        return read(client, *args, **kwargs)

    return wrapped


class SapClient:
    """For one thread; it borrows a session for each call, or for a unit of work.

    Once ``is_usable`` is false, close the client and make another.
    """

    def __init__(
        self,
        connect: Connect,
        parameters: Mapping[str, str],
        options: SapOptions,
        *,
        observe: Observer = ledger.silent,
        sessions: SapSessions | None = None,
    ) -> None:
        """Without ``sessions`` it keeps one of its own."""
        self._is_alone = sessions is None
        self._session = SapSession(
            sessions or SapSessions(connect, parameters, options), options, observe
        )

    @property
    def options(self) -> SapOptions:
        return self._session.options

    def teach(self, messages: Mapping[str, Explanation]) -> None:
        """Explain messages with these entries of the administrators from now on."""
        self._session.options = replace(self._session.options, taught_messages=messages)

    def explain(self, message: SapMessage) -> Explanation:
        return explain(message, self.options.taught_messages)

    def check_system_with(self, recognise: Callable[[dict[str, str]], None]) -> None:
        """Call ``recognise`` with the identity of the system (system_id, client) whenever a session
        opens. If it raises, the session is closed before anything is called."""
        self._session.recognise = recognise

    @property
    def is_usable(self) -> bool:
        """False after ``close``, and after any call whose outcome is doubtful."""
        return self._session.is_usable

    def close(self) -> None:
        self._session.close()
        if self._is_alone:
            self._session.log_on_anew()

    def log_on_anew(self) -> None:
        """No session opened so far is lent again, to anybody."""
        self._session.log_on_anew()

    @contextmanager
    def holding_session(self) -> Iterator[None]:
        """Borrow the session that a unit of work inside will use, and wait for the turn of its
        create and commit, before the time runs in which it must be sent."""
        with self._session.held(calls=2):
            yield

    @_once_more_if_cut
    def ping(self) -> str:
        """A readable line about the system: id, release, host."""
        self._session.call(functions.TEST_CONNECTION, {"REQUTEXT": "ping"})
        info = self._session.call(functions.SYSTEM_INFO, {}).get("RFCSI_EXPORT") or {}
        system, release, host = (text(info, f) for f in ("RFCSYSID", "RFCSAPRL", "RFCHOST"))
        return told(
            "SAP system {system}, release {release}, host {host}",
            system=system or "?",
            release=release or "?",
            host=host or "?",
        )

    @_once_more_if_cut
    def missing_parts(self) -> dict[str, list[str]]:
        return readiness.missing_parts(self._session)

    @_once_more_if_cut
    def missing_extras(self) -> list[str]:
        return readiness.missing_extras(self._session)

    @_once_more_if_cut
    def may_read_tables(self) -> bool:
        return table_read.may_read_tables(self._session)

    def refused_reads(self) -> dict[str, str]:
        """By kind of document the user may not read, SAP's reason. Tries one read of each kind."""
        session, number = self._session, [table_read.PROBE_NUMBER]
        reads: dict[str, Callable[[], object]] = {
            told("sales orders"): lambda: self.get_sales_orders(number).complete(),
            told("deliveries"): lambda: self.search_deliveries(delivery_numbers=number).complete(),
            told("billing documents"): lambda: self.search_billing_documents(
                reference_documents=number
            ).complete(),
        }
        refusals = {what: readiness.refusal(session, read) for what, read in reads.items()}
        return {what: reason for what, reason in refusals.items() if reason}

    @_once_more_if_cut
    def utc_offset(self) -> timedelta | None:
        return readiness.utc_offset(self._session)

    @_once_more_if_cut
    def search_sales_orders(
        self,
        customer_reference: str,
        *,
        sold_to: str,
        sales_organization: str,
        created_from: date | None,
    ) -> list[SapOrderHeader]:
        """The orders with exactly this customer reference (trimmed, upper case), each once."""
        return orders.search_sales_orders(
            self._session,
            customer_reference,
            sold_to=sold_to,
            sales_organization=sales_organization,
            created_from=created_from,
        )

    @_once_more_if_cut
    def list_sales_orders(
        self,
        *,
        sold_to: str,
        sales_organization: str,
        created_from: date,
        created_to: date,
    ) -> Read[SapOrderHeader]:
        """A customer's orders of a range of days, with any reference, each once."""
        return orders.list_sales_orders(
            self._session,
            sold_to=sold_to,
            sales_organization=sales_organization,
            created_from=created_from,
            created_to=created_to,
        )

    @contextmanager
    def unit_of_work(self) -> Iterator[SalesOrderUnit]:
        """Create and commit in one session; without a commit, SAP is told to roll back."""
        with self._session.held():
            unit = SalesOrderUnit(self._session)
            try:
                yield unit
            finally:
                unit.end()

    @_once_more_if_cut
    def simulate_sales_order(self, request: SapSalesOrderRequest) -> SapSimulation:
        return simulation.simulate(self._session, request)

    def get_dry_run_payload(self, request: SapSalesOrderRequest) -> dict[str, Any]:
        """What a dry run sends to SAP, without personal data."""
        sent = create_arguments(request, self.options, long_material=False, test_run=True)
        return ledger.request(sent)

    @_once_more_if_cut
    def get_sales_orders(
        self, sap_sales_order_numbers: Sequence[str], *, with_addresses: bool = False
    ) -> Read[SapSalesOrder]:
        """Numbers that SAP does not know are left out (sheet 2.3)."""
        return orders.get_sales_orders(
            self._session, sap_sales_order_numbers, with_addresses=with_addresses
        )

    @_once_more_if_cut
    def search_deliveries(
        self,
        *,
        sap_sales_order_numbers: Sequence[str] = (),
        delivery_numbers: Sequence[str] = (),
        with_parcels: bool = True,
    ) -> Read[SapDelivery]:
        """Each delivery once: those of these sales orders, and those with these numbers. Reading
        parcels can cost one call for each delivery."""
        return deliveries.search_deliveries(
            self._session,
            sap_sales_order_numbers=sap_sales_order_numbers,
            delivery_numbers=delivery_numbers,
            with_parcels=with_parcels,
        )

    @_once_more_if_cut
    def later_billing_documents(self, numbers: Sequence[str]) -> dict[str, set[str]] | None:
        """By order, delivery or billing document, the billing documents that followed it, read in
        few calls from the document flow. None where the flow may not be read."""
        return billing_flow.later_billing_documents(self._session, numbers)

    @_once_more_if_cut
    def search_billing_documents(
        self, *, reference_documents: Sequence[str]
    ) -> Read[SapBillingDocument]:
        return billing.search_billing_documents(
            self._session, reference_documents=reference_documents
        )
