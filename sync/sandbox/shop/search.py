"""searchCriteria: reading it from the query string and running it over the store [129-199]."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sync.sandbox.shop.documents import Doc, bundled
from sync.sandbox.shop.errors import ShopError, required, unsupported, wrong_type
from sync.sandbox.shop.store import COLUMNS, Books

Query = list[tuple[str, str]]
OPERATORS = {
    "eq": "=", "neq": "!=", "gt": ">", "gteq": ">=", "moreq": ">=", "from": ">=", "lt": "<",
    "lteq": "<=", "to": "<=", "like": "LIKE", "nlike": "NOT LIKE",
}  # fmt: skip
MEMBERS = {"filter_groups", "sort_orders", "page_size", "current_page"}
INDEXED = ("increment_id", "ext_order_id", "created_at", "updated_at", "transaction_id")
NUMBERS = ("integer", "number")
MAILED = ("invoice", "shipment", "creditmemo")
# A column that no answer shows, but that can be filtered on ("Versions" 4).
MAIL_IS_WANTED = (
    "(SELECT count(*) > 0 FROM mail WHERE mail.kind = '{kind}' "
    'AND mail.document_id = "{kind}".entity_id)'
)
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?")


def internal_error() -> ShopError:
    """The 500 of a bad column, with a report id as Magento makes them [151, 167]."""
    report = f"webapi-{uuid.uuid4().hex[:13]}"
    return ShopError(
        500, f"Internal Error. Details are available in Magento log file. Report ID: {report}"
    )


@dataclass
class Filter:
    """One comparison; an unknown condition counts as eq [168]."""

    field: str
    value: str
    condition_type: str = "eq"


@dataclass
class Criteria:
    """A search as it was asked for."""

    groups: list[list[Filter]] = field(default_factory=list)
    sorts: list[tuple[str, str]] = field(default_factory=list)
    page_size: int | None = None
    current_page: int | None = None

    def echo(self) -> Doc:
        """The ``search_criteria`` member of the answer."""
        document: Doc = {
            "filter_groups": [{"filters": [vars(f) for f in group]} for group in self.groups]
        }
        if self.sorts:
            document["sort_orders"] = [{"field": f, "direction": d} for f, d in self.sorts]
        if self.page_size is not None:
            document["page_size"] = self.page_size
        if self.current_page is not None:
            document["current_page"] = self.current_page
        return document


def snake(name: str) -> str:
    """camelCase to snake_case; Magento takes both [163]."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def nested(query: Query, names: tuple[str, ...]) -> Any:
    """The value of ``name[a][b]=c`` pairs as nested dicts; None if the name does not occur."""
    root: dict[str, Any] = {}
    seen = False
    for key, value in query:
        head, _, rest = key.partition("[")
        if head not in names:
            continue
        seen = True
        path = re.findall(r"\[([^\]]*)\]", f"[{rest}" if rest else "")
        node = root
        for step in path[:-1]:
            below = node.setdefault(snake(step), {})
            node = below if isinstance(below, dict) else {}
        if path:
            node[snake(path[-1])] = value
    return root if seen else None


def parse(query: Query) -> Criteria:
    """Criteria from the query string. Raises ShopError 400 [150, 160, 161, 170] or 500 [166]."""
    root = nested(query, ("searchCriteria", "search_criteria"))
    if root is None:
        raise required("searchCriteria")
    for member in root:
        if member not in MEMBERS:
            raise unsupported(member)
    criteria = Criteria(
        page_size=_number(root, "page_size", "pageSize"),
        current_page=_number(root, "current_page", "currentPage"),
    )
    for group in _values(root.get("filter_groups")):
        filters = [
            Filter(f.get("field", ""), f.get("value", ""), f.get("condition_type", "eq"))
            for f in _values(group.get("filters"))
        ]
        criteria.groups.append(filters)
    for sort in _values(root.get("sort_orders")):
        direction = sort.get("direction", "DESC").upper()
        if direction not in ("ASC", "DESC"):
            message = (
                "The sort order has to be specified as %1 for ascending order "
                "or %2 for descending order."
            )
            raise ShopError(400, message, ["ASC", "DESC"])
        criteria.sorts.append((sort.get("field", ""), direction))
    return criteria


