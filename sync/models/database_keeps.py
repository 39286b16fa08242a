"""What the database itself keeps for the pages: flags of documents, and indexes of its own kind.

Whether a shop paper stands for a SAP document is written in other tables, and no index reaches
across. So triggers keep the answer on the document, whoever writes, in the same transaction.
Changing a table makes SQLite forget its triggers and the indexes Django does not know: all of it is
made again after each migration, and nothing is done where it is there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """A table whose rows decide the flags; ``documents`` are expressions of the row, given as
    ``{row}``, or a query for the documents' keys. Empty ``columns``: it is never updated."""

    table: str
    documents: Sequence[str]
    columns: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Flags:
    """Columns of a document's table, each a condition on its row ``{table}``."""

    table: str
    conditions: dict[str, str]
    sources: Sequence[Source] = field(default_factory=list)

    def update(self, keys: str = "") -> str:
        """SQL that corrects the flags of these documents, or of all; a row that is right is neither
        locked nor written."""
        sets = ", ".join(f"{name} = ({how})" for name, how in self.conditions.items())
        wrong = " OR ".join(f"{name} <> ({how})" for name, how in self.conditions.items())
        of_these = f"{self.table}.id IN ({keys}) AND " if keys else ""
        return f"UPDATE {self.table} SET {sets} WHERE {of_these}({wrong})"


def _invoiced(having: str = "true") -> str:
    """Whether a shop invoice with these values stands for the document, first or further."""
    return (
        "EXISTS (SELECT 1 FROM sync_invoice p "
        f"WHERE p.billing_document_id = sync_billingdocument.id AND {having}) OR "
        "EXISTS (SELECT 1 FROM sync_invoice_further_documents f "
        "JOIN sync_invoice p ON p.id = f.invoice_id "
        f"WHERE f.billingdocument_id = sync_billingdocument.id AND {having})"
    )


FLAGS = [
    Flags(
        "sync_outbounddelivery",
        {
            "is_in_shop": "EXISTS (SELECT 1 FROM sync_shipment p "
            "WHERE p.delivery_id = sync_outbounddelivery.id) OR "
            "EXISTS (SELECT 1 FROM sync_shipment_further_deliveries f "
            "WHERE f.outbounddelivery_id = sync_outbounddelivery.id)"
        },
        [
            Source("sync_shipment", ["{row}.delivery_id"], ["delivery_id"]),
            Source("sync_shipment_further_deliveries", ["{row}.outbounddelivery_id"]),
        ],
    ),
    Flags(
        "sync_outbounddelivery",
        {
            "has_parcels": "EXISTS (SELECT 1 FROM sync_deliverytrack t "
            "WHERE t.delivery_id = sync_outbounddelivery.id)"
        },
        [Source("sync_deliverytrack", ["{row}.delivery_id"])],
    ),
    Flags(
        "sync_outbounddelivery",
        {
            "has_unwanted": "EXISTS (SELECT 1 FROM sync_outbounddeliveryline l "
            "WHERE l.delivery_id = sync_outbounddelivery.id AND l.unwanted_quantity > 0)"
        },
        [
            Source(
                "sync_outbounddeliveryline",
                ["CASE WHEN {row}.unwanted_quantity > 0 THEN {row}.delivery_id END"],
                ["unwanted_quantity"],
            )
        ],
    ),
    Flags(
        "sync_billingdocument",
        {
            "is_in_shop": _invoiced(),
            "has_unmailed": _invoiced(
                "NOT p.is_customer_told AND p.mail_queued_at IS NULL AND p.not_to_be_mailed = ''"
            ),
            "has_kept_back": _invoiced("NOT p.is_customer_told AND p.not_to_be_mailed > ''"),
            "has_difference": _invoiced("p.differs_by <> 0"),
        },
        [
            Source(
                "sync_invoice",
                [
                    "{row}.billing_document_id",
                    "f.billingdocument_id FROM sync_invoice_further_documents f "
                    "WHERE f.invoice_id = {row}.id",
                ],
                [
                    "billing_document_id",
                    "is_customer_told",
                    "mail_queued_at",
                    "not_to_be_mailed",
                    "differs_by",
                ],
            ),
            Source("sync_invoice_further_documents", ["{row}.billingdocument_id"]),
        ],
    ),
]

