"""The ledger: what work is wanted, by whom, and how far it has come.

The database row is the truth; Redis only wakes workers. A running task is changed only by the
holder of its lease, so a worker that lost its lease can write nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self, cast

from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q
from django.db.models.sql.subqueries import UpdateQuery
from django.utils.translation import gettext_lazy as _

from sync.causes.cause import Team
from sync.causes.portal import PortalCause
from sync.errors import LeaseLost
from sync.models import clock, page_indexes, task_indexes
from sync.models.failures import NO_FAILURE
from sync.models.order_groups import in_words, keys_in
from sync.models.steps import Step
from sync.models.systems import MAGENTO, SAP, kind_of, shop_code


class SyncTaskQuerySet(models.QuerySet["SyncTask"]):
    def unfinished(self) -> Self:
        """Waiting, running, or stopped until a person acts."""
        return self.filter(state__in=SyncTask.OPEN_STATES)

    CLOCKS_APART = timedelta(seconds=1)

    def due(self, now: datetime) -> Self:
        """As the asker's reading of the database's clock may be ahead of a worker's, a moment more
        than ``now``: what was just asked for is rung for once, and must not be passed over."""
        until = now + self.CLOCKS_APART
        return self.filter(state=SyncTask.State.WAITING, not_before__lte=until)

    def expired(self, now: datetime) -> Self:
        """Running although the lease is over: the worker is gone."""
        return self.filter(state=SyncTask.State.RUNNING, lease_until__lt=now)

    def needing(self, system: str) -> Self:
        """Work that cannot be done without this remote."""
        tasks = self.filter(step__in=Step.needing(kind_of(system)))
        return tasks if system == SAP else tasks.filter(shop__code=shop_code(system))

    def wake(self, **values: Any) -> int:
        """Make these due now and let the sweep ring for them; returns how many there were."""
        waiting = SyncTask.State.WAITING
        return self.update(state=waiting, not_before=clock.now(), rung_at=None, **values)

    def take(self, pk: int, *, owner: str, lease: timedelta) -> list[str] | None:
        """What the task is about and who asked, by the names of their columns, where it was due and
        is ours now (``jobs.claims``). Raises ``IntegrityError`` while another of its lock runs."""
        now = clock.now()
        taken = SyncTask.objects.due(now).filter(pk=pk)
        rows = taken._update_returning(
            [f"{name}_id" for name in SyncTask.ABOUT],
            state=SyncTask.State.RUNNING,
            started_at=now,
            lease_owner=owner,
            lease_until=now + lease,
            attempts=F("attempts") + 1,
            is_wanted_again=False,
        )
        for keys in rows:
            return [name for name, key in zip(SyncTask.ABOUT, keys, strict=True) if key is not None]
        return None

    def _update_returning(self, columns: Sequence[str], **values: Any) -> list[tuple[Any, ...]]:
        """As ``update``, with what these columns hold in the rows that were changed."""
        query = cast(UpdateQuery, self.query.chain(UpdateQuery))
        query.add_update_values(values)
        sql, parameters = query.get_compiler(connection=connection).as_sql()
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} RETURNING {', '.join(columns)}", parameters)
            return list(cursor.fetchall())


class SyncTask(models.Model):
    """One piece of wanted work: a step, the document it is about, who asked, and its state."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        NEEDS_ATTENTION = "needs_attention", _("Needs attention")
        CANCELLED = "cancelled", _("Cancelled")

    class Origin(models.TextChoices):
        CLICK = "click", _("Sync now")
        SCHEDULE = "schedule", _("Automatic")
        FOLLOW_UP = "follow_up", _("Follows from earlier work")
        REPAIR = "repair", _("Retry after repair")

    class Priority(models.IntegerChoices):
        INTERACTIVE = 0, _("Interactive")
        CLICKED = 3, _("Clicked with many others")
        BULK = 5, _("Bulk")

    ABOUT = ("asked_by", "shop", "sales_order", "delivery", "billing_document", "invoice")
    OPEN_STATES: ClassVar = [State.WAITING, State.RUNNING, State.NEEDS_ATTENTION]

    step = models.CharField(max_length=20, choices=Step)
    reference = models.CharField(
        max_length=80, help_text=_("The document, as a key within the step.")
    )
    lock = models.CharField(max_length=80, help_text=_("One running task per lock."))
    shop = models.ForeignKey("Shop", null=True, blank=True, on_delete=models.CASCADE)
    sales_order = models.ForeignKey(
        "SalesOrder", null=True, blank=True, on_delete=models.CASCADE, related_name="tasks"
    )
    delivery = models.ForeignKey(
        "OutboundDelivery", null=True, blank=True, on_delete=models.CASCADE, related_name="tasks"
    )
    billing_document = models.ForeignKey(
        "BillingDocument", null=True, blank=True, on_delete=models.CASCADE, related_name="tasks"
    )
    invoice = models.ForeignKey(
        "Invoice", null=True, blank=True, on_delete=models.CASCADE, related_name="tasks"
    )
    origin = models.CharField(max_length=10, choices=Origin)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    asked_at = models.DateTimeField(default=clock.now)
    # Clicks are pruned while their tasks stay, which a constraint would forbid.
    click = models.ForeignKey(
        "Click",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="tasks",
        help_text=_("The click on many documents that set it going, even through other work."),
    )
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.BULK)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    not_before = models.DateTimeField(default=clock.now)
    rung_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the queue was last told.")
    )
    attempts = models.PositiveIntegerField(default=0)
    is_wanted_again = models.BooleanField(
        default=False, help_text=_("Somebody asked while it ran; what it had read may be older.")
    )
    lease_owner = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    facts = models.JSONField(default=dict, help_text=_("Written ahead of what cannot be undone."))
    sent = models.JSONField(
        null=True, help_text=_("The last write, stored before it left; empty once its answer is.")
    )
    outcome = models.CharField(
        max_length=255, blank=True, help_text=_("What the step did, in words.")
    )
    error_class = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True, help_text=_("What happened."))
    cause = models.CharField(max_length=40, blank=True, help_text=_("The row in sync.causes."))
    cause_key = models.CharField(max_length=120, blank=True)
    # What this failure says otherwise than the row of its cause.
    headline = models.CharField(max_length=160, blank=True)
    remedy = models.TextField(blank=True)
    owner = models.CharField(max_length=20, blank=True)
    sap_message_class = models.CharField(max_length=20, blank=True)
    sap_message_number = models.CharField(max_length=20, blank=True)
    mapping_table = models.CharField(
        max_length=20, blank=True, help_text=_("Where the entry is missing that stopped it.")
    )
    mapping_key = models.CharField(max_length=255, blank=True)
    mapping_field = models.CharField(max_length=40, blank=True)

    objects = SyncTaskQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        permissions = [
            ("sync_orders", "Can bring orders into SAP"),
            ("take_orders_anyway", "Can take an order a rule has stopped"),
            ("hold_orders", "Can hold an order or a customer, and release them"),
            ("comment_orders", "Can comment on an order"),
            ("sync_deliveries", "Can fetch deliveries and ship them in the shop"),
            ("sync_billing", "Can fetch billing documents and invoice them in the shop"),
            ("capture_again", "Can have a payment captured again after looking at the bank"),
            ("resend_invoices", "Can mail an invoice to its customer again"),
            ("dry_run_orders", "Can try an order in SAP without saving it"),
            ("view_master_data", "Can see which mappings are missing"),
            ("retry_tasks", "Can put stopped work back to work"),
            ("view_queue", "Can look at queue, workers and connections"),
            ("test_connections", "Can test the connections to shops and SAP"),
            ("check_readiness", "Can check whether everything is ready"),
            ("manage_automation", "Can switch automatic steps on and off"),
            (
                "clear_sign_in_locks",
                "Can see whose sign-ins wait after failures, and let them try again",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["step", "reference"],
                condition=Q(state__in=["waiting", "running", "needs_attention"]),
                name="one_open_task_per_step_and_document",
            ),
            models.UniqueConstraint(
                fields=["lock"],
                condition=Q(state="running"),
                name="one_running_task_per_lock",
            ),
        ]
        indexes = [*task_indexes.INDEXES, *page_indexes.TASKS]

    def __str__(self) -> str:
        return f"{self.get_step_display()} {self.subject}"

    @property
    def is_of_group(self) -> bool:
        """Whether it reads some orders that a full fetch has left to it."""
        return bool(keys_in(self.reference))

    @property
    def subject(self) -> str:
        """Its reference as people read it."""
        return in_words(self.reference)

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES

    @property
    def is_put_off(self) -> bool:
        """Until a time of its own."""
        return self._waits_for_later and not self.waits_for_remote

    @property
    def is_held(self) -> bool:
        """Whether it waits until a person releases its order or customer."""
        return self.state == self.State.WAITING and self.cause == PortalCause.HELD.code

    @property
    def waits_for_remote(self) -> bool:
        """Until a system answers again: nobody knows when."""
        return self._waits_for_later and self.cause == PortalCause.REMOTE_AWAY.code

    @property
    def _waits_for_later(self) -> bool:
        return self.state == self.State.WAITING and self.not_before > clock.now()

    @property
    def is_moving(self) -> bool:
        """Whether its state may change soon, so that a page should refresh."""
        return self.state in {self.State.WAITING, self.State.RUNNING}

    @property
    def systems(self) -> list[str]:
        """The remotes it cannot do without; a connection test needs none."""
        systems = [SAP] if self.step in Step.needing(SAP) else []
        if self.step in Step.needing(MAGENTO) and self.shop is not None:
            systems.append(self.shop.system)
        return systems

    @property
    def usual_team(self) -> Team:
        """The team that acts on failures of its step; administrators if the step is from another
        version of the portal."""
        step = next((step for step in Step if step == self.step), None)
        return step.facts.team if step else Team.ADMINISTRATOR

    @property
    def about(self) -> dict[str, Any]:
        """The documents a person's decision on this task is about, as ``Decision`` columns."""
        documents = ("sales_order", "delivery", "billing_document")
        return {"task": self, **{name: getattr(self, name) for name in documents}}

    def update_as_owner(self, **values: Any) -> None:
        """Change the row while the lease is ours; raises ``LeaseLost`` when it is not."""
        mine = SyncTask.objects.filter(
            pk=self.pk, state=self.State.RUNNING, lease_owner=self.lease_owner
        )
        if not mine.filter(attempts=self.attempts).update(**values):
            raise LeaseLost(f"Another worker has taken {self.reference} over.")
        for name, value in values.items():
            setattr(self, name, value)

    def hold_lease(self, lease: timedelta) -> None:
        """Extend the lease, right before a call that cannot be undone."""
        self.update_as_owner(lease_until=clock.now() + lease)

    def write_ahead(self, **facts: Any) -> None:
        """Save facts before going on, for whichever worker continues this step."""
        self.update_as_owner(facts={**self.facts, **facts})

    def succeed(self, outcome: str) -> None:
        """Close the task: the step did what was asked, or found it already done."""
        self._finish(state=self.State.DONE, outcome=outcome[:255], **NO_FAILURE)

    def try_again_at(self, moment: datetime, failure: Mapping[str, str]) -> None:
        """Put the task back until ``moment``; ``failure`` holds the columns that say why."""
        self._put_down(state=self.State.WAITING, not_before=moment, rung_at=None, **failure)

    def stop_for_a_person(self, failure: Mapping[str, str]) -> None:
        """Stop the task until somebody acts."""
        self._finish(state=self.State.NEEDS_ATTENTION, **failure)

    def _finish(self, **values: Any) -> None:
        self._put_down(finished_at=clock.now(), **values)

    def _put_down(self, **values: Any) -> None:
        """Every call of the attempt is stored with this."""
        self.update_as_owner(lease_until=None, sent=None, **values)
