"""Two workers may store the same SAP document at the same moment: its rows are there once."""

from __future__ import annotations

from unittest import mock

from sync.jobs import work
from sync.mirrors.sap import AtHand
from sync.models import OutboundDelivery, OutboundDeliveryLine, SyncTask
from tests.world import World


def test_a_delivery_stored_by_another_after_it_was_looked_for_is_brought_up_to_date(
    world: World,
) -> None:
    order = world.into_sap()
    (delivery,) = world.deliver(order)
    world.run(work.pull_deliveries(order))
    lines = OutboundDeliveryLine.objects.count()
    world.goods_issue(delivery, ("1Z1",))

    not_yet: AtHand[OutboundDelivery] = AtHand({}, {order.sap_sales_order_number: order.pk})
    with mock.patch("sync.steps.from_sap.storing.deliveries_at_hand", return_value=not_yet):
        task = world.run(work.pull_deliveries(order))

    assert task.state == SyncTask.State.DONE, task.error_message
    (mirror,) = OutboundDelivery.objects.all()
    assert mirror.is_goods_issued
    assert mirror.changed_at == mirror.news_at == mirror.read_at
    assert OutboundDeliveryLine.objects.count() == lines
    assert not SyncTask.objects.filter(state=SyncTask.State.NEEDS_ATTENTION).exists()
