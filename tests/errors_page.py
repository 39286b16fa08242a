"""Prints the table of causes as a page: ``python -m tests.errors_page`` writes docs/errors.md."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from sync.causes.cause import SAP, SHOP, Cause, Link
from sync.causes.table import SHEETS

PAGE = Path("docs/errors.md")
BEFORE = """# Why work stops, and who acts

Printed from the table in `sync/causes/` by `make errors`; change it there. A person sees the
headline and what to do under *Needs attention* and on the task's page, beside what happened to
which document. Where SAP or a mapping says more, that stands in their place.

The kind decides what the portal does by itself: `RemoteUnavailable` and `OutcomeUnknown` are tried
again for nine hours before a person is asked, `RemoteMisconfigured` is tried again by one task for
all, everything else waits for a person. *Away* means that all work that needs this system waits.
"""
SYSTEMS = {SHOP: "shop", SAP: "SAP"}
LINKS = {
    Link.CONNECTIONS: "Connections",
    Link.READINESS: "Readiness",
    Link.MASTER_DATA: "Master data",
}


def printed() -> str:
    """The whole page."""
    return "\n".join([BEFORE, *(line for sheet in SHEETS for line in _section(sheet)), ""])


def _section(sheet: type) -> Iterator[str]:
    module = import_module(sheet.__module__)
    yield f"## {str(module.__doc__).splitlines()[0].rstrip('.')}\n"
    yield "| cause | kind | system | who acts | what it is | what to do |"
    yield "|---|---|---|---|---|---|"
    for row in vars(sheet).values():
        if isinstance(row, Cause):
            yield _line(row)
    yield ""


def _line(row: Cause) -> str:
    kind = f"{row.kind}, away" if row.means_remote_is_away else str(row.kind)
    link = f" → *{LINKS[row.link]}*" if row.link else ""
    team = row.owner or "the step's team"
    system = SYSTEMS.get(row.system, "")
    code = f"`{row.code}`" if row.code else ""
    return f"| {code} | {kind} | {system} | {team} | {row.headline} | {row.remedy}{link} |"


if __name__ == "__main__":
    PAGE.write_text(printed())
