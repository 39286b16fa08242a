"""Mapping tables an administrator keeps: what a Magento code means in SAP, and back."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Trim, Upper
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sync.told import told


class CustomerMapping(models.Model):
    """A web customer who has an account of their own in SAP."""

    sales_area = models.ForeignKey("SalesArea", on_delete=models.CASCADE, related_name="customers")
    magento_customer_id = models.PositiveBigIntegerField(null=True, blank=True)
    customer_email = models.EmailField(blank=True)
    customer_group_id = models.PositiveBigIntegerField(
        null=True, blank=True, help_text=_("Magento's customer group: all of its customers.")
    )
    company = models.CharField(max_length=255, blank=True, help_text=_("Of the billing address."))
    vat_id = models.CharField(max_length=50, blank=True, help_text=_("VAT number of the customer."))
    customer_number = models.CharField(max_length=10, help_text=_("The SAP customer."))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sales_area", "magento_customer_id"],
                name="one_sap_customer_per_web_customer",
            ),
            models.UniqueConstraint(
                fields=["sales_area", "customer_email"],
                condition=Q(magento_customer_id__isnull=True) & ~Q(customer_email=""),
                name="one_sap_customer_per_guest",
            ),
            models.UniqueConstraint(
                fields=["sales_area", "customer_group_id"], name="one_sap_customer_per_group"
            ),
            models.UniqueConstraint(
                fields=["sales_area", "company"],
                condition=~Q(company=""),
                name="one_sap_customer_per_company",
            ),
            models.UniqueConstraint(
                fields=["sales_area", "vat_id"],
                condition=~Q(vat_id=""),
                name="one_sap_customer_per_vat_id",
            ),
        ]
        indexes = [
            models.Index("sales_area", Upper("company"), name="customer_by_company"),
            models.Index("sales_area", Upper("vat_id"), name="customer_by_vat_id"),
            models.Index("sales_area", Upper("customer_email"), name="customer_by_email"),
            models.Index(fields=["customer_number"], name="customer_by_number"),
        ]

    def __str__(self) -> str:
        return f"{self.known_by} → {self.customer_number}"

    def clean(self) -> None:
        """Refuse an entry that no web order could ever match."""
        if not self.known_by:
            raise ValidationError(
                gettext("Say by what the customer is known: id, e-mail, group or company.")
            )

    @property
    def known_by(self) -> str:
        number = self.customer_group_id
        group = "" if number is None else told("group {number}", number=number)
        own = str(self.magento_customer_id or "") or self.customer_email
        return own or self.company or self.vat_id or group


class MaterialMapping(models.Model):
    """The SAP material a SKU stands for."""

    shop = models.ForeignKey("Shop", on_delete=models.CASCADE, related_name="materials")
    sku = models.CharField(max_length=255)
    material = models.CharField(max_length=40, blank=True)
    ean = models.CharField(
        _("EAN"),
        max_length=18,
        blank=True,
        help_text=_("Instead of the material: SAP finds it by EAN."),
    )
    unit = models.CharField(
        max_length=3, blank=True, help_text=_("SAP's internal key, such as ST.")
    )
    item_category = models.CharField(max_length=4, blank=True)

    class Meta:
        ordering = ["sku"]
        constraints = [models.UniqueConstraint(fields=["shop", "sku"], name="one_material_per_sku")]
        indexes = [
            models.Index("shop", Lower(Trim("sku")), name="material_any_case"),
            models.Index(fields=["material"], name="material_by_number"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} → {self.material or f'EAN {self.ean}'}"

    def clean(self) -> None:
        if bool(self.material) == bool(self.ean):
            raise ValidationError(gettext("Give either the material or the EAN."))


class PaymentMapping(models.Model):
    """When an order with this payment method may go to SAP, its terms of payment, and who collects
    money that is only authorised."""

    class Release(models.TextChoices):
        """When orders with this payment method are accepted."""

        ALWAYS = "always", _("At once")
        AUTHORIZED = "authorized", _("When the payment is authorised")
        PAID = "paid", _("When it is paid")
        NEVER = "never", _("Never")

    class Collector(models.TextChoices):
        NOBODY_SAID = "", _("Not said")
        SHOP = "shop", _("The shop captures with the invoice")
        ELSEWHERE = "elsewhere", _("Collected elsewhere")

    shop = models.ForeignKey("Shop", on_delete=models.CASCADE, related_name="payments")
    method = models.CharField(max_length=100, help_text=_("Magento's payment method code."))
    payment_terms = models.CharField(max_length=4, blank=True)
    release = models.CharField(max_length=10, choices=Release, default=Release.ALWAYS)
    collected_by = models.CharField(
        _("who collects"),
        max_length=10,
        choices=Collector,
        default=Collector.NOBODY_SAID,
        blank=True,
        help_text=_(
            "Of orders that are authorised and not captured. Without an answer they stop "
            "for finance at the invoice: the shop would call them paid, and nobody would "
            "have the money."
        ),
    )
    give_up_after_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("An order still unpaid after so many days is not taken.")
    )

    sap_payment_method = models.CharField(
        _("payment method in SAP"), max_length=1, blank=True, help_text=_("SAP's key (PYMT_METH).")
    )

    class Meta:
        ordering = ["method"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "method"], name="one_entry_per_payment_method")
        ]

    def __str__(self) -> str:
        terms = self.payment_terms or told("sales area default")
        return f"{self.method} → {terms}"

    def clean(self) -> None:
        """Accept merely authorised orders only where somebody collects their money."""
        if self.release == self.Release.AUTHORIZED and not self.collected_by:
            raise ValidationError(
                {
                    "collected_by": gettext(
                        "Say who collects the money: an authorised order is not paid, and nobody "
                        "would ask the bank for it."
                    )
                }
            )


class ShippingMapping(models.Model):
    """The SAP shipping condition of a Magento shipping method."""

    shop = models.ForeignKey("Shop", on_delete=models.CASCADE, related_name="shippings")
    method = models.CharField(max_length=120, help_text=_("Such as flatrate_flatrate."))
    shipping_condition = models.CharField(max_length=2)

    class Meta:
        ordering = ["method"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "method"], name="one_entry_per_shipping_method")
        ]

    def __str__(self) -> str:
        return f"{self.method} → {self.shipping_condition}"


class AmountMapping(models.Model):
    """What becomes in SAP of a fee, a gift card or a credit that a web order carries."""

    class Booking(models.TextChoices):
        FEE = "fee", _("A fee or surcharge: charged on top")
        PAYMENT = "payment", _("A payment: a condition after the tax, or statistical")
        LEFT_OUT = "left_out", _("A payment: left out, SAP's order keeps the full amount")

    shop = models.ForeignKey("Shop", on_delete=models.CASCADE, related_name="amounts")
    attribute = models.CharField(
        max_length=100,
        help_text=_("The order's member or extension attribute, such as gift_cards_amount."),
    )
    store_id = models.PositiveIntegerField(
        _("store"), null=True, blank=True, help_text=_("Magento's store id; empty: every store.")
    )
    name = models.CharField(
        max_length=40, blank=True, help_text=_("What the order's page calls it.")
    )
    booking = models.CharField(_("what it is"), max_length=10, choices=Booking)
    condition_type = models.CharField(max_length=4, blank=True)
    tax_attribute = models.CharField(
        max_length=100, blank=True, help_text=_("The member with the tax on a fee; empty: none.")
    )
    tax_condition = models.CharField(
        max_length=4, blank=True, help_text=_("For the tax on a fee; empty: with that on freight.")
    )

    class Meta:
        ordering = ["attribute", "store_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "attribute", "store_id"],
                name="one_entry_per_amount_and_store",
            ),
            models.UniqueConstraint(
                fields=["shop", "attribute"],
                condition=Q(store_id__isnull=True),
                name="one_entry_per_amount_for_every_store",
            ),
        ]

    def __str__(self) -> str:
        condition_type = self.condition_type or told("left out")
        return f"{self.attribute} → {condition_type}"

    def clean(self) -> None:
        """A condition type, unless it is left out."""
        if self.booking != self.Booking.LEFT_OUT and not self.condition_type:
            raise ValidationError(
                {"condition_type": gettext("Give the condition type, or say that it is left out.")}
            )


class CarrierMapping(models.Model):
    """How a carrier known to SAP is named in Magento; the customer sees ``title``."""

    sap_carrier = models.CharField(
        max_length=20, unique=True, help_text=_("Forwarding agent, shipping type or route in SAP.")
    )
    carrier_code = models.CharField(max_length=50, default="custom")
    title = models.CharField(max_length=100)
    tracking_url = models.CharField(
        max_length=200, blank=True, help_text=_("{number} stands for the tracking number.")
    )

    class Meta:
        ordering = ["sap_carrier"]

    def __str__(self) -> str:
        return f"{self.sap_carrier} → {self.title}"

    def url_for(self, track_number: str) -> str:
        """The carrier's tracking page for a parcel; empty where none is known."""
        return self.tracking_url.replace("{number}", track_number) if self.tracking_url else ""


