"""One transaction of a command, a batch of reactions or a timer: load, change, record events, commit."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from shuniu_contracts import Basis, Event
from sqlalchemy import bindparam
from sqlmodel import select

from chassis import failpoints
from chassis.acting import Acting
from chassis.log import Cause, LogEntry, append, entry
from chassis.model import Refusal, RefusalKind, is_within
from chassis.received import Received
from chassis.tables import AggregateRow
from chassis.timers import WORKING_DAYS, Due, cancel, schedule, schedule_all

BEFORE_LOG = failpoints.declare("command.before_log")
BEFORE_COMMIT = failpoints.declare("command.before_commit")

Row = TypeVar("Row", bound=AggregateRow)


@cache
def _locking(kind: type[AggregateRow]) -> Any:
    """The statement that locks a row by its id; one that the session read before is read again under it."""
    statement = select(kind).where(kind.id == bindparam("wanted")).with_for_update()
    return statement.execution_options(populate_existing=True)


class NotFound(Refusal):
    """No such aggregate here."""

    code = "not_found"
    kind = RefusalKind.MISSING
    zh = "未找到{called_zh}“{id}”。"
    en = "There is no {called_en} '{id}'."

    def __init__(
        self, *, aggregate: str, id: UUID | str, called: tuple[str, str] = AggregateRow.called,
        at: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(aggregate=aggregate, id=id, called_zh=called[0], called_en=called[1], at=at)

    @classmethod
    def of(cls, kind: type[AggregateRow], id: UUID | str, *, at: str | None = None) -> "NotFound":
        """The refusal for a record of this kind."""
        return cls(aggregate=kind.stream[1], id=id, called=kind.called, at=at)


class StaleRevision(Refusal):
    """Somebody saved in between."""

    code = "stale_revision"
    kind = RefusalKind.STALE
    zh = "该记录已被他人修改（您看到的是第 {seen} 版，当前是第 {current} 版），请刷新后重试。"
    en = "The record was changed meanwhile (you saw revision {seen}, it is {current}); reload and try again."


class NotHome(Refusal):
    """The record's home is another stack, which alone accepts commands on it."""

    code = "not_home"
    kind = RefusalKind.CONFLICT
    zh = "“{division}”的记录由平台“{home}”管理，请到该平台办理。"
    en = "Records of division '{division}' are kept by stack '{home}'; send the command there."


class ForeignDivision(Refusal):
    """The division lies outside this stack."""

    code = "foreign_division"
    kind = RefusalKind.INVALID
    zh = "“{division}”不在本平台“{stack}”的辖区内。"
    en = "Division '{division}' is outside the area of this stack '{stack}'."


@dataclass(frozen=True)
class When:
    """The day on which a fact is true of the world, and how it came to be known."""

    day: date
    basis: Basis


