"""The shop's Magento version: asked for with each test of the connection, and stored."""

from __future__ import annotations

from sync.magento.versions import VersionNote, behaves_as_2_4_8, version_note
from sync.models import Shop
from sync.remotes import stated_version
from sync.steps.step_run import StepRun


def note_version(run: StepRun) -> VersionNote:
    """Reads the shop's version page and its newest orders.

    Raises what any read of the shop raises.
    """
    client = run.magento()
    stated, setting = stated_version(run.shop)
    note = version_note(
        stated, client.get_version_page(), behaves_as_2_4_8(client.get_newest_orders()), setting
    )
    Shop.objects.filter(pk=run.shop.pk).update(
        version_words=note.words, version_is_proved=note.is_proved
    )
    return note
