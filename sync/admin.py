"""Django's admin: mappings to edit, schedules to set, the ledger to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, ngettext

from sync.mirrors.progress import judge_again
from sync.models import (
    AmountMapping,
    CarrierMapping,
    CustomerMapping,
    IntakeRule,
    InvoiceMailRule,
    MaterialMapping,
    PaymentMapping,
    RegionMapping,
    RemoteCall,
    SalesArea,
    SapMessageEntry,
    ShippingMapping,
    Shop,
    SourceMapping,
    StepSchedule,
    SyncAttempt,
    SyncTask,
    TextMapping,
)

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    PeopleAdmin = UserAdmin[User]
else:
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline
    PeopleAdmin = UserAdmin

admin.site.site_title = "O2C portal"
admin.site.site_header = "O2C portal"
admin.site.index_title = gettext_lazy("Mappings and settings")


# A web address typed without its beginning is an https one.
WEB_ADDRESSES: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.URLField: {"assume_scheme": "https"}
}


class _ReadOnly:
    """Nobody edits the ledger, not even an administrator."""

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


admin.site.unregister(User)
admin.site.unregister(LogEntry)  # the trail has a page of its own


@admin.register(User)
class PersonAdmin(PeopleAdmin):
    """People who leave are deactivated: what they did stays theirs."""

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Shop)
class ShopAdmin(ModelAdmin):
    """Addresses and credentials come from the environment."""

    formfield_overrides = WEB_ADDRESSES
    list_display = ["name", "code", "is_active", "orders_from", "reference_prefix"]
    list_filter = ["is_active"]
    search_fields = ["name", "code"]


class MappingAdmin(ModelAdmin):
    """The link from an error names the field that is missing: the form requires it."""

    def get_form(self, request: HttpRequest, obj: Any = None, *rest: Any, **more: Any) -> Any:
        form = super().get_form(request, obj, *rest, **more)
        for name in set(request.GET.getlist("missing")) & set(form.base_fields):
            if not getattr(obj, name, ""):
                form.base_fields[name].required = True
        return form


class RuleAdmin(ModelAdmin):
    """Orders that wait are judged again at once; sending them is the schedule's."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = self.model._default_manager.filter(pk=obj.pk).first()
        super().save_model(request, obj, form, change)
        if before is not None and before.shop_id != obj.shop_id:
            judge_again(before.shop, before)
        self._tell(request, judge_again(obj.shop, obj, *([before] if before else [])))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        self._tell(request, judge_again(obj.shop, obj))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        rules = list(queryset.select_related("shop"))
        super().delete_queryset(request, queryset)
        self._tell(request, sum(judge_again(rule.shop, rule) for rule in rules))

    def _tell(self, request: HttpRequest, judged: int) -> None:
        told = ngettext(
            "%(number)s order was judged again by this rule.",
            "%(number)s orders were judged again by this rule.",
            judged,
        )
        self.message_user(request, told % {"number": judged})


class TextMappingInline(TabularInline):
    """Where what is written on a web order goes in SAP."""

    model = TextMapping
    extra = 0


@admin.register(SalesArea)
class SalesAreaAdmin(MappingAdmin):
    list_display = [
        *("name", "shop", "store_id", "order_type", "sales_organization"),
        *("distribution_channel", "division", "one_time_customer"),
    ]
    list_filter = ["shop"]
    search_fields = ["name", "sales_organization"]
    inlines = [TextMappingInline]


@admin.register(CustomerMapping)
class CustomerMappingAdmin(MappingAdmin):
    list_display = ["customer_number", "known_by", "sales_area"]
    list_filter = ["sales_area"]
    search_fields = ["customer_number", "customer_email", "magento_customer_id", "company"]


@admin.register(MaterialMapping)
class MaterialMappingAdmin(MappingAdmin):
    list_display = ["sku", "material", "ean", "unit", "item_category", "shop"]
    list_filter = ["shop"]
    search_fields = ["sku", "material"]


@admin.register(PaymentMapping)
class PaymentMappingAdmin(RuleAdmin, MappingAdmin):
    list_display = ["method", "payment_terms", "release", "collected_by", "shop"]
    list_filter = ["shop", "release", "collected_by"]
    search_fields = ["method"]


@admin.register(AmountMapping)
class AmountMappingAdmin(MappingAdmin):
    list_display = ["attribute", "store_id", "booking", "condition_type", "tax_attribute", "shop"]
    list_filter = ["shop", "booking"]
    search_fields = ["attribute", "name"]


@admin.register(ShippingMapping)
class ShippingMappingAdmin(MappingAdmin):
    list_display = ["method", "shipping_condition", "shop"]
    list_filter = ["shop"]
    search_fields = ["method"]


@admin.register(RegionMapping)
class RegionMappingAdmin(MappingAdmin):
    list_display = ["shop_region", "region", "transport_zone", "shop"]
    list_filter = ["shop"]
    search_fields = ["shop_region", "region"]


@admin.register(CarrierMapping)
class CarrierMappingAdmin(MappingAdmin):
    list_display = ["sap_carrier", "title", "carrier_code", "tracking_url"]
    search_fields = ["sap_carrier", "title"]


@admin.register(IntakeRule)
class IntakeRuleAdmin(RuleAdmin):
    list_display = ["about", "handling", "words", "shop"]
    list_filter = ["shop", "handling"]
    search_fields = ["status", "state", "words"]


@admin.register(InvoiceMailRule)
class InvoiceMailRuleAdmin(ModelAdmin):
    list_display = ["sales_area", "customer_kind", "country", "billed_from", "reason"]
    list_filter = ["sales_area", "customer_kind"]


@admin.register(SourceMapping)
class SourceMappingAdmin(MappingAdmin):
    list_display = ["__str__", "source_code", "shipping_point", "plant", "shop"]
    list_filter = ["shop"]
    search_fields = ["source_code", "shipping_point", "plant"]


@admin.register(SapMessageEntry)
class SapMessageEntryAdmin(ModelAdmin):
    """Workers use a change from their next attempt on."""

    list_display = ["message_class", "number", "message_type", "kind", "words", "owner"]
    list_filter = ["kind", "owner"]
    search_fields = ["message_class", "number", "words"]


@admin.register(StepSchedule)
class StepScheduleAdmin(ModelAdmin):
    """The queue page sets them too."""

    list_display = ["step", "is_enabled", "interval_seconds", "next_run_at", "last_run_at"]
    readonly_fields = ["step", "last_run_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """A step is switched off, never deleted."""
        return False


class RemoteCallInline(_ReadOnly, TabularInline):
    model = RemoteCall
    extra = 0
    fields = ["system", "operation", "is_write", "started_at", "duration_seconds", "outcome"]


class SyncAttemptInline(_ReadOnly, TabularInline):
    model = SyncAttempt
    extra = 0
    fields = ["attempt", "worker", "started_at", "finished_at", "outcome", "message"]


@admin.register(SyncTask)
class SyncTaskAdmin(_ReadOnly, ModelAdmin):
    list_display = ["id", "step", "reference", "state", "origin", "asked_by", "asked_at"]
    list_filter = ["state", "step", "origin"]
    search_fields = ["reference", "cause_key"]
    list_select_related = ["asked_by"]
    show_full_result_count = False
    inlines = [SyncAttemptInline]


@admin.register(SyncAttempt)
class SyncAttemptAdmin(_ReadOnly, ModelAdmin):
    list_display = ["id", "task", "attempt", "worker", "started_at", "outcome"]
    list_filter = ["outcome"]
    list_select_related = ["task"]
    show_full_result_count = False
    inlines = [RemoteCallInline]
