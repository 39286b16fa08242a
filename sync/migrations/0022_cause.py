"""Why work stopped is a column of its own; nothing reads it out of a key or a class any more."""

import re

from django.db import migrations, models

SAP_MESSAGE = re.compile(r"sap:([A-Z0-9_/]{1,20}) (\d{3})(?::|$)")
# Codes of rows that were keys, or the beginning of keys, before.
SAME = """
magento:address magento:certificate magento:login magento:setup magento:complex_array_limit
magento:page-size magento:connect magento:lost magento:deadlock magento:many-spoilt magento:401
magento:404 magento:429 magento:500 magento:unreadable magento:unfitting magento:not-shown
magento:paging magento:empty-order-taken magento:renumbered magento:total magento:lines
magento:unfit magento:amount magento:other-erp-number magento:quantities-cut
magento:gone-though-canceled
sap:logon sap:connection-parameters sap:pyrfc-missing sap:unreachable sap:timeout
sap:session-discarded sap:outcome-unknown sap:locked sap:field sap:missing sap:authorisation
sap:unreadable sap:unfitting sap:rejected-order sap:number-taken sap:link-undecided sap:twice
sap:number-without-order sap:shared-reference sap:another-shops-order sap:order-gone
sap:item-without-line sap:other-unit sap:goods-issue-reversed sap:found-finished
sap:billing-cancelled sap:billing-renewed
quantities-do-not-fit invoice-sums-differ payment:authorised-not-collected payment:capture-unknown
payment:other-capture-unknown payment:nothing-collected mail:unknown marked-done:number mapping
remote-away portal:database fault
""".split()
OWNERS = {
    **dict.fromkeys(["sales_area", "carrier"], "Administrator"),
    **dict.fromkeys(["material", "customer", "payment", "shipping"], "Sales"),
}
# The first that fits; what fits none keeps an empty cause, which stands for an older version.
BEGINNINGS = [
    ("magento:address:", "magento:wrong-address"),
    ("magento:403", "magento:403"),
    ("magento:407", "magento:403"),
    ("changed:sap", "sap:changed"),
    ("changed:magento", "magento:changed"),
    ("unreadable web order", "magento:unreadable"),
    ("magento:400:", "magento:refused"),
    ("magento:405:", "magento:refused"),
    ("magento:408", "magento:down"),
    *((code, code) for code in SAME),
    ("magento:5", "magento:down"),
]


def cause_of(key):
    """The code of the row that a key of before stands for."""
    for beginning, code in BEGINNINGS:
        if key == beginning or key.startswith(beginning if beginning != code else f"{code}:"):
            return code
    if SAP_MESSAGE.match(key):
        return "sap:refused"
    return "sap:exception" if re.match(r"sap:[A-Z0-9_/]+:", key) else ""


def fill(apps, schema_editor):
    """Rows that are open: the old key is read for the last time."""
    SyncTask = apps.get_model("sync", "SyncTask")
    open_tasks = SyncTask.objects.filter(state__in=["waiting", "running", "needs_attention"])
    for key in set(open_tasks.exclude(cause_key="").values_list("cause_key", flat=True)):
        columns = {"cause": cause_of(key)}
        if found := SAP_MESSAGE.match(key):
            columns["sap_message_class"], columns["sap_message_number"] = found.groups()
        open_tasks.filter(cause_key=key).update(**columns)
    for table, owner in OWNERS.items():
        open_tasks.filter(cause="mapping", mapping_table=table).update(owner=owner)
    for name in ("RemoteHealth", "FetchHealth"):
        for health in apps.get_model("sync", name).objects.exclude(cause_key=""):
            health.cause = cause_of(health.cause_key)
            health.save(update_fields=["cause"])


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0021_missing_mapping"),
    ]

    operations = [
        migrations.AddField(
            model_name="fetchhealth",
            name="cause",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="fetchhealth",
            name="remedy",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="remotehealth",
            name="cause",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="remotehealth",
            name="remedy",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="synctask",
            name="cause",
            field=models.CharField(blank=True, help_text="The row in sync.causes.", max_length=40),
        ),
        migrations.AddField(
            model_name="synctask",
            name="headline",
            field=models.CharField(blank=True, max_length=160),
        ),
        migrations.AddField(
            model_name="synctask",
            name="owner",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="synctask",
            name="remedy",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="synctask",
            name="sap_message_class",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="synctask",
            name="sap_message_number",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AlterField(
            model_name="synctask",
            name="error_message",
            field=models.TextField(blank=True, help_text="What happened."),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
