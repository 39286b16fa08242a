"""A repair from Needs attention: one order is tried in SAP, and the others of its cause go on once
SAP accepts it. What SAP does not accept holds them back until a person acts."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db.models import Model

from sync.causes.orders import OrderCause
from sync.jobs import work
from sync.jobs.ask import ask
from sync.jobs.mass_clicks import stopped_for
from sync.mapping_tables import MappingTable
from sync.models import Click, DryRun, Repair, Step, SyncTask
from sync.models.repairs import values_of
from sync.told import told

State = Repair.State
Verdict = DryRun.Verdict
ACCEPTED = {Verdict.ACCEPTED, Verdict.UNPRICED}
PRICES_DIFFER = told("SAP accepts it, but not at the shop's prices: a wrong unit looks like this.")


def can_be_tried(task: SyncTask) -> bool:
    """Only an order on its way into SAP can be tried without leaving anything there."""
    return task.step == Step.PUSH_ORDER and task.sales_order is not None


def begin(
    task: SyncTask, table: MappingTable, saved: Model, before: Mapping[str, str], person: User
) -> Repair:
    """Keep the repair and try the task's order; without an order to try, all go on at once. The
    caller stores the entry in the same transaction: until then nothing goes on by itself."""
    give_way(task.cause, task.cause_key)
    repair = Repair(
        cause=task.cause,
        cause_key=task.cause_key,
        mapping_table=table,
        entry_key=saved.pk,
        entry=str(saved)[:400],
        before=dict(before),
        after=values_of(saved),
        made_by=person,
        made_by_name=person.get_username(),
    )
    repair.stopped = stopped_for(_click(repair, task, person), person).count()
    if can_be_tried(task) and task.sales_order is not None:
        asked = ask(work.dry_run(task.sales_order), origin=SyncTask.Origin.CLICK, asked_by=person)
        repair.order, repair.trial = task.sales_order, asked.task
        repair.save()
    else:
        _send(repair, task, person)
    return repair


def give_way(cause: str, cause_key: str) -> None:
    """An earlier repair holds nothing back any more: a person decides anew."""
    Repair.objects.standing().filter(cause=cause, cause_key=cause_key).update(state=State.REPLACED)


def after_trial(trial: SyncTask) -> None:
    """Runs in the transaction that ends the trial."""
    waiting = Repair.objects.filter(trial=trial, state=State.TRYING).select_related("made_by")
    for repair in waiting:
        result = DryRun.objects.filter(task=trial).first()
        objection = _objection(repair, result) if result is not None else ""
        if objection:
            repair.state, repair.said = State.HELD, objection
            repair.save(update_fields=["state", "said"])
        elif repair.made_by is not None:
            _send(repair, trial, repair.made_by)
        else:  # the account is gone: whoever comes next decides
            give_way(repair.cause, repair.cause_key)


def _objection(repair: Repair, result: DryRun) -> str:
    """Empty where the others may go. Another entry that is missing for this one order says nothing
    against the repair."""
    if result.verdict in ACCEPTED:
        return ""
    if result.verdict == Verdict.DIFFERS:
        return PRICES_DIFFER
    if result.verdict == Verdict.INCOMPLETE:
        return _still_missing(repair, result)
    telling = [one for one in result.messages if one["type"] in {"E", "A", "X"}]
    return " ".join(f"{one['words']} {one['text']}".strip() for one in telling[:1])


def _still_missing(repair: Repair, result: DryRun) -> str:
    wanted = MappingTable(repair.mapping_table)
    missing = [one for one in result.missing if str(one["mapping"]).endswith(wanted.facts.entry)]
    for one in missing:
        if wanted == MappingTable.CUSTOMER or one["key"] in repair.after.values():
            return told(
                "The order still lacks {mapping} {key}.", mapping=one["mapping"], key=one["key"]
            )
    return ""


def _send(repair: Repair, task: SyncTask, person: User) -> None:
    """Which customer an order waits for only the order itself says: those go on by themselves, as
    the sweep finds their customer."""
    repair.state = State.SENT
    repair.save()
    is_missing = repair.cause == OrderCause.MAPPING_MISSING.code
    if repair.mapping_table == MappingTable.CUSTOMER and is_missing:
        return
    click = _click(repair, task, person)
    click.wanted = stopped_for(click, person).count()
    click.asked_by = person
    click.save()
    ask(work.take_up(click), origin=SyncTask.Origin.CLICK, asked_by=person)


def _click(repair: Repair, task: SyncTask, person: User) -> Click:
    cause: dict[str, str | int] = {"cause": repair.cause, "cause_key": repair.cause_key}
    table = MappingTable(repair.mapping_table)
    if "shop" in table.facts.key_fields and task.shop_id:  # another shop has entries of its own
        cause["shop"] = task.shop_id
    return Click(kind=Click.Kind.MAPPED, causes=[cause])
