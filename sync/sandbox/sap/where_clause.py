"""The WHERE of RFC_READ_TABLE: parsed and evaluated on rows of internal values."""

from __future__ import annotations

import re
from collections.abc import Callable
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


class InvalidClause(Exception):
    """The condition cannot be understood."""


def compile_where(lines: list[str], structure: Structure) -> Test:
    """A test for rows; lines are joined, a token must not cross a line end."""
    tokens: list[str] = []
    for line in lines:
        if _TOKEN.sub("", line).strip():
            raise InvalidClause(line)
        tokens += _TOKEN.findall(line)
    if not tokens:
        return lambda row: True
    parser = _Parser(tokens, structure)
    test = parser.alternatives()
    if parser.rest():
        raise InvalidClause(parser.rest())
    return test


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

    def alternatives(self) -> Test:
        """terms joined by OR."""
        tests = [self._conjunction()]
        while self._accept("OR"):
            tests.append(self._conjunction())
        return lambda row: any(test(row) for test in tests)

    def _conjunction(self) -> Test:
        tests = [self._negation()]
        while self._accept("AND"):
            tests.append(self._negation())
        return lambda row: all(test(row) for test in tests)

    def _negation(self) -> Test:
        if self._accept("NOT"):
            inner = self._negation()
            return lambda row: not inner(row)
        if self._accept("("):
            inner = self.alternatives()
            if not self._accept(")"):
                raise InvalidClause("bracket not closed")
            return inner
        return self._comparison()

    def _comparison(self) -> Test:
        name = self._next().upper()
        field = self._structure.by_name.get(name)
        if field is None:
            raise InvalidClause(name)
        packed = field.abap_type in PACKED_TYPES
        operator = self._next().upper()
        negated = operator == "NOT"
        if negated:
            operator = self._next().upper()
        test = self._test(name, operator, packed)
        return (lambda row: not test(row)) if negated else test

    def _test(self, name: str, operator: str, packed: bool) -> Test:
        if operator in _OPERATORS:
            compare, value = _OPERATORS[operator], self._value(packed)
            return lambda row: compare(row[name], value)
        if operator == "BETWEEN":
            low = self._value(packed)
            if not self._accept("AND"):
                raise InvalidClause("BETWEEN without AND")
            high = self._value(packed)
            return lambda row: bool(low <= row[name] <= high)
        if operator == "IN" and self._accept("("):
            values = [self._value(packed)]
            while self._accept(","):
                values.append(self._value(packed))
            if not self._accept(")"):
                raise InvalidClause("bracket not closed")
            return lambda row: row[name] in values
        if operator == "LIKE":
            pattern = re.escape(str(self._value(False))).replace("%", ".*").replace("_", ".")
            return lambda row: re.fullmatch(pattern, str(row[name])) is not None
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
