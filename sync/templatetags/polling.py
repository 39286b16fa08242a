"""How often a page asks for news: twice a second just after its reader's click, then calmly."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest, HttpResponse

register = template.Library()

CLICKED = "clicked"  # a cookie; the browser forgets it in time
QUICK, CALM = "500ms", "2s"
QUICK_FOR_SECONDS = 10


def pace_of(request: HttpRequest) -> str:
    return QUICK if request.method == "POST" or CLICKED in request.COOKIES else CALM


def is_at_its_pace(request: HttpRequest) -> bool:
    """Whether the page that polls need not be told to do so at another pace."""
    return request.GET.get("pace", CALM) == pace_of(request)


def note_click(request: HttpRequest, response: HttpResponse) -> None:
    response.set_cookie(
        CLICKED,
        "1",
        max_age=QUICK_FOR_SECONDS,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


@register.simple_tag(takes_context=True)
def pace(context: dict[str, Any]) -> str:
    return pace_of(context["request"])
