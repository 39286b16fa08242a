"""Payloads are packed from now on. The columns stay as they are, so nothing is rewritten or locked:
rows from before are read as they stand, and the scheduler packs them little by little."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

import sync.models.packed

TO_PACK = {
    "pack_calls": "RemoteCall",
    "pack_orders": "SalesOrder",
    "pack_shipments": "Shipment",
    "pack_invoices": "Invoice",
}


def remember_what_is_to_be_packed(apps: Any, schema_editor: Any) -> None:
    progress = apps.get_model("sync", "PruningProgress")
    for name, model in TO_PACK.items():
        last = apps.get_model("sync", model).objects.order_by("-pk").values_list("pk").first()
        progress.objects.create(name=name, last_id=last[0] if last else 0)


def packed(model: str, name: str, **options: Any) -> migrations.AlterField:
    field = sync.models.packed.PackedJSONField(**options)
    return migrations.AlterField(model_name=model, name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [("sync", "0036_pages_by_index")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                packed("salesorder", "payload", default=dict),
                packed("shipment", "payload", default=dict),
                packed("invoice", "payload", default=dict),
                packed("remotecall", "request", default=dict),
                packed("remotecall", "answer", null=True, blank=True),
                packed("dryrun", "request", default=dict, help_text="What was sent, redacted."),
                packed(
                    "dryrun",
                    "prices",
                    default=list,
                    help_text="Web order beside SAP, line by line.",
                ),
            ]
        ),
        migrations.CreateModel(
            name="PruningProgress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, unique=True)),
                ("through_id", models.BigIntegerField(default=0)),
                (
                    "last_id",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Where it ends for ever: later rows do not need it.",
                        null=True,
                    ),
                ),
            ],
            options={"verbose_name_plural": "pruning progress", "ordering": ["name"]},
        ),
        migrations.RunPython(remember_what_is_to_be_packed, migrations.RunPython.noop),
    ]