class SourceMapping(models.Model):
    """From which of the shop's inventory sources the goods of a shipping point or plant leave."""

    shop = models.ForeignKey("Shop", on_delete=models.CASCADE, related_name="sources")
    shipping_point = models.CharField(
        max_length=4, blank=True, help_text=_("Of the delivery; counts before the plant.")
    )
    plant = models.CharField(
        max_length=4,
        blank=True,
        help_text=_("Of the delivery's lines; instead of a shipping point."),
    )
    source_code = models.CharField(
        max_length=255, help_text=_("Magento's code: Stores > Inventory > Sources.")
    )

    class Meta:
        ordering = ["shop", "shipping_point", "plant"]
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "shipping_point"],
                condition=~Q(shipping_point=""),
                name="one_source_per_shipping_point",
            ),
            models.UniqueConstraint(
                fields=["shop", "plant"], condition=~Q(plant=""), name="one_source_per_plant"
            ),
        ]

    def __str__(self) -> str:
        place = self.shipping_point or told("plant {plant}", plant=self.plant)
        return f"{place} → {self.source_code}"

    def clean(self) -> None:
        """SAP keeps these keys in capitals."""
        self.shipping_point, self.plant = self.shipping_point.upper(), self.plant.upper()
        if bool(self.shipping_point) == bool(self.plant):
            raise ValidationError(gettext("Give either the shipping point or the plant."))
