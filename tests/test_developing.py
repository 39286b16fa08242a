"""The worked example of docs/developing.md is built from the page, and runs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "developing.md"
COPIED = ("sync", "o2c_portal", "templates", "tests", "docs")
BLOCK = re.compile(r"```(diff|python)\n(?:--- |# )(\S+)\n(.*?)```", re.DOTALL)


def build(place: Path) -> list[str]:
    """A copy of the portal with the example in it; the new modules, by path."""
    for name in COPIED:
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (ROOT / "manage.py", ROOT / "pyproject.toml", *ROOT.glob("requirements*.txt")):
        shutil.copy(path, place)
    added = []
    for kind, path, text in BLOCK.findall(PAGE.read_text("utf-8")):
        if kind == "diff":
            (place / path).write_text(applied((place / path).read_text("utf-8"), text), "utf-8")
        else:
            (place / path).write_text(text, "utf-8")
            added.append(path)
    return added


def applied(text: str, diff: str) -> str:
    """A text with the lines marked ``+`` in it, where the others stand in it."""
    lines = [line or " " for line in diff.splitlines()]
    before = "\n".join(line[1:] for line in lines if line[0] == " ")
    after = "\n".join(line[1:] for line in lines)
    assert text.count(before) == 1, f"the page does not fit the code any more: {before}"
    return text.replace(before, after)


def run(place: Path, *arguments: str) -> None:
    done = subprocess.run(  # our own commands
        [sys.executable, *arguments], cwd=place, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


@pytest.mark.flow
def test_the_worked_example_is_a_step(tmp_path: Path) -> None:
    added = build(tmp_path)
    tests = [path for path in added if path.startswith("tests/")]

    run(tmp_path, "manage.py", "makemigrations", "sync", "--settings", "tests.settings")
    run(
        tmp_path,
        "-m",
        "pytest",
        "-q",
        *tests,
        "tests/test_architecture.py",
        "-p",
        "no:cacheprovider",
    )

    assert len(added) == 2
    assert tests


def test_three_modules_know_a_step_besides_its_own() -> None:
    known = {path for kind, path, _ in BLOCK.findall(PAGE.read_text("utf-8")) if kind == "diff"}

    assert len(known) <= 3
