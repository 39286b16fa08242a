"""Sales orders in SAP: look up, create and commit in one session, simulate, read. Sheet 2 and 7."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from sync.causes.sap import SapCause
from sync.errors import LeaseLost, SyncError, UnexpectedRecord
from sync.reading import Read
from sync.sap import abap, order_reading
from sync.sap.bapi import SapSession, doubtful
from sync.sap.functions import COMMIT, CREATE_ORDER, LIST_ORDERS, READ_ORDERS, ROLLBACK
from sync.sap.order_payload import create_arguments
from sync.sap.records import (
    CreatedSalesOrder,
    SapMessage,
    SapOrderHeader,
    SapSalesOrder,
    SapSalesOrderRequest,
)
from sync.sap.reference import normal_reference
from sync.sap.refusals import SapUpdateFailed
from sync.sap.returns import read_return, refuse, refuse_reading
from sync.sap.rows import chunks, is_document_number, text
from sync.sap.unreadable import ORDER, read_in_halves
from sync.told import told

VIEWS = ("HEADER", "ITEM", "SDSCHEDULE", "BUSINESS", "PARTNER", "STATUS_H", "SDCOND", "FLOW")
ADDRESSES = "ADDRESS"
LONG_REFERENCE, SHORT_REFERENCE = 35, 20
# What older systems may lack and the call can do without.
OPTIONAL_ON_CREATE = frozenset({"CONVERT"})


class SalesOrderUnit:
    """Create and commit in one ABAP session; nothing is saved before ``commit`` returns."""

    def __init__(self, session: SapSession) -> None:
        self._session = session
        self._session.is_in_unit = True
        self._is_open = True
        self._is_created = False
        self._is_committed = False
        self._reference = ""

    def create_sales_order(self, request: SapSalesOrderRequest) -> CreatedSalesOrder:
        """Reserve a number; store it before committing.

        Raises SapRejected on E, A or X, SapLocked for a lock, OutcomeUnknown when the answer got
        lost (nothing is saved without a commit, but the caller must still look).
        """
        self._must_be_open()
        self._reference = request.customer_reference
        try:
            answer = call_create(self._session, request, test_run=False)
        except SyncError as exc:
            exc.reference = self._reference
            raise
        messages = _checked(self._session, answer, CREATE_ORDER, self._reference)
        number = text(answer, "SALESDOCUMENT")
        if not number:
            raise UnexpectedRecord(
                told("SAP accepted the order but gave no number; nothing was committed."),
                cause=SapCause.NO_NUMBER,
                reference=self._reference,
            )
        if not is_document_number(abap.alpha(number)):
            raise UnexpectedRecord(
                told(
                    "SAP accepted the order, but its number cannot be read; nothing was committed."
                ),
                cause=SapCause.NO_NUMBER,
                reference=self._reference,
            )
        self._is_created = True
        return CreatedSalesOrder(abap.alpha(number), messages)

    def commit(self) -> None:
        """Raises SapUpdateFailed when the update failed, OutcomeUnknown on any other failure."""
        self._must_be_open()
        if not self._is_created:
            raise RuntimeError("Nothing was created that could be committed.")
        wait = {"WAIT": "X"} if self._session.options.commit_wait else {}
        try:
            answer = self._session.call(COMMIT, wait, changes=True)
        except LeaseLost:  # nothing was sent
            self._session.quarantine()
            raise
        except SyncError as exc:
            self._session.quarantine()
            raise doubtful(exc, reference=self._reference) from exc
        failed = next((m for m in read_return(answer) if m.is_failure), None)
        if failed is not None:
            # Documented as not saved (sheet 12.14), but only a look-up knows.
            self._session.quarantine()
            raise SapUpdateFailed(failed, reference=self._reference)
        self._is_committed = True

    def end(self) -> None:
        """Roll back what was not committed, if the session is still the one that created it."""
        self._is_open = False
        try:
            if not self._is_committed and self._session.is_usable:
                self._session.call(ROLLBACK, {})
        except SyncError:  # nothing was committed: this costs the session and nothing else
            self._session.quarantine()
        finally:
            self._session.is_in_unit = False

    def _must_be_open(self) -> None:
        if not self._is_open or self._is_committed:
            raise RuntimeError("A unit of work was used after its end.")


def call_create(
    session: SapSession, request: SapSalesOrderRequest, *, test_run: bool
) -> dict[str, Any]:
    """With ``test_run`` SAP only checks. The answer is returned as it came."""
    long_material = session.interface(CREATE_ORDER).has("ORDER_ITEMS_IN", "MATERIAL_LONG")
    arguments = create_arguments(
        request, session.options, long_material=long_material, test_run=test_run
    )
    return session.call(CREATE_ORDER, arguments, changes=not test_run, optional=OPTIONAL_ON_CREATE)


def _checked(
    session: SapSession, answer: dict[str, Any], function: str, reference: str
) -> tuple[SapMessage, ...]:
    messages = read_return(answer)
    refuse(
        messages,
        function=function,
        reference=reference,
        taught=session.options.taught_messages,
    )
    return messages


def search_sales_orders(
    session: SapSession,
    customer_reference: str,
    *,
    sold_to: str,
    sales_organization: str,
    created_from: date | None,
) -> list[SapOrderHeader]:
    reference = normal_reference(customer_reference)
    if not reference:
        raise ValueError("A look-up needs a customer reference.")
    has_long = session.interface(LIST_ORDERS).has("PURCHASE_ORDER_NUMBER")
    parameter, length = (
        ("PURCHASE_ORDER_NUMBER", LONG_REFERENCE)
        if has_long
        else ("PURCHASE_ORDER", SHORT_REFERENCE)
    )
    arguments = {
        "CUSTOMER_NUMBER": abap.alpha(sold_to),
        "SALES_ORGANIZATION": sales_organization,
        parameter: reference if has_long else reference[:SHORT_REFERENCE],
    }
    if created_from is not None:
        arguments["DOCUMENT_DATE"] = abap.write_date(created_from)
    answer = session.call(LIST_ORDERS, arguments)
    refuse_reading(answer, LIST_ORDERS, session.options, customer_reference)
    return order_reading.parse_order_headers(answer, reference, field_length=length)


def list_sales_orders(
    session: SapSession,
    *,
    sold_to: str,
    sales_organization: str,
    created_from: date,
    created_to: date,
) -> Read[SapOrderHeader]:
    arguments = {
        "CUSTOMER_NUMBER": abap.alpha(sold_to),
        "SALES_ORGANIZATION": sales_organization,
        "DOCUMENT_DATE": abap.write_date(created_from),
        "DOCUMENT_DATE_TO": abap.write_date(created_to),
    }
    answer = session.call(LIST_ORDERS, arguments)
    refuse_reading(answer, LIST_ORDERS, session.options)
    return order_reading.parse_all_order_headers(answer)


def get_sales_orders(
    session: SapSession, sap_sales_order_numbers: Sequence[str], *, with_addresses: bool = False
) -> Read[SapSalesOrder]:
    wanted = [abap.alpha(number) for number in sap_sales_order_numbers if number.strip()]
    read = partial(_read, session, (*VIEWS, ADDRESSES) if with_addresses else VIEWS)
    pieces = chunks(wanted, session.options.documents_per_read)
    return sum((read_in_halves(piece, read, ORDER) for piece in pieces), Read[SapSalesOrder]())


def _read(session: SapSession, views: Sequence[str], wanted: Sequence[str]) -> Read[SapSalesOrder]:
    """One call; orders nobody asked for are left out."""
    arguments: dict[str, Any] = {
        "I_BAPI_VIEW": dict.fromkeys(views, "X"),
        "SALES_DOCUMENTS": [{"VBELN": number} for number in wanted],
    }
    if session.options.order_memory_read:
        arguments["I_MEMORY_READ"] = session.options.order_memory_read
    answer = session.call(READ_ORDERS, arguments)
    read = order_reading.parse_sales_orders(answer, session.options)
    return Read(
        tuple(one for one in read.records if one.sap_sales_order_number in wanted),
        tuple(one for one in read.unreadable if one.number in wanted),
    )
