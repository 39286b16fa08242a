"""The entry point for gunicorn."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from sync.checks import refuse_to_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "o2c_portal.settings")
application = get_wsgi_application()
refuse_to_start()

from sync.models import clock  # noqa: E402  (models can be imported only now)

clock.go_by_the_database()
