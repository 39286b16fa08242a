"""What the fields and tables that people keep are called, in the reader's language.

Django makes these names from the attributes'. Set here they are no part of a migration.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Field, Model
from django.utils.translation import gettext_lazy, gettext_noop

FIELDS = frozenset(
    {
        gettext_noop("address roles"),
        gettext_noop("admin url"),
        gettext_noop("amount tolerance"),
        gettext_noop("attribute"),
        gettext_noop("billed from"),
        gettext_noop("business groups"),
        gettext_noop("carrier code"),
        gettext_noop("changed at"),
        gettext_noop("code"),
        gettext_noop("company"),
        gettext_noop("completeness days"),
        gettext_noop("condition type"),
        gettext_noop("counts working days"),
        gettext_noop("country"),
        gettext_noop("currency"),
        gettext_noop("customer email"),
        gettext_noop("customer group id"),
        gettext_noop("customer kind"),
        gettext_noop("customer number"),
        gettext_noop("customer number attribute"),
        gettext_noop("customer reference method"),
        gettext_noop("customer rules"),
        gettext_noop("default unit"),
        gettext_noop("discount condition"),
        gettext_noop("distribution channel"),
        gettext_noop("division"),
        gettext_noop("freight condition"),
        gettext_noop("freight tax condition"),
        gettext_noop("give up after days"),
        gettext_noop("handling"),
        gettext_noop("header field"),
        gettext_noop("interval seconds"),
        gettext_noop("is active"),
        gettext_noop("is enabled"),
        gettext_noop("item category"),
        gettext_noop("kind"),
        gettext_noop("language"),
        gettext_noop("last run at"),
        gettext_noop("magento customer id"),
        gettext_noop("material"),
        gettext_noop("message class"),
        gettext_noop("message type"),
        gettext_noop("method"),
        gettext_noop("name"),
        gettext_noop("next run at"),
        gettext_noop("number"),
        gettext_noop("one time customer"),
        gettext_noop("order type"),
        gettext_noop("orders from"),
        gettext_noop("owner"),
        gettext_noop("partner roles"),
        gettext_noop("payment terms"),
        gettext_noop("plant"),
        gettext_noop("poll interval seconds"),
        gettext_noop("price condition"),
        gettext_noop("reason"),
        gettext_noop("reference prefix"),
        gettext_noop("region"),
        gettext_noop("region countries"),
        gettext_noop("release"),
        gettext_noop("remedy"),
        gettext_noop("requested after days"),
        gettext_noop("requested date attribute"),
        gettext_noop("rounding condition"),
        gettext_noop("sales area"),
        gettext_noop("sales organization"),
        gettext_noop("sap carrier"),
        gettext_noop("shipping condition"),
        gettext_noop("shipping point"),
        gettext_noop("ships bundles separately"),
        gettext_noop("shop"),
        gettext_noop("sku"),
        gettext_noop("sku is ean"),
        gettext_noop("sku is material"),
        gettext_noop("source code"),
        gettext_noop("source codes"),
        gettext_noop("state"),
        gettext_noop("status"),
        gettext_noop("step"),
        gettext_noop("store id"),
        gettext_noop("tax attribute"),
        gettext_noop("tax condition"),
        gettext_noop("text id"),
        gettext_noop("time zone"),
        gettext_noop("title"),
        gettext_noop("tracking url"),
        gettext_noop("unit"),
        gettext_noop("vat id"),
        gettext_noop("version is proved"),
        gettext_noop("version words"),
        gettext_noop("what"),
        gettext_noop("words"),
    }
)
TABLES = {
    gettext_noop("amount mapping"): gettext_noop("amount mappings"),
    gettext_noop("carrier mapping"): gettext_noop("carrier mappings"),
    gettext_noop("customer mapping"): gettext_noop("customer mappings"),
    gettext_noop("intake rule"): gettext_noop("intake rules"),
    gettext_noop("invoice mail rule"): gettext_noop("invoice mail rules"),
    gettext_noop("material mapping"): gettext_noop("material mappings"),
    gettext_noop("payment mapping"): gettext_noop("payment mappings"),
    gettext_noop("region mapping"): gettext_noop("region mappings"),
    gettext_noop("sales area"): gettext_noop("sales areas"),
    gettext_noop("shipping mapping"): gettext_noop("shipping mappings"),
    gettext_noop("shop"): gettext_noop("shops"),
    gettext_noop("source mapping"): gettext_noop("source mappings"),
    gettext_noop("step schedule"): gettext_noop("step schedules"),
    gettext_noop("sync attempt"): gettext_noop("sync attempts"),
    gettext_noop("sync task"): gettext_noop("sync tasks"),
    gettext_noop("text mapping"): gettext_noop("text mappings"),
}


def speak(models: Iterable[type[Model]]) -> None:
    """Have these models' names translated where they are shown."""
    for model in models:
        for field in model._meta.get_fields():
            if isinstance(field, Field) and field.verbose_name in FIELDS:
                field.verbose_name = gettext_lazy(str(field.verbose_name))
        options = model._meta
        if (several := TABLES.get(str(options.verbose_name))) is not None:
            options.verbose_name = gettext_lazy(str(options.verbose_name))
            options.verbose_name_plural = gettext_lazy(several)
