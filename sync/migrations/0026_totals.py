import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0025_sent_to_sap"),
    ]

    operations = [
        migrations.AddField(
            model_name="salesarea",
            name="rounding_condition",
            field=models.CharField(
                blank=True,
                help_text="Takes what the shop rounds; empty: it stays out of SAP, and is shown.",
                max_length=4,
            ),
        ),
        migrations.CreateModel(
            name="AmountMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "attribute",
                    models.CharField(
                        help_text="The order's member or extension attribute, such as gift_cards_amount.",
                        max_length=100,
                    ),
                ),
                (
                    "store_id",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Magento's store id; empty: every store.",
                        null=True,
                        verbose_name="store",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        blank=True, help_text="What the order's page calls it.", max_length=40
                    ),
                ),
                (
                    "booking",
                    models.CharField(
                        choices=[
                            ("fee", "A fee or surcharge: charged on top"),
                            ("payment", "A payment: a condition after the tax, or statistical"),
                            ("left_out", "A payment: left out, SAP's order keeps the full amount"),
                        ],
                        max_length=10,
                        verbose_name="what it is",
                    ),
                ),
                ("condition_type", models.CharField(blank=True, max_length=4)),
                (
                    "tax_attribute",
                    models.CharField(
                        blank=True,
                        help_text="The member with the tax on a fee; empty: none.",
                        max_length=100,
                    ),
                ),
                (
                    "tax_condition",
                    models.CharField(
                        blank=True,
                        help_text="For the tax on a fee; empty: with that on freight.",
                        max_length=4,
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="amounts",
                        to="sync.shop",
                    ),
                ),
            ],
            options={
                "ordering": ["attribute", "store_id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop", "attribute", "store_id"),
                        name="one_entry_per_amount_and_store",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("store_id__isnull", True)),
                        fields=("shop", "attribute"),
                        name="one_entry_per_amount_for_every_store",
                    ),
                ],
            },
        ),
    ]
