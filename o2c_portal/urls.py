"""Where everything is served."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from sync.views.probes import healthz, readyz

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("admin/", admin.site.urls),
    path("accounts/", include("django.contrib.auth.urls")),
    path("", include("sync.urls")),
]
