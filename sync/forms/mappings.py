"""Forms to add a mapping where it is missing; one for each table."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext

from sync.mapping_tables import MappingTable
from sync.models import (
    AmountMapping,
    CarrierMapping,
    CustomerMapping,
    MaterialMapping,
    PaymentMapping,
    RegionMapping,
    SalesArea,
    ShippingMapping,
    SourceMapping,
)
from sync.templatetags.field_labels import field_label
from sync.templatetags.retold import retold

# mypy knows ModelForm as generic, Python does not
_Form = forms.ModelForm


class MappingForm(_Form):  # type: ignore[type-arg]
    """A missing entry: known fields are hidden, the fields it ``needs`` are required. ``asked`` are
    those that nearly every entry fills; the others may stay folded."""

    table: MappingTable
    asked: Collection[str] = ()

    def __init__(self, *args: Any, needs: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_question = needs
        # As people read it before anything is posted; empty for an entry that is to be added.
        self.entry_now = "" if self.instance.pk is None else str(self.instance)
        for name in self.table.facts.key_fields:
            self.fields[name].widget = forms.HiddenInput()
        for name in needs:
            if not getattr(self.instance, name):  # what is there may be wrong, but is no gap
                self.fields[name].required = True
        for name, field in self.fields.items():
            field.label = field_label(name)
            field.widget.attrs["autocomplete"] = "off"

    @property
    def first_fields(self) -> list[forms.BoundField]:
        """Those in question, or those a new entry needs, and whatever was refused."""
        first = self._in_question or self.asked
        return [one for one in self.visible_fields() if one.name in first or one.errors]

    @property
    def further_fields(self) -> list[forms.BoundField]:
        first = {one.name for one in self.first_fields}
        return [one for one in self.visible_fields() if one.name not in first]

    def before(self) -> str:
        """The previous values, for the change log; call it before the form is validated."""
        if self.instance.pk is None:
            return "missing"
        names = [name for name in self.fields if name not in self.table.facts.key_fields]
        return _listed({name: getattr(self.instance, name, "") for name in names})

    def after(self) -> str:
        return _listed(self.cleaned_data)


def _listed(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items() if value) or "empty"


class MaterialForm(MappingForm):
    table = MappingTable.MATERIAL
    asked = ("material",)

    class Meta:
        model = MaterialMapping
        fields = ["shop", "sku", "material", "ean", "unit", "item_category"]

    def clean_material(self) -> str:
        """SAP keeps material numbers in capitals, and RFC converts nothing."""
        return str(self.cleaned_data["material"]).upper()


class PaymentForm(MappingForm):
    table = MappingTable.PAYMENT
    asked = ("payment_terms",)

    class Meta:
        model = PaymentMapping
        fields = ["shop", "method", "payment_terms", "release", "collected_by"]


class ShippingForm(MappingForm):
    table = MappingTable.SHIPPING
    asked = ("shipping_condition",)

    class Meta:
        model = ShippingMapping
        fields = ["shop", "method", "shipping_condition"]


class CarrierForm(MappingForm):
    table = MappingTable.CARRIER
    asked = ("title", "carrier_code")

    class Meta:
        model = CarrierMapping
        fields = ["sap_carrier", "title", "carrier_code", "tracking_url"]


class AmountForm(MappingForm):
    table = MappingTable.AMOUNT
    asked = ("booking", "condition_type")

    class Meta:
        model = AmountMapping
        fields = [
            *("shop", "attribute", "booking", "condition_type", "store_id", "name"),
            *("tax_attribute", "tax_condition"),
        ]


class RegionForm(MappingForm):
    table = MappingTable.REGION
    asked = ("region",)

    class Meta:
        model = RegionMapping
        fields = ["shop", "shop_region", "region", "transport_zone"]


class SourceForm(MappingForm):
    table = MappingTable.SOURCE
    asked = ("source_code",)

    class Meta:
        model = SourceMapping
        fields = ["shop", "shipping_point", "source_code"]


class StoreForm(MappingForm):
    """A store's sales area; fields not asked here keep their defaults."""

    table = MappingTable.SALES_AREA
    asked = ("order_type", "sales_organization", "distribution_channel", "division")

    class Meta:
        model = SalesArea
        fields = [
            *("shop", "store_id", "name", "order_type", "sales_organization"),
            *("distribution_channel", "division", "one_time_customer"),
            *("payment_terms", "shipping_condition", "default_unit", "price_condition"),
            *("discount_condition", "freight_condition", "tax_condition", "freight_tax_condition"),
            *("currency", "rounding_condition", "reference_prefix"),
        ]


class CustomerForm(MappingForm):
    """The SAP customer, and how buyers of this kind are recognised."""

    KNOWN_BY = (
        "magento_customer_id",
        "customer_email",
        "customer_group_id",
        "company",
        "vat_id",
    )

    table = MappingTable.CUSTOMER
    asked = ("known_by", "customer_number")
    known_by = forms.CharField(max_length=300, widget=forms.Select, required=True)

    class Meta:
        model = CustomerMapping
        fields = ["sales_area", "customer_number"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:  # only the number may be wrong
            del self.fields["known_by"]
            return
        choices = (kwargs.get("initial") or {}).get("choices", [])
        told = [(value, retold(words)) for value, words in choices]
        self.fields["known_by"].widget.choices = told
        self.order_fields(["sales_area", "known_by", "customer_number"])

    def clean_known_by(self) -> str:
        """Copies the value of ``field:value`` into the field it names."""
        name, _, value = str(self.cleaned_data["known_by"]).partition(":")
        if name not in self.KNOWN_BY or not value:
            raise forms.ValidationError(gettext("Choose by what the customer is known."))
        if name in {"magento_customer_id", "customer_group_id"}:
            self.instance._meta.get_field(name).clean(value, self.instance)
        setattr(self.instance, name, value)
        return f"{name}:{value}"


FORMS: dict[MappingTable, type[MappingForm]] = {
    form.table: form
    for form in (
        *(StoreForm, MaterialForm, CustomerForm, PaymentForm, ShippingForm, CarrierForm),
        *(RegionForm, SourceForm, AmountForm),
    )
}
