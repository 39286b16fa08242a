"""What is logged, and in which form."""

from __future__ import annotations

from typing import Any

# At DEBUG these write keys, signatures and addresses with what is searched for.
WRITE_SECRETS = ("oauthlib", "requests_oauthlib", "urllib3")
WRITE_MUCH = ("rq.worker", "axes")


def log_settings(level: str, form: str) -> dict[str, Any]:
    """``form`` is "plain" or "json"."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {"()": "o2c_portal.log_lines.PlainLines"},
            "json": {"()": "o2c_portal.log_lines.JsonLines"},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            **{name: {"level": "WARNING"} for name in (*WRITE_SECRETS, *WRITE_MUCH)},
            "apprise": {"level": "CRITICAL"},  # what it says of a failure may hold the address
        },
    }
