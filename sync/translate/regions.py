"""What SAP is told of the place of an address: its own region key, and a transportation zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sync.magento.records import MagentoAddress
from sync.mapping_tables import MappingTable, MissingEntry

LONGEST_PLACE = 100
LONGEST_REGION = 3
OWN_CODES = frozenset({"US", "CA"})  # whose codes in the shop are SAP's


class SapRegion(NamedTuple):
    region: str = ""
    transport_zone: str = ""


NOWHERE = SapRegion()


@dataclass(frozen=True, slots=True)
class Regions:
    """The entries by place, such as ``IN/MH``, or ``SG`` for what has no entry of its own there."""

    entries: Mapping[str, SapRegion] = field(default_factory=dict)
    required: frozenset[str] = frozenset()  # countries where SAP must know the region

    def of(self, address: MagentoAddress) -> SapRegion:
        country = self._entry(address.country_id) or NOWHERE
        own = self._own(address) or NOWHERE
        region = own.region or _passed_on(address) or country.region
        return SapRegion(region, own.transport_zone or country.transport_zone)

    def missing(self, address: MagentoAddress) -> MissingEntry | None:
        if address.country_id.upper() not in self.required or self.of(address).region:
            return None
        place = _places(address)[0]
        lacks = "region" if self._entry(place) is not None else ""
        return MissingEntry(MappingTable.REGION, place, lacks)

    def _own(self, address: MagentoAddress) -> SapRegion | None:
        """By the region's code, else by its name."""
        found = (self._entry(place) for place in _places(address) if "/" in place)
        return next((entry for entry in found if entry is not None), None)

    def _entry(self, place: str) -> SapRegion | None:
        return self.entries.get(place.casefold())


def _places(address: MagentoAddress) -> list[str]:
    names = [one.strip() for one in (address.region_code, address.region) if one.strip()]
    found = [f"{address.country_id}/{name}"[:LONGEST_PLACE] for name in names]
    return found or [address.country_id]


def _passed_on(address: MagentoAddress) -> str:
    code = address.region_code
    return code if address.country_id in OWN_CODES and len(code) <= LONGEST_REGION else ""
