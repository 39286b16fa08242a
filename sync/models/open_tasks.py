"""Creates the tasks that are not open yet, in one statement: the database says which they are."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from sync.models.ledger import SyncTask


def create_unless_open(tasks: Sequence[SyncTask]) -> list[SyncTask]:
    """Those that are new, now with their keys; for the others there is an open task already, which
    another may have created a moment ago."""
    if not tasks:
        return []
    table, quote = SyncTask._meta, connection.ops.quote_name
    fields = [field for field in table.local_concrete_fields if not field.primary_key]
    columns = ", ".join(quote(str(field.column)) for field in fields)
    row = f"({', '.join(['%s'] * len(fields))})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(table.db_table)} ({columns})"
            f" VALUES {', '.join([row] * len(tasks))} ON CONFLICT DO NOTHING"
            " RETURNING step, reference, id",
            [
                field.get_db_prep_save(field.pre_save(task, add=True), connection)
                for task in tasks
                for field in fields
            ],
        )
        created = {(step, reference): pk for step, reference, pk in cursor.fetchall()}
    new = [task for task in tasks if (task.step, task.reference) in created]
    for task in new:
        task.pk = created[task.step, task.reference]
        task._state.adding, task._state.db = False, connection.alias
    return new
