"""The cells every list has beside those of its documents: selection, sync status, buttons.

Written without templates: a list has a hundred of them, and a template each takes longer than all
the rest of the page.
"""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from sync.models import SyncTask
from sync.models.addresses import page_address
from sync.templatetags.markup import joined, markup
from sync.templatetags.portal import DASH, ago, badge, icon, keep_words
from sync.templatetags.retold import retold

LONGEST_MESSAGE, LONGEST_WAITING = 96, 40  # characters
WAITING = SafeString(' aria-disabled="true"')  # it keeps the focus, and says that it waits


def select_cell(what: object, record: Any) -> SafeString:
    """The checkbox has a label for screen readers."""
    return markup(
        '<label class="visually-hidden" for="select_{key}">{label}</label>'
        '<input class="checkbox" type="checkbox" name="selected" value="{key}" id="select_{key}">',
        key=record.pk,
        label=gettext("Select %(what)s %(document)s") % {"what": what, "document": record},
    )


def sync_status_cell(task: SyncTask | None, token: str) -> SafeString:
    """The token tells the polling page whether the row has changed."""
    hidden = markup('<input type="hidden" name="live" value="{}">', token) if token else None
    if task is None:
        return joined(DASH, hidden)
    return markup(
        '<span class="sync sync--{}" title="{}"><a class="sync__link" href="{}">{}</a>'
        '<span class="sync__detail">{}</span></span>{}',
        task.state,
        retold(task.error_message) or task.get_step_display(),
        page_address("task", task.pk),
        badge("task", task.state, task.get_state_display()),
        _detail(task),
        hidden or "",
    )


def _detail(task: SyncTask) -> str:
    if task.state == SyncTask.State.NEEDS_ATTENTION:
        return keep_words(retold(task.error_message), LONGEST_MESSAGE)
    if task.state == SyncTask.State.WAITING and task.error_message:
        why = keep_words(retold(task.error_message), LONGEST_WAITING)
        if task.is_held:
            return markup("{}", why)
        return markup(gettext("Next try {when}: {why}"), when=ago(task.not_before), why=why)
    if task.is_moving:
        return task.get_step_display()
    return markup("{}, {}", task.get_step_display(), ago(task.finished_at))


def sync_button(kind: str, what: object, record: Any, *, is_running: bool) -> SafeString:
    return markup(
        '<button class="button button--small" type="submit" title="{label}" formaction="{url}"'
        ' hx-post="{url}" hx-include="[name=watched]" hx-target="closest tr" hx-swap="none"'
        "{disabled}>{icon}<span>{label}</span>"
        '<span class="visually-hidden"> {what} {record}</span></button>',
        url=page_address(f"{kind}_sync_one", record.pk),
        disabled=WAITING if is_running else "",
        icon=icon("refresh-cw", 13),
        label=gettext("Sync now"),
        what=what,
        record=record,
    )


def resend_button(record: Any) -> SafeString:
    return markup(
        '<button class="button button--small" type="submit" title="{}"'
        ' formaction="{}">{}<span>{}</span>'
        '<span class="visually-hidden"> {}</span></button>',
        gettext("Resend invoice"),
        page_address("resend_invoice", record.pk),
        icon("mail", 13),
        gettext("Resend"),
        gettext("invoice of %(document)s") % {"document": record},
    )
