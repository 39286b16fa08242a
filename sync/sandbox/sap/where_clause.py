"""The WHERE of RFC_READ_TABLE: parsed and evaluated on rows of internal values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from .dictionary import PACKED_TYPES, Structure

Test = Callable[[dict[str, Any]], bool]
_TOKEN = re.compile(r"'(?:[^']|'')*'|<=|>=|<>|[=<>(),]|[^\s'=<>(),]+")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "EQ": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "NE": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "LT": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "GT": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    "LE": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "GE": lambda a, b: a >= b,
}


Keys = dict[str, set[str]]


class InvalidClause(Exception):
    """The condition cannot be understood."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A test for rows, and what it demands: a row that passes has one of ``keys[column]``."""

    test: Test
    keys: Keys = field(default_factory=dict)


def compile_where(lines: list[str], structure: Structure) -> Clause:
    """The condition; lines are joined, a token must not cross a line end."""
    tokens: list[str] = []
    for line in lines:
        if _TOKEN.sub("", line).strip():
            raise InvalidClause(line)
        tokens += _TOKEN.findall(line)
    if not tokens:
        return Clause(lambda row: True)
    parser = _Parser(tokens, structure)
    clause = parser.alternatives()
    if parser.rest():
        raise InvalidClause(parser.rest())
    return clause


def _either(clauses: list[Clause]) -> Clause:
    """Keys only for columns that every alternative restricts."""
    tests = [clause.test for clause in clauses]
    columns = set.intersection(*(set(clause.keys) for clause in clauses))
    keys = {name: set[str]().union(*(c.keys[name] for c in clauses)) for name in columns}
    return Clause(lambda row: any(test(row) for test in tests), keys)


def _all(clauses: list[Clause]) -> Clause:
    tests = [clause.test for clause in clauses]
    keys: Keys = {}
    for clause in clauses:
        for name, values in clause.keys.items():
            keys[name] = keys[name] & values if name in keys else values
    return Clause(lambda row: all(test(row) for test in tests), keys)


class _Parser:
    """Recursive descent: OR, AND, NOT, brackets, comparisons."""

    def __init__(self, tokens: list[str], structure: Structure) -> None:
        self._tokens = tokens
        self._structure = structure
        self._at = 0

    def rest(self) -> str:
        """The next token, blank at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self.rest()
        if not token:
            raise InvalidClause("incomplete condition")
        self._at += 1
        return token

    def _accept(self, word: str) -> bool:
        if self.rest().upper() == word:
            self._at += 1
            return True
        return False

    def alternatives(self) -> Clause:
        """Terms joined by OR."""
        clauses = [self._conjunction()]
        while self._accept("OR"):
            clauses.append(self._conjunction())
        return _either(clauses)

    def _conjunction(self) -> Clause:
        clauses = [self._negation()]
        while self._accept("AND"):
            clauses.append(self._negation())
        return _all(clauses)

    def _negation(self) -> Clause:
        if self._accept("NOT"):
            inner = self._negation().test
            return Clause(lambda row: not inner(row))
        if self._accept("("):
            bracketed = self.alternatives()
            if not self._accept(")"):
                raise InvalidClause("bracket not closed")
            return bracketed
        return self._comparison()

    def _comparison(self) -> Clause:
        name = self._next().upper()
        field = self._structure.by_name.get(name)
        if field is None:
            raise InvalidClause(name)
        packed = field.abap_type in PACKED_TYPES
        operator = self._next().upper()
        negated = operator == "NOT"
        if negated:
            operator = self._next().upper()
        clause = self._test(name, operator, packed)
        return Clause(lambda row: not clause.test(row)) if negated else clause

    def _test(self, name: str, operator: str, packed: bool) -> Clause:
        if operator in _OPERATORS:
            compare, value = _OPERATORS[operator], self._value(packed)
            keys = {name: {str(value)}} if operator in ("=", "EQ") and not packed else {}
            return Clause(lambda row: compare(row[name], value), keys)
        if operator == "BETWEEN":
            low = self._value(packed)
            if not self._accept("AND"):
                raise InvalidClause("BETWEEN without AND")
            high = self._value(packed)
            return Clause(lambda row: bool(low <= row[name] <= high))
        if operator == "IN" and self._accept("("):
            values = [self._value(packed)]
            while self._accept(","):
                values.append(self._value(packed))
            if not self._accept(")"):
                raise InvalidClause("bracket not closed")
            return Clause(
                lambda row: row[name] in values, {} if packed else {name: set(map(str, values))}
            )
        if operator == "LIKE":
            pattern = re.escape(str(self._value(False))).replace("%", ".*").replace("_", ".")
            return Clause(lambda row: re.fullmatch(pattern, str(row[name])) is not None)
        raise InvalidClause(operator)

    def _value(self, packed: bool) -> Any:
        token = self._next()
        text = token[1:-1].replace("''", "'").rstrip() if token.startswith("'") else token
        if not token.startswith("'") and not re.fullmatch(r"-?[\d.]+", token):
            raise InvalidClause(token)
        try:
            return Decimal(text.strip() or "0") if packed else text
        except InvalidOperation:
            raise InvalidClause(token) from None
