"""What all processes together ask of a remote: open connections, and calls a second.

A process leases a slot for as long as it keeps a connection open, and renews it with its sign of
life; so the slots of a killed process come free when their lease is over. All by the database's
clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, models, transaction

from sync.models import clock

RACES = 5


@dataclass(frozen=True, slots=True)
class Share:
    """What a process holds of a remote's slots, and how many it should give back to others."""

    held: frozenset[int] = field(default_factory=frozenset)
    surplus: int = 0


@dataclass(slots=True)
class Holders:
    """Who holds which slots of a remote, and who waits for one; whoever came first stands first."""

    held: dict[str, set[int]] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)

    def allowed(self, holder: str, limit: int) -> int:
        """As many as a process may hold: no more than an equal share while another waits that has
        not got its own. With fewer slots than processes they take turns."""
        share = limit // len({*self.held, *self.waiting, holder})
        waiting = self.waiting
        if not share and holder in waiting:
            waiting = waiting[: waiting.index(holder)]
        wanted = max(1, share)
        short = any(self.count(one) < wanted for one in waiting if one != holder)
        return share if short else limit

    def count(self, holder: str) -> int:
        return len(self.held.get(holder, ()))


class RemoteSlotQuerySet(models.QuerySet["RemoteSlot"]):
    LEASE = timedelta(seconds=30)
    WISH = timedelta(seconds=15)  # longer than from one sign of life of a holder to the next

    def holders(self, system: str, now: datetime) -> Holders:
        found = Holders()
        rows = self.filter(system=system, until__gt=now).order_by("id")
        for number, name in rows.values_list("number", "holder"):
            if number is None:
                found.waiting.append(name)
            else:
                found.held.setdefault(name, set()).add(number)
        return found

    def take(self, system: str, limit: int, holder: str) -> int | None:
        """The number of a slot that was free; None while all are taken or kept for others, who then
        see that this process waits."""
        for _ in range(RACES):
            now = clock.now()
            found = self.holders(system, now)
            taken = set().union(*found.held.values())
            free = next((one for one in range(1, limit + 1) if one not in taken), None)
            if free is None or found.count(holder) >= found.allowed(holder, limit):
                self._wish(system, holder, now)
                return None
            if self._lease(system, free, holder, now):
                self.filter(system=system, number=None, holder=holder).delete()
                return free
        return None

    def _lease(self, system: str, number: int, holder: str, now: datetime) -> bool:
        """Whether nobody else was first."""
        leased = {"holder": holder, "until": now + self.LEASE}
        if self.filter(system=system, number=number, until__lte=now).update(**leased):
            return True
        try:
            with transaction.atomic():
                self.create(system=system, number=number, **leased)
        except IntegrityError:
            return False
        return True

    def _wish(self, system: str, holder: str, now: datetime) -> None:
        mine = self.filter(system=system, number=None, holder=holder)
        if not mine.update(until=now + self.WISH):
            self.create(system=system, holder=holder, until=now + self.WISH)

    def keep(self, system: str, limit: int, holder: str) -> Share:
        """Renew what a process holds."""
        now = clock.now()
        of_system = self.filter(system=system)
        own = of_system.filter(number__isnull=False, holder=holder)
        own.update(until=now + self.LEASE)
        of_system.filter(until__lt=now - self.LEASE).delete()  # of processes that are gone
        return self.share(system, limit, holder)

    def share(self, system: str, limit: int, holder: str) -> Share:
        found = self.holders(system, clock.now())
        surplus = found.count(holder) - found.allowed(holder, limit)
        return Share(frozenset(found.held.get(holder, ())), max(0, surplus))

    def give_back(self, system: str, number: int, holder: str) -> None:
        self.filter(system=system, number=number, holder=holder).delete()


class RemoteSlot(models.Model):
    """One open connection to a remote; without a number, a process that waits for one."""

    system = models.CharField(max_length=60)
    number = models.PositiveSmallIntegerField(null=True)
    holder = models.CharField(max_length=120)
    until = models.DateTimeField()

    objects = RemoteSlotQuerySet.as_manager()

    class Meta:
        ordering = ["system", "number"]
        constraints = [
            models.UniqueConstraint(fields=["system", "number"], name="one_holder_per_slot")
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.number}: {self.holder}"


class RemotePaceManager(models.Manager["RemotePace"]):
    def reserve(self, system: str, span: timedelta) -> timedelta:
        """Keep the next ``span`` of a remote's time free for the caller; returns in how long it
        begins."""
        while True:
            now = clock.now()
            row, _created = self.get_or_create(system=system, defaults={"free_at": now})
            begins = max(row.free_at, now)
            still = self.filter(pk=row.pk, free_at=row.free_at)
            if still.update(free_at=begins + span):
                return begins - now


class RemotePace(models.Model):
    """From when on a remote may be called again, where its calls per second are limited."""

    system = models.CharField(max_length=60, unique=True)
    free_at = models.DateTimeField()

    objects = RemotePaceManager()

    class Meta:
        ordering = ["system"]

    def __str__(self) -> str:
        return f"{self.system} from {self.free_at}"
