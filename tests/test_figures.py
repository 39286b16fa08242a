"""The figures the house is held to: how long modules and functions are, how deep imports go."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("sync", "o2c_portal")
STAND_INS = "sync.sandbox"
STEPS_AT_MOST = 18
LONGEST_CHAIN = 14
MODULE_LINES = {0.5: 80, 0.9: 200, 1.0: 270}
FUNCTION_LINES = {0.5: 7, 0.9: 17, 1.0: 40}
Graph = dict[str, set[str]]


@cache
def parsed() -> dict[str, tuple[str, ast.Module]]:
    """Every shipped module by its dotted name: its text, and its tree."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            if ".migrations" not in name:
                text = path.read_text("utf-8")
                found[name] = (text, ast.parse(text))
    return found


def own() -> dict[str, tuple[str, ast.Module]]:
    """The shipped modules without the stand-ins."""
    return {name: one for name, one in parsed().items() if not name.startswith(STAND_INS)}


def imports() -> Graph:
    """Which module imports which, wherever in it the import stands."""
    names = parsed().keys()

    def known(name: str) -> str:
        while name and name not in names:
            name = name.rpartition(".")[0]
        return name

    packages = {name.rpartition(".")[0] for name in names}
    return {
        name: {
            found
            for one in _imported(tree, name if name in packages else name.rpartition(".")[0])
            if (found := known(one)) and found != name
        }
        for name, (_, tree) in parsed().items()
    }


def _imported(tree: ast.Module, package: str) -> Iterator[str]:
    """By full names; the stand-ins import relatively."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package.rsplit(".", node.level - 1)[0] if node.level else ""
            source = ".".join(filter(None, (start, node.module)))
            yield from (f"{source}.{alias.name}" for alias in node.names)


def chain_from(name: str, graph: Graph, under_way: tuple[str, ...] = ()) -> list[str]:
    """The longest chain of imports that begins with a module; a circle fails with its members."""
    assert name not in under_way, f"a circle: {' → '.join([*under_way, name])}"
    below = (_chain(one, (*under_way, name)) for one in sorted(graph[name]))
    return [name, *max(below, key=len, default=[])]


_known: dict[str, list[str]] = {}


def _chain(name: str, under_way: tuple[str, ...]) -> list[str]:
    if name not in _known:
        _known[name] = chain_from(name, imports_once(), under_way)
    return _known[name]


@cache
def imports_once() -> Graph:
    """The graph, read once."""
    return imports()


def share(lengths: list[int], part: float) -> int:
    """The length that a part of all do not exceed."""
    ordered = sorted(lengths)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def code_lines(text: str) -> int:
    """Lines that are neither blank nor a comment; docstrings count."""
    return sum(1 for line in map(str.strip, text.splitlines()) if line and line[0] != "#")


def test_no_module_imports_itself_by_way_of_others() -> None:
    for name in imports_once():
        _chain(name, ())


def test_the_longest_chain_of_imports_is_short() -> None:
    longest = max((_chain(name, ()) for name in own()), key=len)

    assert len(longest) <= LONGEST_CHAIN, " → ".join(longest)


def test_modules_are_short() -> None:
    sizes = {name: code_lines(text) for name, (text, _) in own().items() if code_lines(text)}
    longest = max(sizes, key=lambda name: sizes[name])

    for part, limit in MODULE_LINES.items():
        assert share(list(sizes.values()), part) <= limit, (part, longest)


def test_functions_are_short() -> None:
    sizes = {
        f"{name}.{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name, (_, tree) in own().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    longest = max(sizes, key=lambda name: sizes[name])

    for part, limit in FUNCTION_LINES.items():
        assert share(list(sizes.values()), part) <= limit, (part, longest)


def test_the_room_of_the_steps_holds_steps() -> None:
    assert len(list((ROOT / "sync" / "steps").glob("*.py"))) <= STEPS_AT_MOST
