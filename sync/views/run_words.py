"""What has become of a click on many documents, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext, ngettext_lazy

from sync.jobs.mass_clicks import NOTHING_TO_DO
from sync.jobs.run_results import ABOUT_ORDERS, Tally
from sync.models import Click
from sync.templatetags.retold import retold
from sync.templatetags.written import number

IN_SAP = ngettext_lazy("%(number)s in SAP", "%(number)s in SAP", "count")
NOT_SENT = ngettext_lazy("%(number)s not sent to SAP", "%(number)s not sent to SAP", "count")
DONE = ngettext_lazy("%(number)s done", "%(number)s done", "count")
STOPPED = ngettext_lazy("%(number)s stopped", "%(number)s stopped", "count")
CANCELLED = ngettext_lazy(
    "%(number)s cancelled before it began", "%(number)s cancelled before they began", "count"
)
ELSEWHERE = ngettext_lazy("%(number)s in an earlier run", "%(number)s in an earlier run", "count")
NOTHING = ngettext_lazy("%(number)s with nothing to do", "%(number)s with nothing to do", "count")


def sentence(click: Click, tally: Tally) -> str:
    note = retold(click.note)
    if click.finished_at is None:
        said = _while_it_is_queued(click)
    elif not tally.is_over:
        said = _while_it_runs(tally)
    else:
        said = ", ".join(_came_to(click, tally))
        if not said:
            return f"{click}: {note or gettext(NOTHING_TO_DO)}"
    return f"{click}: {said}. {note}".strip()


def never_begun(click: Click, tally: Tally) -> int:
    """Cancelled in the queue, or before they came there."""
    if click.cancelled_at is None:
        return tally.cancelled
    return tally.cancelled + max(0, (click.wanted or 0) - click.reached)


def _while_it_is_queued(click: Click) -> str:
    if not click.reached:
        return gettext("asked for")
    numbers = {"number": number(click.reached), "most": number(click.wanted or 0)}
    if click.wanted:
        return gettext("%(number)s of %(most)s queued so far") % numbers
    return gettext("%(number)s queued so far") % numbers


def _while_it_runs(tally: Tally) -> str:
    if not tally.total:
        return gettext("looking into the shop")
    numbers = {"number": number(tally.total - tally.moving), "most": number(tally.total)}
    said = [gettext("%(number)s of %(most)s finished") % numbers]
    if tally.stopped:
        said.append(gettext("%(number)s of them stopped") % {"number": number(tally.stopped)})
    if tally.fetches_moving:
        said.append(gettext("still looking into the shop"))
    return ", ".join(said)


def _came_to(click: Click, tally: Tally) -> Iterator[str]:
    if click.kind in ABOUT_ORDERS:
        yield from _counted(tally.in_sap, IN_SAP)
        yield from _counted(tally.done - tally.in_sap, NOT_SENT)
    else:
        yield from _counted(tally.done, DONE)
    yield from _counted(tally.stopped, STOPPED)
    yield from _counted(never_begun(click, tally), CANCELLED)
    yield from _counted(click.elsewhere, ELSEWHERE)
    if tally.fetches_stopped:
        yield gettext("the shop could not be read")
    elif tally.fetches and not tally.total:
        yield gettext("nothing new in the shop")
    if click.kind == Click.Kind.ORDERS and click.cancelled_at is None and not click.note:
        left = (click.wanted or 0) - tally.total - click.elsewhere
        yield from _counted(left, NOTHING)


def _counted(count: int, words: Any) -> Iterator[str]:
    if count > 0:
        yield words % {"count": count, "number": number(count)}
