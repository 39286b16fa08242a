"""The mapping desk: missing entries, how much work waits for each, and a form to add them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from sync.forms.mappings import FORMS, MappingForm
from sync.jobs.mass_clicks import retry_causes
from sync.mapping.missing import Collection, Unmatched
from sync.mapping.stopped_for import PresentEntries
from sync.mapping_tables import MappingTable
from sync.models import Click, IntakeRule, InvoiceMailRule
from sync.templatetags import written
from sync.views.causes import team_name
from sync.views.people import PortalRequest, needs
from sync.views.saved_entries import save_entry

ICONS = {
    MappingTable.SALES_AREA: "shopping-bag",
    MappingTable.MATERIAL: "layers",
    MappingTable.CUSTOMER: "user",
    MappingTable.PAYMENT: "receipt",
    MappingTable.SHIPPING: "package-check",
    MappingTable.CARRIER: "truck",
    MappingTable.AMOUNT: "banknote",
    MappingTable.REGION: "map-pin",
    MappingTable.SOURCE: "warehouse",
}

MOST_ROWS = 25  # of each table: those most work waits for


@dataclass(slots=True)
class Row:
    """A missing entry; the form is there if the person may fill it in."""

    entry: Unmatched
    form: MappingForm | None


@dataclass(slots=True)
class Section:
    table: MappingTable
    may_add: bool
    rows: list[Row] = field(default_factory=list)
    more: int = 0

    @property
    def icon(self) -> str:
        return ICONS[self.table]

    @property
    def team(self) -> str:
        return team_name(self.table.facts.team)

    @property
    def admin_url(self) -> str:
        return reverse(f"admin:sync_{self.table.facts.model}_changelist")


@needs("sync.view_master_data")
@require_safe
def master_data_page(request: PortalRequest) -> HttpResponse:
    """A few queries, however much is missing."""
    return _page(request, Collection())


@needs("sync.view_master_data")
@require_POST
def add_mapping(request: PortalRequest, table: str) -> HttpResponse:
    """Adds one entry and wakes all work that waited for it; shows the form's errors where it is not
    valid."""
    user, collection = request.user, Collection()
    if not user.has_perm(f"sync.add_{_table(table).facts.model}"):
        raise PermissionDenied
    entry = collection.at(request.POST.get("place", ""))
    if entry is None or entry.table != table:
        messages.info(request, gettext("Nothing to add: this entry is not missing any more."))
        return HttpResponseRedirect(reverse("sync:master_data"))
    form = _form(entry, _present([entry]), request)
    before = form.before()
    if not form.is_valid():
        return _page(request, collection, refused=(entry.place, form))
    added = save_entry(form, before, user)
    saved = gettext("Saved %(entry)s.") % {"entry": added}
    messages.success(request, f"{saved} {_go_on(entry, user)}")
    return HttpResponseRedirect(f"{reverse('sync:master_data')}#{table}")


def _table(name: str) -> MappingTable:
    if name not in {*MappingTable}:
        raise Http404
    return MappingTable(name)


def _page(
    request: PortalRequest,
    collection: Collection,
    refused: tuple[str, MappingForm] | None = None,
) -> HttpResponse:
    sections = [_section(table, collection, request.user, refused) for table in MappingTable]
    context = {
        "section": "master_data",
        "sections": sections,
        "complete": [one for one in sections if not one.rows],
        "refused": refused[0] if refused else "",
        "is_cut": collection.is_cut,
        "rules": [
            (gettext("Which orders are taken"), "ban", _admin_of(IntakeRule), _rules_of_intake()),
            (
                gettext("Invoices the shop does not mail"),
                "mail",
                _admin_of(InvoiceMailRule),
                _mail_rules(),
            ),
        ],
    }
    return render(request, "sync/master_data.html", context, status=422 if refused else 200)


def _admin_of(model: type[Model]) -> str:
    return reverse(f"admin:sync_{model._meta.model_name}_changelist")


def _rules_of_intake() -> list[tuple[str, str]]:
    rules = IntakeRule.objects.select_related("shop")
    return [
        (f"{rule.shop}, {rule.about}: {_within(rule.get_handling_display())}", rule.words)
        for rule in rules
    ]


def _mail_rules() -> list[tuple[str, str]]:
    found = []
    for rule in InvoiceMailRule.objects.select_related("sales_area"):
        words = gettext("%(store)s, %(buyers)s") % {
            "store": rule.sales_area.name,
            "buyers": _within(rule.get_customer_kind_display()),
        }
        if rule.country:
            words = gettext("%(words)s in %(country)s") % {"words": words, "country": rule.country}
        if rule.billed_from:
            day = written.day(rule.billed_from)
            words = gettext("%(words)s from %(day)s") % {"words": words, "day": day}
        found.append((words, rule.reason))
    return found


def _within(label: str) -> str:
    """A label as it stands within a sentence: German nouns keep their capitals."""
    return label.lower() if (get_language() or "en").startswith("en") else label


def _section(
    table: MappingTable,
    collection: Collection,
    user: User,
    refused: tuple[str, MappingForm] | None,
) -> Section:
    section = Section(table, may_add=user.has_perm(f"sync.add_{table.facts.model}"))
    entries = collection.of_table(table)
    section.more = max(0, len(entries) - MOST_ROWS)
    entries = [
        one
        for place, one in enumerate(entries)
        if place < MOST_ROWS or (refused and refused[0] == one.place)
    ]
    present = _present(entries)
    for entry in entries:
        form = refused[1] if refused and refused[0] == entry.place else _form(entry, present)
        section.rows.append(Row(entry, form if section.may_add else None))
    return section


def _present(entries: Iterable[Unmatched]) -> PresentEntries:
    """Of those that are incomplete, or may have been added since the work stopped."""
    return PresentEntries((one.table, one.initial) for one in entries if one.causes or one.needs)


def _form(
    entry: Unmatched, present: PresentEntries, request: HttpRequest | None = None
) -> MappingForm:
    """Element ids use the hexadecimal place: unique on the page, whatever characters a SKU has."""
    return FORMS[entry.table](
        request.POST if request else None,
        initial=entry.initial,
        instance=present.like(entry.table, entry.initial),
        needs=entry.needs,
        auto_id=f"id_{entry.place.encode().hex()[:40]}_%s",
    )


def _go_on(entry: Unmatched, user: User) -> str:
    causes = [{"cause_key": cause} for cause in sorted(entry.causes)]
    clicked = retry_causes(causes, user, Click.Kind.MAPPED)
    if clicked.click is not None:
        retried = clicked.click.wanted or 0
        told = ngettext(
            "%(number)s stopped task goes on.", "%(number)s stopped tasks go on.", retried
        )
        return told % {"number": written.number(retried)}
    return gettext("What waits for it goes on by itself.")
