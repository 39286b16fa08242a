"""The sync app: mirrors, mappings, ledger, steps and pages."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy


class SyncConfig(AppConfig):
    name = "sync"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = gettext_lazy("Order to cash")

    def ready(self) -> None:
        """Every migration refreshes the roles, their permissions, and the database's triggers."""
        from sync.checks import register_checks  # imported late, as Django wants it
        from sync.models.key_lists import write_keys
        from sync.models.spoken_names import speak

        register_checks()
        write_keys()
        speak(self.get_models())
        pre_migrate.connect(_forget, sender=self)
        post_migrate.connect(_sync_roles, sender=self)
        post_migrate.connect(_install_triggers, sender=self)
        post_migrate.connect(_keep, sender=self)


def _sync_roles(**kwargs: Any) -> None:
    from sync.roles import sync_roles  # imported late: needs the models

    sync_roles()


def _install_triggers(using: str, **kwargs: Any) -> None:
    from sync.models.master_data_triggers import install_triggers  # imported late, as above

    install_triggers(using)


def _forget(plan: list[Any], using: str, **kwargs: Any) -> None:
    from sync.models import database_keeps  # imported late: needs the apps

    if plan:
        database_keeps.forget(connections[using])


def _keep(using: str, **kwargs: Any) -> None:
    from sync.models import audit_stays, database_keeps  # imported late: needs the apps

    database_keeps.ensure(connections[using])
    audit_stays.ensure(connections[using])
