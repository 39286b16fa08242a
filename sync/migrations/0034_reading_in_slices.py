"""What SAP is asked in slices: open orders by key, parcels by delivery, later bills last of all."""

from django.db import migrations, models
from django.utils import timezone


def follow_parcels(apps, schema_editor):
    """Until now parcel numbers came with every fetch of an open or followed order."""
    orders = apps.get_model("sync", "SalesOrder").objects.filter(sap_read_at__isnull=False)
    still_read = ~models.Q(stage__in=["complete", "canceled"]) | models.Q(
        deliveries_due_at__isnull=False
    )
    lines = apps.get_model("sync", "OutboundDeliveryLine").objects.filter(
        sales_order__in=orders.filter(still_read)
    )
    left = apps.get_model("sync", "OutboundDelivery").objects.filter(goods_movement_status="C")
    left.filter(pk__in=lines.values("delivery")).update(parcels_due_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("sync", "0033_clicks")]

    operations = [
        migrations.AddField(
            model_name="fetchhealth",
            name="quiet_task",
            field=models.BigIntegerField(
                blank=True,
                help_text="Of the last round without news; the next replaces it.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="outbounddelivery",
            name="parcels_due_at",
            field=models.DateTimeField(
                blank=True, help_text="When SAP is asked again which parcels have left.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="salesorder",
            name="billing_due_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Since when SAP has billing documents to be read.",
                null=True,
            ),
        ),
        migrations.RemoveIndex(model_name="salesorder", name="order_billing_watched"),
        migrations.RunPython(follow_parcels, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="outbounddelivery",
            index=models.Index(
                condition=models.Q(("parcels_due_at__isnull", False)),
                fields=["parcels_due_at"],
                name="delivery_parcels_due",
            ),
        ),
        migrations.AddIndex(
            model_name="salesorder",
            index=models.Index(
                condition=models.Q(("deliveries_due_at__isnull", True), ("stage", "complete")),
                fields=["billing_watched_at"],
                name="order_billing_watched",
            ),
        ),
        migrations.AddIndex(
            model_name="salesorder",
            index=models.Index(
                condition=models.Q(
                    models.Q(("stage__in", ["complete", "canceled"]), _negated=True),
                    ("sap_read_at__isnull", False),
                ),
                fields=["id"],
                name="order_open_in_sap",
            ),
        ),
    ]
