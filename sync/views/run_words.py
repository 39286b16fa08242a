"""What has become of a click on many documents, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator

from sync.jobs.mass_clicks import NOTHING_TO_DO
from sync.jobs.run_results import ABOUT_ORDERS, Tally
from sync.models import Click


def sentence(click: Click, tally: Tally) -> str:
    if click.finished_at is None:
        said = _while_it_is_queued(click)
    elif not tally.is_over:
        said = _while_it_runs(tally)
    else:
        said = ", ".join(_came_to(click, tally))
        if not said:
            return f"{click}: {click.note or NOTHING_TO_DO}"
    return f"{click}: {said}. {click.note}".strip()


def never_begun(click: Click, tally: Tally) -> int:
    """Cancelled in the queue, or before they came there."""
    if click.cancelled_at is None:
        return tally.cancelled
    return tally.cancelled + max(0, (click.wanted or 0) - click.reached)


def _while_it_is_queued(click: Click) -> str:
    if not click.reached:
        return "asked for"
    if click.wanted:
        return f"{click.reached:,} of {click.wanted:,} queued so far"
    return f"{click.reached:,} queued so far"


def _while_it_runs(tally: Tally) -> str:
    if not tally.total:
        return "looking into the shop"
    said = f"{tally.total - tally.moving:,} of {tally.total:,} finished"
    if tally.stopped:
        said += f", {tally.stopped:,} of them stopped"
    if tally.fetches_moving:
        said += ", still looking into the shop"
    return said


def _came_to(click: Click, tally: Tally) -> Iterator[str]:
    if click.kind in ABOUT_ORDERS:
        yield from _counted(tally.in_sap, "in SAP")
        yield from _counted(tally.done - tally.in_sap, "not sent to SAP")
    else:
        yield from _counted(tally.done, "done")
    yield from _counted(tally.stopped, "stopped")
    cancelled = never_begun(click, tally)
    yield from _counted(cancelled, f"cancelled before {'it' if cancelled == 1 else 'they'} began")
    yield from _counted(click.elsewhere, "in an earlier run")
    if tally.fetches_stopped:
        yield "the shop could not be read"
    elif tally.fetches and not tally.total:
        yield "nothing new in the shop"
    if click.kind == Click.Kind.ORDERS and click.cancelled_at is None and not click.note:
        left = (click.wanted or 0) - tally.total - click.elsewhere
        yield from _counted(left, "with nothing to do")


def _counted(number: int, words: str) -> Iterator[str]:
    if number > 0:
        yield f"{number:,} {words}"
