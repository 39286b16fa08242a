"""What a message says: one alarm in a sentence, many as a digest with counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop, ngettext

from sync.causes.table import cause_named
from sync.models import Alarm, Step
from sync.models.systems import SAP, shop_code

MOST_LINES = 10  # of one part of a message; beyond that it counts by kind
MOMENT = "j M Y H:i"
Kind = Alarm.Kind
SENTENCES: dict[Kind, str] = {
    Kind.FETCH: gettext_noop("%(system)s: “%(step)s” has brought nothing since %(since)s."),
    Kind.BEHIND: gettext_noop(
        "%(system)s: the fetch of orders stands at %(since)s although newer orders are known."
    ),
    Kind.NO_NEWS: gettext_noop("%(system)s: no order has changed since %(since)s."),
    Kind.DELIVERIES: gettext_noop("SAP: no delivery is newer than of %(day)s."),
    Kind.WORKER: gettext_noop("Workers alive: %(count)s; there should be %(wanted)s."),
    Kind.SCHEDULER: gettext_noop("Schedulers alive: %(count)s; there should be %(wanted)s."),
    Kind.REDIS: gettext_noop("Redis does not answer. Nothing is lost; work starts later."),
    Kind.CLOCK: gettext_noop("Wrong clock, so it takes no work: %(processes)s."),
    Kind.REMOTE: gettext_noop("%(system)s %(trouble)s, since %(since)s. Work for it waits."),
    Kind.CHANGED: gettext_noop(
        "%(system)s looks like another system. Its work waits until an administrator has looked."
    ),
    Kind.STOPPED: gettext_noop(
        "%(team)s: %(count)s stopped, “%(headline)s” (%(steps)s), the oldest since %(since)s."
    ),
    Kind.STORM: gettext_noop("%(team)s: %(count)s pieces of work have stopped."),
}
PARTS = {
    "new": gettext_noop("New"),
    "again": gettext_noop("Still so"),
    "passed": gettext_noop("Was so, and is over"),
    "over": gettext_noop("Over"),
}
ENDED = ("passed", "over")


@dataclass(slots=True)
class News:
    """What there is to tell in one message, by part."""

    parts: dict[str, list[Alarm]] = field(default_factory=dict)

    def add(self, part: str, alarm: Alarm) -> None:
        self.parts.setdefault(part, []).append(alarm)

    @property
    def is_good(self) -> bool:
        return set(self.parts) <= set(ENDED)


def message(news: News) -> tuple[str, str]:
    """Subject and text, in the language of alarms and the time of TIME_ZONE."""
    with translation.override(settings.ALARMS.language):
        lines = [line for part in PARTS if part in news.parts for line in _part(news, part)]
        return _subject(news)[:255], "\n".join(lines).strip()


def test_message(now: datetime) -> tuple[str, str]:
    with translation.override(settings.ALARMS.language):
        text = gettext("This is a test, asked for on %(moment)s. Nothing is wrong.")
        return gettext("Test of alarms"), text % {"moment": _moment(now)}


def _subject(news: News) -> str:
    alarms = [(part, alarm) for part, found in news.parts.items() for alarm in found]
    if len(alarms) == 1:
        ((part, alarm),) = alarms
        sentence = _sentence(alarm)
        return gettext("over: %(sentence)s") % {"sentence": sentence} if part in ENDED else sentence
    wrong = sum(part not in ENDED for part, _ in alarms)
    counts = []
    if wrong:
        counts.append(ngettext("%(n)s alarm", "%(n)s alarms", wrong) % {"n": wrong})
    if over := len(alarms) - wrong:
        counts.append(ngettext("%(n)s over", "%(n)s over", over) % {"n": over})
    return ", ".join(counts)


def _part(news: News, part: str) -> Iterator[str]:
    alarms = news.parts[part]
    yield f"{gettext(PARTS[part])}:"
    if len(alarms) > MOST_LINES:
        for kind, count in Counter(alarm.kind for alarm in alarms).most_common():
            yield f"- {count} × {gettext(str(Kind(kind).label))}"
    else:
        for alarm in alarms:
            yield f"- {_sentence(alarm)}{_until(alarm)}"
    yield ""


def _until(alarm: Alarm) -> str:
    if alarm.ended_at is None:
        return ""
    times = {"noticed": _moment(alarm.noticed_at), "ended": _moment(alarm.ended_at)}
    return " " + gettext("Noticed on %(noticed)s, over on %(ended)s.") % times


def _sentence(alarm: Alarm) -> str:
    facts = {**_named(alarm.facts), "team": gettext(alarm.team)}
    return gettext(SENTENCES[Kind(alarm.kind)]) % facts


def _named(facts: Mapping[str, Any]) -> dict[str, Any]:
    named = dict(facts)
    if "system" in facts:
        named["system"] = _system(facts["system"])
    if "trouble" in facts:
        named["trouble"] = gettext(facts["trouble"])
    if "step" in facts:
        named["step"] = _steps([facts["step"]])
    if "steps" in facts:
        named["steps"] = _steps(facts["steps"])
    if "cause" in facts:
        named["headline"] = gettext(cause_named(facts["cause"]).headline)
    if "day" in facts:
        named["day"] = date_format(date.fromisoformat(facts["day"]), "j M Y")
    if facts.get("since"):
        named["since"] = _moment(datetime.fromisoformat(facts["since"]))
    return named


def _system(system: str) -> str:
    return "SAP" if system == SAP else gettext("Shop %(code)s") % {"code": shop_code(system)}


def _steps(steps: Sequence[str]) -> str:
    """A step of another version of the portal is told by its name."""
    labels = {step.value: str(step.label) for step in Step}
    return ", ".join(gettext(labels.get(step, step)) for step in steps)


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment, timezone.get_default_timezone()), MOMENT)
