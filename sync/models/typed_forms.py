"""Numbers in the form in which people type them; an index and its search share the expression."""

from __future__ import annotations

from django.db.models import CharField, Func, Q, Value
from django.db.models.functions import Upper
from django.db.models.lookups import Exact


class BareNumber(Func):
    """Without leading zeros, in capitals."""

    template = "UPPER(LTRIM(%(expressions)s, '0'))"
    output_field = CharField()


class Unspaced(Func):
    """Without blanks, in capitals."""

    template = "UPPER(REPLACE(%(expressions)s, ' ', ''))"
    output_field = CharField()


NOBODY = Q(pk__in=[])


def is_bare(column: str, number: str) -> Q:
    """Zeros alone are no number: they would mean every paper without one."""
    bare = number.lstrip("0")
    return Q(Exact(BareNumber(column), Upper(Value(bare)))) if bare else NOBODY


def is_unspaced(column: str, number: str) -> Q:
    compact = "".join(number.split())
    return Q(Exact(Unspaced(column), Upper(Value(compact)))) if compact else NOBODY


def is_in_any_case(column: str, text: str) -> Q:
    return Q(Exact(Upper(column), Upper(Value(text))))
