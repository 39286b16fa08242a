"""The portal's settings for tests: no manifest, quick password hashes, no secret from outside."""

from __future__ import annotations

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("DEMO", "true")

from o2c_portal.settings import *  # noqa: F403 - a settings module extends another this way

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
AXES_ENABLED = False
MAGENTO_SETTLE_SECONDS = 0
SAP_SETTLE_SECONDS = 0
WHITENOISE_AUTOREFRESH = True  # without collectstatic there is no directory to index
# Redis is away in these tests, whatever the machine has; tests/flows start their own processes.
RQ_QUEUES = {
    name: {**queue, "URL": "unix:///nonexistent/redis.sock"}
    for name, queue in RQ_QUEUES.items()  # noqa: F405 - from the settings above
}
