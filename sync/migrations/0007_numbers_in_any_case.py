import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0006_shop_version"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="salesorder",
            index=models.Index(
                django.db.models.functions.text.Upper(
                    django.db.models.functions.text.Trim("increment_id")
                ),
                name="order_increment_any_case",
            ),
        ),
    ]
