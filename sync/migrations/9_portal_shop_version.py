"""What is known of a shop's version."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0004_known_since"),
    ]

    operations = [
        migrations.AddField(
            model_name="shop",
            name="version_words",
            field=models.CharField(blank=True, editable=False, max_length=300),
        ),
        migrations.AddField(
            model_name="shop",
            name="version_is_proved",
            field=models.BooleanField(
                editable=False,
                help_text="Whether the portal was proved against it; empty: not known.",
                null=True,
            ),
        ),
    ]
