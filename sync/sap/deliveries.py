"""Outbound deliveries through BAPI_DELIVERY_GETLIST. SAP sheet 4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sync.reading import Read
from sync.sap import abap, delivery_reading
from sync.sap.bapi import SapSession
from sync.sap.functions import READ_DELIVERIES
from sync.sap.records import SapDelivery
from sync.sap.returns import refuse_reading
from sync.sap.rows import chunks, rows
from sync.sap.unreadable import DELIVERY, ORDER, read_in_halves

PARCELS = "HU_DATA"
FLAGS = ("BYPASSING_BUFFER", "HEAD_STATUS", "HEAD_PARTNER", "ITEM", "ITEM_STATUS", "DOC_FLOW",
         PARCELS)  # fmt: skip
OPTIONAL = frozenset(f"IS_DLV_DATA_CONTROL.{flag}" for flag in FLAGS)
# The table of a selection, and its field for a single value.
BY_ORDER, BY_NUMBER = ("IT_VGBEL", "REF_DOC_LOW"), ("IT_VBELN", "DELIV_NUMB_LOW")


def search_deliveries(
    session: SapSession,
    *,
    sap_sales_order_numbers: Sequence[str] = (),
    delivery_numbers: Sequence[str] = (),
    with_parcels: bool = True,
) -> Read[SapDelivery]:
    flags = [flag for flag in FLAGS if with_parcels or flag != PARCELS]
    orders = [abap.alpha(number) for number in sap_sales_order_numbers if number.strip()]
    found = Read[SapDelivery]()
    for chunk in chunks(orders, session.options.documents_per_read):
        found += read_in_halves(chunk, partial(_read, session, flags, BY_ORDER), ORDER)
    wanted = [abap.alpha(number) for number in delivery_numbers if number.strip()]
    known = {one.delivery_number for one in found.records}
    missing = [number for number in wanted if number not in known]
    is_each_alone = with_parcels and not session.parcels_name_deliveries
    at_once = 1 if is_each_alone else session.options.documents_per_read
    for chunk in chunks(missing, at_once):
        found += read_in_halves(chunk, partial(_read, session, flags, BY_NUMBER), DELIVERY)
    by_number = {one.delivery_number: one for one in found.records}
    return Read(tuple(by_number.values()), found.unreadable)


def _read(
    session: SapSession, flags: Sequence[str], by: tuple[str, str], numbers: Sequence[str]
) -> Read[SapDelivery]:
    table, field = by
    selection = [{"SIGN": "I", "OPTION": "EQ", field: number} for number in numbers]
    arguments = {"IS_DLV_DATA_CONTROL": dict.fromkeys(flags, "X"), table: selection}
    answer = session.call(READ_DELIVERIES, arguments, optional=OPTIONAL)
    refuse_reading(answer, READ_DELIVERIES, session.options)
    read = delivery_reading.parse_deliveries(answer, session.options)
    units = rows(answer, "ET_HU_HEADER")
    if units and len(read.records) > 1 and not delivery_reading.names_owners(units):
        session.parcels_name_deliveries = False
        again = (_read_one(session, delivery) for delivery in read.records)
        return sum(again, Read[SapDelivery]((), read.unreadable))
    return read


def _read_one(session: SapSession, delivery: SapDelivery) -> Read[SapDelivery]:
    """With the delivery's own handling units, where a bulk answer does not say whose they are."""
    number = delivery.delivery_number
    again = read_in_halves([number], partial(_read, session, FLAGS, BY_NUMBER), DELIVERY)
    same = (one for one in again.records if one.delivery_number == number)
    return Read((next(same, replace(delivery, handling_units=())),), again.unreadable)
