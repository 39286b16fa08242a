"""The shop's Magento version: asked for with each test of the connection, and stored."""

from __future__ import annotations

from sync.magento.versions import VersionNote, is_newer, version_note
from sync.models import Shop
from sync.remotes import stated_version
from sync.steps.step_run import StepRun


def note_version(run: StepRun) -> VersionNote:
    """Reads the shop's version page and its newest orders.

    Raises what any read of the shop raises.
    """
    client = run.magento()
    stated, setting = stated_version(run.shop)
    note = version_note(stated, client.version_page(), is_newer(client.newest_orders()), setting)
    Shop.objects.filter(pk=run.shop.pk).update(
        version_words=note.words, version_is_proved=note.is_proved
    )
    return note
