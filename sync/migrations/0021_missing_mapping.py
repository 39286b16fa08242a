"""Where a mapping entry is missing stands in columns of its own; nothing reads it out of a key."""

from __future__ import annotations

from django.db import migrations, models

# What the keys of causes called the sales area and its fields before.
AREAS = {"sales_area", "shop"}
FIELDS = {
    "price": "price_condition",
    "discount": "discount_condition",
    "freight": "freight_condition",
}


def fill(apps, schema_editor):
    """Rows that are stopped: the old key is read for the last time."""
    SyncTask = apps.get_model("sync", "SyncTask")
    stopped = SyncTask.objects.filter(state="needs_attention", cause_key__startswith="mapping:")
    for task in stopped.select_related("sales_order").defer("sales_order__payload"):
        table, key, field = entry_of(task)
        task.mapping_table, task.mapping_key, task.mapping_field = table, key, field
        task.cause_key = f"mapping:{table}:{key}"[:120]
        task.save(update_fields=["mapping_table", "mapping_key", "mapping_field", "cause_key"])


def entry_of(task):
    """Table, key and field of the entry a task waits for."""
    _, table, key = (*task.cause_key.split(":", 2), "", "")[:3]
    if table in AREAS:
        store, _, currency = key.partition(":")
        return "sales_area", store, "currency" if currency else ""
    if table == "condition" and task.sales_order is not None:
        return "sales_area", str(task.sales_order.store_id), FIELDS.get(key, "")
    return table[:20], key, ""


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0020_kinds_of_decisions"),
    ]

    operations = [
        migrations.AddField(
            model_name="synctask",
            name="mapping_table",
            field=models.CharField(
                blank=True, help_text="Where the entry is missing that stopped it.", max_length=20
            ),
        ),
        migrations.AddField(
            model_name="synctask",
            name="mapping_key",
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.AddField(
            model_name="synctask",
            name="mapping_field",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
