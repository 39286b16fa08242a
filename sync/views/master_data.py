"""The mapping desk: what is missing, how much waits for it, and a form that lets it go on."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.apps import apps
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.auth.models import User
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from sync.forms.mappings import (
    CarrierForm,
    CustomerForm,
    MappingForm,
    MaterialForm,
    PaymentForm,
    ShippingForm,
    StoreForm,
)
from sync.jobs import clicks
from sync.mapping.missing import TABLES, Collection, Unmatched
from sync.views.clicks import Click
from sync.views.people import reader


@dataclass(frozen=True, slots=True)
class Desk:
    """One table of mappings: its words, its form, who may add to it."""

    title: str
    icon: str
    empty: str
    form: type[MappingForm]
    model: str


DESKS = {
    "store": Desk(
        "Stores", "shopping-bag", "Every store has a sales area.", StoreForm, "salesarea"
    ),
    "material": Desk(
        "SKUs", "layers", "Every SKU has a material.", MaterialForm, "materialmapping"
    ),
    "customer": Desk(
        "Customers", "user", "Every buyer has a customer in SAP.", CustomerForm, "customermapping"
    ),
    "payment": Desk(
        "Payment methods", "receipt", "Every payment method has terms.", PaymentForm,
        "paymentmapping",
    ),
    "shipping": Desk(
        "Shipping methods", "package-check", "Every shipping method has a condition.",
        ShippingForm, "shippingmapping",
    ),
    "carrier": Desk(
        "Carriers", "truck", "Every carrier has a name in the shop.", CarrierForm, "carriermapping"
    ),
}  # fmt: skip


@dataclass(slots=True)
class Row:
    """A missing entry with its form, if the person may fill it in."""

    entry: Unmatched
    form: MappingForm | None


@dataclass(slots=True)
class Section:
    """A table of mappings as the page shows it."""

    name: str
    desk: Desk
    may_add: bool
    rows: list[Row] = field(default_factory=list)

    @property
    def admin_url(self) -> str:
        """Where all of its entries are kept."""
        return reverse(f"admin:sync_{self.desk.model}_changelist")


class MasterDataPage(PermissionRequiredMixin, View):
    """Everything unmatched, and how much waits for it."""

    permission_required = "sync.view_master_data"
    raise_exception = True

    def get(self, request: HttpRequest) -> HttpResponse:
        """A few queries, however much is missing."""
        return _page(request, Collection())


class AddMapping(Click):
    """Adds one entry, and lets all that waited for it go on."""

    def get_permission_required(self) -> tuple[str, ...]:
        """To see the page, and to add to this table."""
        table = self.kwargs["table"]
        if table not in DESKS:
            raise Http404
        return ("sync.view_master_data", f"sync.add_{DESKS[table].model}")

    def post(self, request: HttpRequest, table: str) -> HttpResponse:
        """The form comes back with its errors where it cannot be saved."""
        desk, user, collection = DESKS[table], reader(request), Collection()
        entry = collection.at(request.POST.get("place", ""))
        if entry is None or entry.table != table:
            messages.info(request, "Nothing to add: this entry is not missing any more.")
            return HttpResponseRedirect(reverse("sync:master_data"))
        form = _form(entry, desk, request)
        before = form.before()
        if not form.is_valid():
            return _page(request, collection, refused=(entry.place, form))
        added = form.save()
        _record(user, added, before, form.after())
        messages.success(request, f"Saved {added}. {_go_on(entry, user)}")
        return HttpResponseRedirect(f"{reverse('sync:master_data')}#{table}")


def _page(
    request: HttpRequest,
    collection: Collection,
    refused: tuple[str, MappingForm] | None = None,
) -> HttpResponse:
    user = reader(request)
    context = {
        "section": "master_data",
        "sections": [_section(name, collection, user, refused) for name in TABLES],
        "refused": refused[0] if refused else "",
    }
    return render(request, "sync/master_data.html", context, status=422 if refused else 200)


def _section(
    name: str, collection: Collection, user: User, refused: tuple[str, MappingForm] | None
) -> Section:
    desk = DESKS[name]
    section = Section(name, desk, may_add=user.has_perm(f"sync.add_{desk.model}"))
    for entry in collection.of_table(name):
        form = refused[1] if refused and refused[0] == entry.place else _form(entry, desk)
        section.rows.append(Row(entry, form if section.may_add else None))
    return section


def _form(entry: Unmatched, desk: Desk, request: HttpRequest | None = None) -> MappingForm:
    """Ids are unique on the page, whatever a SKU is made of."""
    return desk.form(
        request.POST if request else None,
        initial=entry.initial,
        instance=_present(entry, desk),
        auto_id=f"id_{entry.place.encode().hex()[:40]}_%s",
    )


def _present(entry: Unmatched, desk: Desk) -> Model | None:
    """The entry that is there but not enough, or came after its work had stopped: it is changed."""
    if entry.table == "customer" or not (entry.causes or entry.table == "payment"):
        return None
    given = {name: entry.initial.get(name) for name in desk.form.given}
    model = apps.get_model("sync", desk.model)
    found: Model | None = model._default_manager.filter(**given).first()
    return found


def _go_on(entry: Unmatched, user: User) -> str:
    """Put back to work all that had stopped for want of it."""
    retried = sum(len(clicks.retry_cause(cause, user).tasks) for cause in sorted(entry.causes))
    if retried:
        return f"{retried} stopped task{'s go' if retried > 1 else ' goes'} on."
    return "What waits for it goes on by itself."


def _record(user: User, saved: Model, before: str, after: str) -> None:
    """Who saved what, before and after, beside the changes made in the admin."""
    action = ADDITION if before == "missing" else CHANGE
    words = f"Before: {before}. After: {after}"
    LogEntry.objects.log_actions(user.pk, [saved], action, words, single_object=True)
