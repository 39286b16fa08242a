"""Shops with their sales areas, from the master data that is held in memory."""

from __future__ import annotations

from copy import copy

from sync.mirrors.held_rows import hold
from sync.models import SalesArea, Shop
from sync.models.master_data import read_once, rows_of


def with_areas(shop: Shop) -> Shop:
    hold(shop, "sales_areas", [one for one in rows_of(SalesArea) if one.shop_id == shop.pk])
    return shop


def shops_with_areas() -> list[Shop]:
    """All shops; these objects are the caller's own."""
    with read_once():
        return [with_areas(copy(shop)) for shop in rows_of(Shop)]