@dataclass(kw_only=True)
class UnitOfWork(Acting):
    """What a use case works with. Opened by `Runtime.unit_of_work`, committed by it, never by a use case."""

    lower_stacks: tuple[str, ...]
    cause: Cause
    expected_revision: int | None = None
    permission: str | None = None
    """The permission of the route in hand; `load` and `admit` check it against the record's division."""
    _pending: list[LogEntry] = field(default_factory=list)
    _saved: set[tuple[type[AggregateRow], UUID]] = field(default_factory=set)
    """by identity: the session lets go of saved rows, and another may get the place of one in memory"""
    _scheduled: set[tuple[str, str]] = field(default_factory=set)
    """timers of `schedule_once`: kind and subject"""
    _fact: When | None = None
    """of the step in hand: what its function opens and moves follows from it"""

    @contextmanager
    def following(self, fact: When) -> Iterator[None]:
        """What the block records follows from this fact: see `when`."""
        before, self._fact = self._fact, fact
        try:
            yield
        finally:
            self._fact = before

    def when(
        self, day: date | None = None, basis: Basis | None = None, because: Received[Any] | None = None
    ) -> When:
        """The day and basis of something that is recorded now, where `day` and `basis` may leave them open.

        What follows from a step of the same transaction has those of the step; what follows from a received
        event of the past, or a corrected one, has those of the event. Anything else is live and of today: a
        live event from elsewhere is acted upon when it arrives.
        """
        origin = self._fact
        if origin is None and because is not None and because.data.state.basis is not Basis.LIVE:
            origin = When(because.data.state.effective_on, because.data.state.basis)
        origin = origin or When(self.today, Basis.LIVE)
        return When(day or origin.day, origin.basis if basis is None else Basis(basis))

    def home_of(self, division: str) -> str:
        """The stack that is home to `division`'s records; raises `ForeignDivision` outside this stack."""
        if not is_within(division, self.stack):
            raise ForeignDivision(division=division, stack=self.stack)
        lower = [code for code in self.lower_stacks if is_within(division, code)]
        return max(lower, key=len) if lower else self.stack

    def authorize(self, division: str) -> None:
        """Raise `NotPermitted` unless the caller may do in `division` what the route in hand is for.

        `load` and `admit` do so for their row. A command that looks at other records before it admits a new
        one calls it first, so that its refusals tell nobody about a place that is not theirs.
        """
        if self.permission is not None:
            self.principal.authorize(self.permission, division)

    def admit(self, row: AggregateRow) -> None:
        """Take a new row into this transaction: permission, division and home are checked, times set."""
        self.authorize(row.division)
        home = self.home_of(row.division)
        if home != self.stack:
            raise NotHome(division=row.division, home=home)
        row.home = home
        row.recorded_at = self.now
        self.session.add(row)

    async def load(self, kind: type[Row], id: UUID | str) -> Row:
        """Lock the row and return it.

        Raises `NotFound`; `NotPermitted` where the caller's divisions do not reach it; `NotHome`;
        `StaleRevision` where the request carried If-Match and somebody saved in between; it tells the staff
        what the record is now, but no account that stands for a record: this one may be another's.
        """
        found = await self.session.exec(_locking(kind), params={"wanted": UUID(str(id))})
        row: Row | None = found.one_or_none()
        if row is None:
            raise NotFound.of(kind, id)
        if self.permission is not None:
            self.principal.reaches(self.permission, row.division, row.reached_from())
        if row.home != self.stack:
            raise NotHome(division=row.division, home=row.home)
        if self.expected_revision is not None and self.expected_revision != row.revision:
            told = row.differences() if self.principal.stands_for is None else None
            raise StaleRevision(seen=self.expected_revision, current=row.revision, present=told)
        return row

    def record(self, row: AggregateRow, event: Event, *, because: Received[Any] | None = None) -> None:
        """Record that `event` happened to the locked or new `row`, as its next sequence.

        `because` is the received event that led to it, in a reaction: it becomes the causation.
        """
        if (key := (type(row), row.id)) not in self._saved:
            self._saved.add(key)
            row.revision += 1
        row.sequence += 1
        self.append(event, subject=row.subject, sequence=row.sequence, division=row.division, because=because)

    def append(
        self, event: Event, *, subject: str, sequence: int, division: str,
        because: Received[Any] | None = None,
    ) -> None:  # fmt: skip
        """The set-based form of `record`: the caller keeps row, lock and sequence itself."""
        cause = self.cause if because is None else because.cause()
        self._pending.append(
            entry(event, subject=subject, sequence=sequence, division=division,
                  principal=self.principal, cause=cause)
        )  # fmt: skip

    async def schedule(
        self, kind: str, subject: str, division: str, *, on: date | None = None, at: datetime | None = None,
        payload: dict[str, Any] | None = None, provisional: bool = False,
    ) -> None:  # fmt: skip
        """A durable timer, one per kind and subject (a later call moves it).

        Due at `at`, or when the day `on` has ended in Asia/Shanghai.
        """
        await schedule(
            self.connection,
            kind,
            subject,
            division,
            on=on,
            at=at,
            payload=payload or {},
            provisional=provisional,
        )

    async def schedule_once(self, kind: str, subject: str, division: str) -> None:
        """A timer due when this transaction has ended; however often it is asked for, one statement."""
        if (kind, subject) not in self._scheduled:
            await self.schedule(kind, subject, division, at=self.now)
            self._scheduled.add((kind, subject))

    async def schedule_working_days(
        self, kind: str, subject: str, division: str, *, after: date, days: int,
        payload: dict[str, Any] | None = None,
    ) -> date:  # fmt: skip
        """A timer due when `days` working days after the day `after` have passed; returns the last of them.

        Beyond the calendar's data it is provisional, and moved when data has come.
        """
        on, provisional = self.region.calendar.add_working_days(after, days)
        rule = {WORKING_DAYS: [after.isoformat(), days]}
        await self.schedule(
            kind, subject, division, on=on, payload={**(payload or {}), **rule}, provisional=provisional
        )
        return on

    async def schedule_all(self, kind: str, due: Iterable[Due]) -> None:
        """The set-based form of `schedule`: one timer per kind and subject."""
        await schedule_all(self.connection, kind, due)

    async def cancel(self, kind: str, subjects: Iterable[str]) -> None:
        """Take the timers of these subjects back."""
        await cancel(self.connection, kind, list(subjects))

    async def flush(self) -> None:
        """Send pending rows and events to the database, before raw SQL or the commit; the log comes last."""
        if self.session.new or self.session.dirty or self.session.deleted:
            await self.session.flush()
        await failpoints.reach(BEFORE_LOG)
        pending, self._pending = self._pending, []
        await append(self.connection, pending, epoch=self.transaction.epoch, now=self.now)
        if pending:
            self.recorded = True

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Let the block happen or not as a whole: when it raises, its rows, events and counters are gone.

        What was pending before is written first, so that it is not taken back with the block. Rows changed
        in a block that failed are read anew when next loaded; no reference to them may be kept.
        """
        await self.flush()
        saved, scheduled, recorded = set(self._saved), set(self._scheduled), self.recorded
        try:
            async with self.session.begin_nested():
                # Only now the SAVEPOINT is sent: the session would wait for its own first statement, and raw
                # SQL before that would stay.
                await self.session.connection()
                yield
                await self.flush()
                # Fails, while there is a way back, where the block swallowed an error of the database.
                await self.connection.execute("select")
        except BaseException:
            self._pending, self._saved, self._scheduled, self.recorded = [], saved, scheduled, recorded
            raise

    recorded: bool = False
    """Whether any event was written: the runtime then wakes the relay after the commit."""