def _values(member: Any) -> Iterable[dict[str, Any]]:
    return [v for v in member.values() if isinstance(v, dict)] if isinstance(member, dict) else []


def _number(root: dict[str, Any], name: str, shown: str) -> int | None:
    if name not in root:
        return None
    try:
        return int(root[name])
    except (TypeError, ValueError) as error:
        raise wrong_type(root[name], "int", shown) from error


class _Table:
    """Names the SQL expression of a field of one kind of document."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._fields: dict[str, str] = bundled("columns.json")[kind]
        self._columns = COLUMNS.get(kind, ("item_id", "order_id", "sku", "parent_item_id"))

    def expression(self, name: str) -> str:
        if name == "send_email" and self._kind in MAILED:
            return MAIL_IS_WANTED.format(kind=self._kind)
        kind = self._fields.get(name)
        if kind in (None, "object", "array") or not re.fullmatch(r"\w+", name):
            raise internal_error()
        return name if name in self._columns else f"json_extract(doc, '$.{name}')"

    def is_wordy(self, name: str) -> bool:
        """Whether upper and lower case count as one, as in the shop's database; not for numbers
        and times, which are searched by index."""
        return self._fields.get(name) == "string" and name not in INDEXED

    def value(self, name: str, text: str) -> Any:
        if self._fields.get(name) in NUMBERS or name == "send_email":
            found = re.match(r"\s*-?\d+(\.\d+)?", text)
            number = float(found.group()) if found else 0.0
            return int(number) if number.is_integer() else number
        return moment(text) if name in ("created_at", "updated_at") else text


def moment(text: str) -> str:
    """A time filter as MariaDB reads it: no zone, a bare date is midnight, garbage is year 0."""
    found = MOMENT.match(text.strip())
    if not found:
        return "0000-00-00 00:00:00"
    time = found.group(2) or "00:00:00"
    return f"{found.group(1)} {time}{':00' if len(time) == 5 else ''}"


def _condition(table: _Table, wanted: Filter) -> tuple[str, list[Any]]:
    column = table.expression(wanted.field)
    kind = wanted.condition_type
    if kind in ("null", "notnull"):
        return f"{column} IS {'NOT ' if kind == 'notnull' else ''}NULL", []
    if table.is_wordy(wanted.field):
        column = f"{column} COLLATE NOCASE"
    if kind in ("in", "nin"):
        values = [table.value(wanted.field, v) for v in wanted.value.split(",")]
        marks = ", ".join("?" * len(values))
        return f"{column} {'NOT ' if kind == 'nin' else ''}IN ({marks})", values
    operator = OPERATORS.get(kind, "=")
    if operator.endswith("LIKE"):
        return f"{column} {operator} ?", [wanted.value]
    return f"{column} {operator} ?", [table.value(wanted.field, wanted.value)]


def run(books: Books, kind: str, criteria: Criteria) -> tuple[list[Doc], int]:
    """One page of documents and the count of all. Raises ShopError 500 on a bad column."""
    table = _Table(kind)
    clauses, arguments = [], []
    for group in criteria.groups:
        parts = []
        for wanted in group:
            part, values = _condition(table, wanted)
            parts.append(part)
            arguments.extend(values)
        clauses.append(f"({' OR '.join(parts)})" if parts else "1=1")
    key = "item_id" if kind == "item" else "entity_id"
    order = [f"{table.expression(name)} {direction}" for name, direction in criteria.sorts]
    source = f'FROM "{kind}" WHERE {" AND ".join(clauses) or "1=1"}'
    limit = ""
    if criteria.page_size and criteria.page_size > 0:
        page = max(criteria.current_page or 1, 1)
        limit = f" LIMIT {criteria.page_size} OFFSET {(page - 1) * criteria.page_size}"
    total = books.rows(f"SELECT count(*) AS n {source}", arguments)[0]["n"]
    sql = f"SELECT doc {source} ORDER BY {', '.join([*order, f'{key} ASC'])}{limit}"
    return [json.loads(row["doc"]) for row in books.rows(sql, arguments)], int(total)
