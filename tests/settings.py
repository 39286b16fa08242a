"""The portal's settings for tests: no manifest, quick password hashes, no secret from outside."""

from __future__ import annotations

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests")

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
