"""Where everything is served."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, register_converter
from django.views.i18n import set_language

from sync.views.admin_links import view_on_site
from sync.views.keys import KeyConverter
from sync.views.metrics import metrics
from sync.views.probes import healthz, readyz

register_converter(KeyConverter, "key")
handler400 = "sync.views.busy_database.bad_request_page"
handler500 = "sync.views.busy_database.server_error_page"

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("admin/r/<key:content_type_id>/<path:object_id>/", admin.site.admin_view(view_on_site)),
    path("admin/", admin.site.urls),
    path("language/", login_not_required(set_language), name="set_language"),
    path("accounts/", include("django.contrib.auth.urls")),
    path("", include("sync.urls")),
]
