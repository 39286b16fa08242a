"""The admin's links to an object's own page."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.http import Http404, HttpRequest, HttpResponseBase


def view_on_site(request: HttpRequest, content_type_id: int, object_id: str) -> HttpResponseBase:
    """404 for models the admin does not show: they may have no table at all."""
    model = ContentType.objects.filter(pk=content_type_id).first()
    kind = model.model_class() if model else None
    if kind is None or not admin.site.is_registered(kind):
        raise Http404
    return shortcut(request, content_type_id, object_id)
