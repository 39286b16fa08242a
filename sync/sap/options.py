"""What differs between SAP systems; facts the sheet calls unconfirmed are settings here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from zoneinfo import ZoneInfo

from sync.causes.sap import SapCause
from sync.errors import RemoteMisconfigured
from sync.sap.explanations import Explanation
from sync.told import told

DOWN_PAYMENT_TYPES = frozenset({"FAZ"})


@dataclass(frozen=True, slots=True)
class SapOptions:
    call_timeout_seconds: float = 60.0
    # Orders or deliveries asked for at once. Deliveries of an order are found without an index in a
    # standard ECC (sheet 13.4), so that few large reads cost less than many small ones.
    documents_per_read: int = 200
    time_zone: str = "UTC"
    # A connection idle for longer is not used again: gateways and firewalls cut it (sheet 13.16).
    longest_idle_seconds: float = 240.0
    # None: the long field only for materials over 18 characters, where the system has it.
    use_long_material: bool | None = None
    commit_wait: bool = True
    # MATN1 pads numeric materials, unless customising made them lexicographic (sheet 1.5).
    pads_numeric_materials: bool = True
    # Internal unit by ISO code or other key; wins over the list in units.py.
    unit_keys: Mapping[str, str] = field(default_factory=dict)
    sold_to_role: str = "AG"
    forwarding_agent_role: str = "SP"
    web_invoice_partner_role: str = "AG"
    picking_flow_categories: tuple[str, ...] = ("Q",)
    # Blank converts nothing: roles and order types are sent in internal form (sheet 1.5).
    convert_external_keys: bool = False
    # I_MEMORY_READ of the order read; its values are unconfirmed, blank is SAP's default.
    order_memory_read: str = ""
    # The messages by which lists say that nothing was found; unconfirmed.
    nothing_found_messages: frozenset[str] = frozenset({"VF 041", "VL 302"})
    # SAP's classification for clean core knows no API for reading tables: a site that allows it
    # switches it on, and may name its own copy of the function (sheet 13.17).
    reads_tables: bool = False
    table_reader: str = "RFC_READ_TABLE"
    # Item categories of lines that the supplier ships (sheet 13.21).
    third_party_categories: frozenset[str] = frozenset({"TAS"})
    # Billing types of down-payment requests, where billing category P (FKTYP) is not told (13.12).
    down_payment_types: frozenset[str] = DOWN_PAYMENT_TYPES
    # Of TOTSTATCCH, TODELBLOST and TOBILBLOST: B in part, C wholly. The values are unconfirmed.
    blocked_statuses: frozenset[str] = frozenset({"B", "C"})
    taught_messages: Mapping[str, Explanation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # pyrfc's timer: 0 cancels at once, a text kills the timer thread (pyrfc sheet 7).
        seconds: object = self.call_timeout_seconds
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
            raise RemoteMisconfigured(
                told("The SAP call timeout must be a number of seconds above 0."),
                cause=SapCause.OPTIONS,
            )
        if self.documents_per_read < 1:
            raise RemoteMisconfigured(
                told("SAP must be asked for at least 1 document at once."), cause=SapCause.OPTIONS
            )
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError) as exc:
            raise RemoteMisconfigured(
                told("The SAP time zone {zone} is not known.", zone=repr(self.time_zone)),
                cause=SapCause.OPTIONS,
            ) from exc

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def options_from(values: Mapping[str, Any]) -> SapOptions:
    """Values as JSON has them.

    Raises RemoteMisconfigured for an unknown name or a value of the wrong kind.
    """
    standard = SapOptions()
    names = [one.name for one in fields(SapOptions) if one.name != "taught_messages"]
    unknown = sorted(set(values) - set(names))
    if unknown:
        raise RemoteMisconfigured(
            told(
                "SAP option {option} is not known; known are {names}.",
                option=repr(unknown[0]),
                names=", ".join(names),
            ),
            cause=SapCause.OPTIONS,
        )
    return SapOptions(
        **{name: _converted(name, getattr(standard, name), value) for name, value in values.items()}
    )


def _converted(name: str, standard: object, value: object) -> Any:
    if standard is None and (value is None or isinstance(value, bool)):
        return value
    if isinstance(standard, tuple | frozenset) and isinstance(value, list):
        if all(isinstance(one, str) for one in value):
            return tuple(value) if isinstance(standard, tuple) else frozenset(value)
    elif isinstance(standard, Mapping) and isinstance(value, dict):
        if all(isinstance(one, str) for one in value.values()):
            return value
    elif type(value) is type(standard) or (isinstance(standard, float) and type(value) is int):
        return value
    raise RemoteMisconfigured(
        told(
            "SAP option {name} has a value of the wrong kind; its standard is {standard}.",
            name=repr(name),
            standard=repr(standard),
        ),
        cause=SapCause.OPTIONS,
    )
