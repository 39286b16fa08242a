"""What is stored is told in English, and retold in the language of the reader."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from unittest import mock

import polib
import pytest
from django.conf import LazySettings
from django.db.models import Field, Model
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from sync import errors
from sync.errors import SyncError
from sync.forms.mappings import MaterialForm
from sync.models import (
    AmountMapping,
    CarrierMapping,
    CustomerMapping,
    IntakeRule,
    InvoiceMailRule,
    MaterialMapping,
    PaymentMapping,
    RegionMapping,
    SalesArea,
    SapMessageEntry,
    ShippingMapping,
    Shop,
    SourceMapping,
    Step,
    StepSchedule,
    SyncTask,
    TextMapping,
    spoken_names,
)
from sync.templatetags import retold as room
from sync.templatetags.retold import NAME, is_recognised, retold
from sync.told import told

ROOT = Path(__file__).resolve().parent.parent
GERMAN = ROOT / "locale" / "de" / "LC_MESSAGES" / "django.po"
TELLING_ROOMS = ("steps", "mirrors", "jobs")
KEPT: tuple[type[Model], ...] = (
    *(AmountMapping, CarrierMapping, CustomerMapping, MaterialMapping, PaymentMapping),
    *(RegionMapping, ShippingMapping, SourceMapping, TextMapping, IntakeRule, InvoiceMailRule),
    *(SalesArea, SapMessageEntry, Shop, StepSchedule),
)
Translated = Callable[[dict[str, str]], None]


def _forget() -> None:
    for known in (room._retold, room._known, room._sentences):
        known.cache_clear()


@pytest.fixture
def catalogue(tmp_path: Path, settings: LazySettings) -> Iterator[Translated]:
    """The reader is German; only these texts are translated."""

    def use(texts: dict[str, str]) -> None:
        file = polib.POFile()
        file.metadata = {"Content-Type": "text/plain; charset=utf-8"}
        for sentence, german in texts.items():
            file.append(polib.POEntry(msgid=sentence, msgstr=german))
        _compile(file, tmp_path, settings)

    _forget()
    with translation.override("de"):
        yield use
    _forget()


@pytest.fixture
def german() -> Iterator[None]:
    """The reader is German."""
    _forget()
    with translation.override("de"):
        yield
    _forget()


def _compile(file: polib.POFile, folder: Path, settings: LazySettings) -> None:
    place = folder / "de" / "LC_MESSAGES"
    place.mkdir(parents=True, exist_ok=True)
    file.save_as_mofile(str(place / "django.mo"))
    settings.LOCALE_PATHS = [folder]
    translation.activate("de")


@pytest.mark.usefixtures("german")
def test_a_stored_sentence_is_shown_in_german_with_its_names() -> None:
    stored = told("The shop carries {number}, read back.", number="0000004711")

    assert stored == "The shop carries 0000004711, read back."
    assert retold(stored) == "Der Shop trägt 0000004711, zurückgelesen."


@pytest.mark.usefixtures("german")
def test_a_sentence_inside_another_is_translated_in_turn() -> None:
    reason = told("Not paid within {days} days: {given_up}", days=14, given_up=told("given up"))
    stored = told("Not taken: {stopped}.", stopped=reason)

    assert retold(stored) == "Nicht übernommen: Nicht innerhalb von 14 Tagen bezahlt: aufgegeben."


@pytest.mark.usefixtures("german")
def test_a_sentence_of_two_is_told_whole_and_what_follows_it_too() -> None:
    what = told(
        "Order {order} was {word} in the shop after it went to SAP", order=7, word="refunded"
    )
    undo = told(
        "Stop picking and reverse the delivery in SAP; sales then rejects order {number}.", number=9
    )
    warning = told("{what}: do not ship it. {undo}", what=what, undo=undo)

    assert retold(f"{warning} {told('The shop takes no shipment of them any more.')}") == (
        "Bestellung 7 wurde im Shop erstattet, nachdem sie nach SAP gegangen war: Nicht versenden. "
        "Kommissionierung stoppen und Lieferung in SAP stornieren; der Vertrieb sagt dann "
        "Auftrag 9 ab. Der Shop nimmt keine Sendung mehr dafür an."
    )


@pytest.mark.usefixtures("german")
def test_what_sap_said_itself_stays_as_it_is() -> None:
    for text in (
        "Sales document 4711 is currently being processed by user MEYER",
        "Order type TA is not defined. Check your entries; see Customizing.",
        "Invoice cannot be posted to a closed period",
        "Meyer and Sons",
        "Billing document 90001 has been saved",
        "The shop floor is closed",
        "Two sentences.  Two blanks, and a line.\n Another.",
        "",
    ):
        assert retold(text) == text


@pytest.mark.usefixtures("german")
def test_what_sap_said_stays_inside_our_sentence() -> None:
    stored = told("Cannot be read: {message}", message="Enter plant. Item 10 is incomplete.")

    assert retold(stored) == "Nicht lesbar: Enter plant. Item 10 is incomplete."


@pytest.mark.usefixtures("german")
def test_an_outcome_of_many_parts_is_told_in_german() -> None:
    stored = (
        "Order 4711 found in SAP and adopted, read back: differs in 2 places, but incomplete in "
        "SAP: pricing; blocked in SAP for credit. Left out: note (3 words)."
    )

    assert retold(stored) == (
        "Auftrag 4711 in SAP gefunden und übernommen, zurückgelesen: weicht an 2 Stellen ab, aber "
        "in SAP unvollständig: pricing; in SAP gesperrt für credit. Weggelassen: note (3 Wörter)."
    )


@pytest.mark.usefixtures("german")
def test_a_list_is_translated_where_all_of_it_is_known() -> None:
    clicked = "Sync now: 2 queued, 3 already waiting. Nothing to do: everything is up to date."

    assert retold(clicked) == (
        "Jetzt abgleichen: 2 eingereiht, 3 warten bereits. "
        "Nichts zu tun: Alles ist auf dem neuesten Stand."
    )
    assert retold("group 4 → 0000100") == "Gruppe 4 → 0000100"
    assert retold("Delivery 80001, Delivery 80002") == "Lieferung 80001, Lieferung 80002"
    assert retold("Paid, TSHIRT-RED") == "Paid, TSHIRT-RED"


def test_an_english_reader_gets_the_very_text_without_a_look_up() -> None:
    stored = "".join(["The shop carries ", "4711, read back."])

    with (
        translation.override("en"),
        mock.patch.object(room, "gettext", side_effect=AssertionError),
        mock.patch.object(room, "_retold", side_effect=AssertionError),
    ):
        assert retold(stored) is stored
        safe = mark_safe("<b>Paid</b>")
        assert retold(safe) is safe


@pytest.mark.usefixtures("german")
def test_a_text_marked_safe_lends_its_mark_to_no_other() -> None:
    assert not isinstance(retold(mark_safe("Paid")), SafeString)
    assert not isinstance(retold("Paid"), SafeString)


def test_a_name_that_stands_twice_is_the_same_twice(catalogue: Translated) -> None:
    sentence = "Take {them} off the delivery; sales takes {them} off order {number}."
    catalogue({sentence: "Nehmen Sie {them} aus der Lieferung, {them} auch aus {number}."})

    stored = told(sentence, them="the bolts", number=7)

    assert retold(stored) == "Nehmen Sie the bolts aus der Lieferung, the bolts auch aus 7."
    other = stored.replace("takes the bolts", "takes the nuts")
    assert retold(other) == other


def test_a_sentence_of_names_alone_fits_nothing(catalogue: Translated) -> None:
    catalogue(
        {"{one} {other}": "{other} {one}", "by {person}": "von {person}", "{a}{b} was made": "{a}"}
    )

    for text in ("red bolts", "by mistake", "An invoice was made"):
        assert retold(text) == text


def test_a_short_sentence_takes_numbers_and_no_words(catalogue: Translated) -> None:
    catalogue({"Order {order}": "Bestellung {order}"})

    assert retold("Order 0000012") == "Bestellung 0000012"
    assert retold("Order 12, 13") == "Bestellung 12, 13"
    assert retold("Order has been blocked") == "Order has been blocked"


def test_of_two_sentences_that_fit_the_one_that_says_more_is_taken(catalogue: Translated) -> None:
    catalogue(
        {
            "Order {order} is in SAP: {verdict}.": "falsch",
            "Order {order} is in SAP: {verdict}, but {trouble}.": "{order} {verdict} {trouble}",
        }
    )

    assert retold("Order 1 is in SAP: verified, but blocked.") == "1 verified blocked"


def test_braces_in_names_and_forms_of_numbers_do_no_harm(catalogue: Translated) -> None:
    catalogue({"The shop still has {money:,.2f} for {name}": "Für {name} noch {money}"})

    assert retold(
        told("The shop still has {money:,.2f} for {name}", money=1234, name="{0} {x!r}")
    ) == ("Für {0} {x!r} noch 1,234.00")


def test_a_translation_with_a_name_of_its_own_is_not_used(catalogue: Translated) -> None:
    catalogue({"The shop still has {money} to get": "Noch {betrag}"})

    assert retold("The shop still has 5 EUR to get") == "The shop still has 5 EUR to get"


def test_a_protocol_is_left_alone(catalogue: Translated) -> None:
    catalogue({"The shop said {this} and {that} and {other} to us.": "{this}"})
    protocol = "The shop said " + "and so on " * 1000

    assert retold(protocol) is protocol


@pytest.mark.usefixtures("german")
def test_fields_and_tables_that_people_keep_have_german_names() -> None:
    assert str(MaterialForm.base_fields["item_category"].label) == "Positionstyp"
    assert str(SalesArea._meta.verbose_name_plural) == "Vertriebsbereiche"
    assert str(Step.PULL_ORDERS.label) == "Bestellungen abrufen"
    assert SyncTask(state=SyncTask.State.RUNNING).get_state_display() == "Läuft"


def test_every_field_and_table_that_people_keep_is_named() -> None:
    """A new one needs its name in ``sync/models/spoken_names.py``."""
    fields = {
        str(field.verbose_name)
        for model in KEPT
        for field in model._meta.get_fields()
        if isinstance(field, Field) and not field.primary_key
        and str(field.verbose_name) == field.name.replace("_", " ")
    }  # fmt: skip
    tables = {str(model._meta.verbose_name) for model in KEPT} - {"SAP message"}

    assert fields - spoken_names.FIELDS == set()
    assert tables - spoken_names.TABLES.keys() == set()


def _trees(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "sync").rglob("*.py")):
        place = path.relative_to(ROOT / "sync")
        if not rooms or place.parts[0] in rooms:
            yield place.as_posix(), ast.parse(path.read_text("utf-8"))


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)


@cache
def told_sentences() -> dict[str, str]:
    """Where each stands."""
    return {
        call.args[0].value: f"{place}:{call.lineno}"
        for place, tree in _trees()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and _name(call) == "told" and call.args
        and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    }  # fmt: skip


def test_every_sentence_with_names_is_recognised() -> None:
    lost = {text: at for text, at in told_sentences().items() if NAME.search(text)}

    assert {text: at for text, at in lost.items() if not is_recognised(text)} == {}


def test_no_text_to_be_translated_stands_within_another() -> None:
    """What stands in the braces of an f-string is not collected by `make messages`."""
    lost = [
        f"{place}:{call.lineno}"
        for place, tree in _trees()
        for text in ast.walk(tree)
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and _name(call) in {"told", "gettext", "gettext_noop", "_"}
        and isinstance(call.args[0], ast.Constant)
    ]  # fmt: skip

    assert lost == []


def test_names_in_sentences_are_plain() -> None:
    """No expression, attribute or conversion: they are looked for as words in braces."""
    for text, at in told_sentences().items():
        assert text.count("{") == text.count("}") == len(NAME.findall(text)), at


@pytest.mark.usefixtures("german")
def test_every_translated_sentence_is_found_again() -> None:
    """Each as it is stored, with a number for every name."""
    wrong = {}
    for entry in polib.pofile(str(GERMAN)):
        if not entry.msgstr or entry.msgid not in told_sentences():
            continue
        numbers = {
            name: str(70 + n) for n, name in enumerate(sorted(set(NAME.findall(entry.msgid))))
        }
        stored, expected = (_filled(text, numbers) for text in (entry.msgid, entry.msgstr))
        if retold(stored) != expected:
            wrong[stored] = retold(stored)

    assert wrong == {}


def _filled(sentence: str, values: dict[str, str]) -> str:
    return NAME.sub(lambda found: values[found[1]], sentence)


def test_german_names_nothing_that_the_sentence_does_not() -> None:
    for entry in polib.pofile(str(GERMAN)):
        if entry.msgstr and not entry.msgid_plural:
            assert set(NAME.findall(entry.msgstr)) <= set(NAME.findall(entry.msgid)), entry.msgid


RAISED = frozenset(
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, SyncError)
)


def _is_untold(text: ast.expr) -> bool:
    """Whether it is written here, in words, without ``told``."""
    if isinstance(text, ast.JoinedStr):
        return _has_words(
            "".join(ast.literal_eval(one) for one in text.values if isinstance(one, ast.Constant))
        )
    if isinstance(text, ast.Constant):
        return isinstance(text.value, str) and " " in text.value
    if isinstance(text, ast.IfExp):
        return _is_untold(text.body) or _is_untold(text.orelse)
    if isinstance(text, ast.BinOp):
        return _is_untold(text.left) or _is_untold(text.right)
    return False


def _has_words(text: str) -> bool:
    return " " in text and any(word.isalpha() and len(word) > 1 for word in text.split())


def test_what_an_error_says_is_told() -> None:
    untold = [
        f"{place}:{call.lineno}"
        for place, tree in _trees(*TELLING_ROOMS)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and _name(call) in RAISED
        for text in [*call.args[:1], *(one.value for one in call.keywords if one.arg == "remedy")]
        if _is_untold(text)
    ]

    assert untold == []


# Not for readers of pages: they break a run off, or go into the log or the shop.
BREAKING = frozenset({"ValueError", "TypeError", "RuntimeError", "LookupError", "AssertionError"})
LOGGING = frozenset({"debug", "info", "warning", "error", "exception"})
NOT_SHOWN = frozenset(
    {
        "{}, tied later",  # the comment that marks a paper in the shop
        "{} UTC",  # a moment
    }
)


def test_no_words_hide_in_a_string_that_cannot_be_looked_up() -> None:
    """Outcomes, reasons and notes of steps, mirrors and jobs are stored: an f-string with words in
    it reaches no catalogue."""
    found = {
        f"{place}:{text.lineno}": pattern
        for place, tree in _trees(*TELLING_ROOMS)
        for text in _without(tree, BREAKING | LOGGING)
        if isinstance(text, ast.JoinedStr) and _has_words(pattern := _fixed(text))
        and pattern not in NOT_SHOWN
    }  # fmt: skip

    assert found == {}


def _without(tree: ast.AST, calls: frozenset[str]) -> Iterator[ast.AST]:
    """All of it but what is handed to these calls, and how numbers are written."""
    if not (isinstance(tree, ast.Call) and _name(tree) in calls):
        yield tree
        for child in ast.iter_child_nodes(tree):
            if child is not getattr(tree, "format_spec", None):
                yield from _without(child, calls)


def _fixed(text: ast.JoinedStr) -> str:
    return "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in text.values)
