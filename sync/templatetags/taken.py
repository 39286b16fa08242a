"""Who has taken what stopped, with the button to take it or let it go."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext

register = template.Library()
TEMPLATE = "sync/partials/taken.html"


@register.inclusion_tag(TEMPLATE, takes_context=True)
def taken_task(context: dict[str, Any], task: Any) -> dict[str, Any]:
    """Needs ``takings`` of ``views.takings`` in the page's context."""
    takings = context["takings"]
    pages = [reverse(f"sync:{name}", args=[task.pk]) for name in ("take_task", "let_go_task")]
    may_take = task.step in takings.steps and task.state == task.State.NEEDS_ATTENTION
    about = gettext("task %(key)s") % {"key": task.pk}
    return _told(context, takings.of_task.get(task.pk), pages, may_take=may_take, about=about)


@register.inclusion_tag(TEMPLATE, takes_context=True)
def taken_cause(context: dict[str, Any], cause: Any, number: int) -> dict[str, Any]:
    """As ``taken_task``, for everything that stopped for one cause, the page's ``number``th."""
    about = gettext("cause %(number)s") % {"number": number}
    taken = context["takings"].of_cause.get((cause.cause, cause.cause_key))
    pages = [reverse(f"sync:{name}") for name in ("take_cause", "let_go_cause")]
    told = _told(context, taken, pages, may_take=cause.may_retry, about=about)
    return told | {"fields": {"cause": cause.cause, "cause_key": cause.cause_key}}


def _told(
    context: dict[str, Any], taken: Any, pages: list[str], *, may_take: bool, about: str
) -> dict[str, Any]:
    is_mine = taken is not None and taken.taken_by_id == context["takings"].user.pk
    return {
        "taken": taken,
        "is_mine": is_mine,
        "may_take": may_take,
        "url": pages[1] if is_mine else pages[0],
        "about": about,
        "next": context["request"].get_full_path(),
        "csrf_token": context.get("csrf_token"),
        "fields": {},
    }