_EVENTS = {"insert": ["NEW"], "delete": ["OLD"], "update": ["NEW", "OLD"]}


def _triggers() -> Iterable[tuple[str, str, str, str]]:
    """Name, table, when it fires, and what it then does."""
    for flags in FLAGS:
        for source in flags.sources:
            for event, rows in _EVENTS.items():
                if event == "update" and not source.columns:
                    continue
                keys = " UNION ".join(
                    f"SELECT {one.format(row=row)}" for one in source.documents for row in rows
                )
                of = f" OF {', '.join(source.columns)}" if event == "update" else ""
                first = next(iter(flags.conditions))
                name = f"{source.table}_{event}_{first}"
                yield name, source.table, f"AFTER {event.upper()}{of}", flags.update(keys)


_INDEXES = {
    "sqlite": {
        "order_email_any_case": "sync_salesorder (customer_email COLLATE NOCASE)",
        "order_sap_number": "sync_salesorder (sap_sales_order_number)",
    },
    "postgresql": {
        "order_email_any_case": "sync_salesorder (UPPER(customer_email) text_pattern_ops)",
    },
}
_BY_TRIGRAM = "sync_salesorder USING gin (UPPER(customer_name) gin_trgm_ops)"


def ensure(connection: BaseDatabaseWrapper) -> None:
    """Makes what is missing; flags are counted again where triggers were missing."""
    if connection.vendor not in _INDEXES:
        return
    present = _present(connection)
    with connection.cursor() as cursor:
        for name, on in _INDEXES[connection.vendor].items():
            if name not in present:
                cursor.execute(f"CREATE INDEX {name} ON {on}")
        missing = [one for one in _triggers() if one[0] not in present]
        for name, table, when, then in missing:
            for sql in _trigger(connection.vendor, name, table, when, then):
                cursor.execute(sql)
    if missing:
        count_again(connection)
    if connection.vendor == "postgresql" and "order_name_trigram" not in present:
        _ensure_trigrams(connection)


def forget(connection: BaseDatabaseWrapper) -> None:
    """SQLite renames no table while a trigger names one that is being changed."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name in sorted(_present(connection) & {one[0] for one in _triggers()}):
                cursor.execute(f"DROP TRIGGER {name}")


def count_again(connection: BaseDatabaseWrapper) -> None:
    """Needed after rows were loaded with triggers switched off."""
    with connection.cursor() as cursor:
        for flags in FLAGS:
            cursor.execute(flags.update())


def _present(connection: BaseDatabaseWrapper) -> set[str]:
    """Names of triggers and indexes."""
    where = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'index')",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal "
        "UNION SELECT indexname FROM pg_indexes WHERE tablename = 'sync_salesorder'",
    }
    with connection.cursor() as cursor:
        cursor.execute(where[connection.vendor])
        return {name for (name,) in cursor.fetchall()}


def _trigger(vendor: str, name: str, table: str, when: str, then: str) -> list[str]:
    if vendor == "sqlite":
        return [f"CREATE TRIGGER {name} {when} ON {table} BEGIN {then}; END"]
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {then}; RETURN NULL; END $$",
        f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def _ensure_trigrams(connection: BaseDatabaseWrapper) -> None:
    """Without the right to create the extension, names are found by reading all of them."""
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            cursor.execute(f"CREATE INDEX order_name_trigram ON {_BY_TRIGRAM}")
    except DatabaseError as error:
        logger.warning("names are searched without an index: pg_trgm is not there (%s)", error)
