"""Rules that hold across modules and that no single test would notice broken."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from importlib.resources import files
from pathlib import Path
from typing import get_type_hints

import hypothesis
import pytest
from django.conf import settings
from django.db.models import Choices
from django.utils.module_loading import import_string

from sync.jobs import bell
from sync.models import (
    Invoice,
    InvoiceMail,
    OutboundDelivery,
    Repair,
    SalesOrder,
    Step,
    SyncAttempt,
    SyncTask,
)
from sync.steps import STEPS, Slice, StepRun
from sync.templatetags.badges import BADGES

ROOT = Path(__file__).resolve().parent.parent
SYNC = ROOT / "sync"
TESTS = ROOT / "tests"
COMMANDS = sorted(
    path.stem for path in (SYNC / "management" / "commands").glob("*.py") if path.stem != "__init__"
)
REQUIREMENTS = sorted(ROOT.glob("requirements*.txt"))
# Plugins and commands of the developer's, and the time zones that Python's own library reads.
USED_UNSEEN = {
    "pytest-django", "pytest-cov", "pytest-xdist", "ruff", "mypy", "django-stubs", "types-requests",
    "import-linter", "tzdata", "et_xmlfile",
    "mkdocs",
}  # fmt: skip
MAY_READ_SETTINGS = ("remotes.py", "policy.py", "checks.py", "checks/", "jobs/", "management/")
# The lines of the catalogue (features.md) that a release must not be without.
PROVEN = (
    *(f"p0_{number:02}" for number in range(1, 16)),
    "p1_16",
    "p1_21",
    "p1_26",
    "p1_29",
    "p1_52",
    "p1_55",
)
MAKES_A_STAND_IN = {"create_app", "SapSystem"}
# The worlds in which the portal and both stand-ins go by one clock.
ONE_CLOCK = {"world.py", "properties/stormy_world.py"}
STATES: dict[str, type[Choices]] = {
    "task": SyncTask.State,
    "attempt": SyncAttempt.Outcome,
    "stage": SalesOrder.Stage,
    "verification": SalesOrder.Verification,
    "picking": OutboundDelivery.Picking,
    "unwanted": OutboundDelivery.Unwanted,
    "invoice": Invoice.State,
    "mail": InvoiceMail.Outcome,
    "repair": Repair.State,
}


def modules(room: Path = SYNC) -> Iterator[tuple[str, ast.Module]]:
    """Every module of the app, or of the tests, by its path in it, parsed."""
    for path in sorted(room.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path.relative_to(room).as_posix(), _parsed(path)


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a module by the last part of the name it calls."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", "")), node


def imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def dotted_texts(tree: ast.Module) -> set[str]:
    """Texts that may name a module, as settings and command lines do."""
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"\w+(\.\w+)*", node.value)
    }


def settings_read(tree: ast.Module) -> set[str]:
    """Attributes of ``django.conf.settings`` that a module reads."""
    if "django.conf.settings" not in imported(tree):
        return set()
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "settings"
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_every_management_command_is_tested(command: str) -> None:
    assert (ROOT / "tests" / "commands" / f"test_{command}.py").exists()


@pytest.mark.parametrize("kind", STATES)
def test_every_state_has_a_badge_with_a_style(kind: str) -> None:
    styles = files("sync").joinpath("static/sync/css/badge.css").read_text("utf-8")
    styled = set(re.findall(r"\.badge--(\w+)", styles)) | {"neutral"}  # the plain badge

    wanted = {str(value) for value in STATES[kind].values}

    assert wanted <= set(BADGES[kind])
    assert {BADGES[kind][value].tone for value in wanted} <= styled


def test_every_badge_has_a_tone_that_is_styled() -> None:
    styles = files("sync").joinpath("static/sync/css/badge.css").read_text("utf-8")
    styled = set(re.findall(r"\.badge--(\w+)", styles)) | {"neutral"}

    assert {badge.tone for badges in BADGES.values() for badge in badges.values()} <= styled


def test_every_step_is_carried_out_by_a_module_of_its_name() -> None:
    for step, act in STEPS.items():
        assert act.__module__ == f"sync.steps.{Step(step).name.lower()}"
        hints = get_type_hints(act)
        assert hints.pop("return") in {str, Slice}
        assert hints == {"run": StepRun}


@pytest.mark.parametrize(
    "path", [bell.RUN_TASK, settings.SAP_RFC_CONNECT, settings.RQ_QUEUES["bulk"]["SERIALIZER"]]
)
def test_every_dotted_path_leads_somewhere(path: str) -> None:
    assert import_string(path)


def test_only_the_bell_puts_anything_into_redis() -> None:
    callers = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"enqueue", "enqueue_in", "enqueue_at"}
    }

    assert callers == {"jobs/bell.py"}


def test_pyrfc_is_imported_in_one_place_only() -> None:
    importers = {
        name
        for name, tree in modules()
        if any(found.split(".")[0] == "pyrfc" for found in imported(tree))
    }

    assert importers == {"sap/connection.py"}


def test_settings_are_read_only_where_things_are_put_together() -> None:
    readers = {
        name: settings_read(tree) - {"AUTH_USER_MODEL"}  # how models name the user's table
        for name, tree in modules()
        if not name.startswith(MAY_READ_SETTINGS)
    }

    assert {name: found for name, found in readers.items() if found} == {}


def test_the_environment_is_read_in_the_settings_commands_and_stand_ins_only() -> None:
    readers = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"environ", "getenv"}
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    }

    assert {n for n in readers if not n.startswith(("management/", "sandbox/"))} == set()


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_requirement_is_an_exact_pin(path: Path) -> None:
    lines = (line.split("#")[0].strip() for line in path.read_text("utf-8").splitlines())

    for line in filter(None, lines):
        assert re.fullmatch(r"-r \S+|[\w.-]+(\[[\w,-]+\])?==[\w.]+", line), line


def test_every_requirement_is_used() -> None:
    modules_of: dict[str, set[str]] = {}
    for module, distributions in packages_distributions().items():
        for name in distributions:
            modules_of.setdefault(name.lower(), set()).add(module)
    lines = (line for path in REQUIREMENTS for line in path.read_text("utf-8").splitlines())
    pinned = {re.split(r"[\[=]", line)[0].lower() for line in lines if "==" in line}
    named = {
        name.split(".")[0]
        for room in (SYNC, TESTS, ROOT / "o2c_portal")
        for _, tree in modules(room)
        for name in imported(tree) | dotted_texts(tree)
    }

    unused = {one for one in pinned - USED_UNSEEN if not modules_of.get(one, {one}) & named}

    assert unused == set()


def test_sap_s_library_is_no_requirement_of_the_portal() -> None:
    needed = {path.name: path.read_text("utf-8") for path in REQUIREMENTS}

    assert [name for name, text in needed.items() if "pyrfc==" in text] == [
        "requirements-pyrfc.txt"
    ]
    assert not any("requirements-pyrfc" in text for text in needed.values())


def test_only_the_run_catches_everything() -> None:
    catchers = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and isinstance(node.type, ast.Name)
        and node.type.id in {"Exception", "BaseException"}
        and not name.startswith("sandbox/")
    }

    # The RFC library's errors are told by name, for it need not be there to be imported. Whoever
    # alarms must not fall silent by an error of its own.
    assert catchers <= {"jobs/run.py", "jobs/alarms/watch.py", "sap/bapi.py", "sap/connection.py"}


@pytest.mark.parametrize("line", PROVEN)
def test_every_line_of_the_catalogue_that_counts_has_a_test_of_its_name(line: str) -> None:
    named = re.compile(rf"^ *def test_{line}_\w+\(", re.MULTILINE)

    tests = (path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))

    assert any(named.search(text) for text in tests)


def test_no_test_waits_for_time_to_pass() -> None:
    waiting = {
        module
        for module, tree in modules(TESTS)
        for called, _ in calls(tree)
        if called in {"sleep", "wait_for_timeout"} and not module.startswith(("chaos/", "bench/"))
    }

    assert waiting == set()


def test_no_example_is_judged_by_its_speed() -> None:
    own_deadline = {
        module
        for module, tree in modules(TESTS)
        for called, call in calls(tree)
        if called == "settings" and "deadline" in {word.arg for word in call.keywords}
    }

    assert own_deadline == {"properties/profiles.py"}
    assert hypothesis.settings.default is not None
    assert hypothesis.settings.default.deadline is None


def test_a_stand_in_that_meets_a_client_goes_by_the_client_s_clock() -> None:
    """A client signs and compares with the present time: a clock that stands is wrong some day."""
    own_clock = {
        module
        for module, tree in modules(TESTS)
        for called, call in calls(tree)
        if called in MAKES_A_STAND_IN and {word.arg for word in call.keywords} & {"clock", "now"}
    }
    fixtures = {
        f"tests.{module.removesuffix('.py').replace('/', '.')}"
        for module in own_clock
        if module.endswith("conftest.py")
    }
    borrowers = {
        module
        for module, tree in modules(TESTS)
        if not module.startswith("sandbox/") and imported(tree) & fixtures
    }

    assert {module for module in own_clock if not module.startswith("sandbox/")} == ONE_CLOCK
    assert borrowers == set()
