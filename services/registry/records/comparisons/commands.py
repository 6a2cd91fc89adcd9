"""The use cases of comparisons: compare, accept, keep, close, withdraw."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal, NamedTuple
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field
from shuniu_contracts import registry_records as contract

from chassis.http.fields import Day
from chassis.matters import BULKY, Kind
from chassis.model import Refusal, Refusals
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Count, Text, Words
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import Basis, LegalForm, LegalStatus
from services.registry.organizations.tables import OrganizationRow
from services.registry.policy import RegistryPolicy
from services.registry.records.comparisons.model import (
    TRANSITIONS,
    ComparedField,
    ComparisonPhase,
    Decision,
    LineKind,
    ListEmpty,
    NothingToSettle,
    StatusNotTakenOver,
    StillOpen,
    Values,
    differences,
    matches,
    missing,
)
from services.registry.records.comparisons.tables import ComparisonRow
from services.registry.records.model import check_listed
from services.registry.tables import MatterStepRow

MOST = 20_000
"""Lines of one list."""
AT_ONCE = 2_000
"""Differences that one step settles: each organisation is a command of its own."""
_ENDS: Final[Mapping[str, Literal["deregistered", "revoked"]]] = {
    "deregistered": "deregistered", "revoked": "revoked",
}  # fmt: skip
_COMPARED = tuple(field.value for field in ComparedField)
_READ: Mapping[str, Callable[[str], Any]] = {
    "founded_on": date.fromisoformat, "staff_count": int, "member_count": int,
}  # fmt: skip


class Entry(BaseModel):
    """One line of their list; what is left out is not compared."""

    model_config = ConfigDict(extra="forbid")

    row: Annotated[int, Field(ge=1)] | None = Field(None, title="行号")
    name: Text = Field(title="名称")
    credit_code: Annotated[str, Field(max_length=40)] | None = Field(None, title="统一社会信用代码")
    legacy_number: Text | None = Field(None, title="登记证号")
    legal_form: LegalForm | None = Field(None, title="法律形式")
    legal_status: LegalStatus | None = Field(None, title="法律状态")
    founded_on: Day | None = Field(None, title="成立日期")
    supervisory_unit_name: Text | None = Field(None, title="业务主管单位")
    staff_count: Count | None = Field(None, title="从业人数")
    member_count: Count | None = Field(None, title="会员数")

    def values(self) -> Values:
        """The fields as texts."""
        return {name: _text(getattr(self, name)) for name in _COMPARED}


COMPARISONS = Kind(
    ComparisonRow, ComparisonPhase, TRANSITIONS, initial=ComparisonPhase.OPENED,
    zh="名册比对", en="comparisons", path="comparisons", unit="次", steps=MatterStepRow,
    states_zh={
        ComparisonPhase.OPENED: "处理中",
        ComparisonPhase.CLOSED: "办结",
        ComparisonPhase.WITHDRAWN: "撤回",
    },
    filters=("source",),
)  # fmt: skip

_LINES = """
insert into comparison_line (
    comparison_id, kind, "row", organization_id, name, matched_by, field, ours, theirs, wins, decision
)
select $1, kind, "row", organization_id, name, matched_by, field, ours, theirs, coalesce(wins, false), 'open'
from jsonb_to_recordset($2::jsonb) as line(
    kind text, "row" int, organization_id uuid, name text, matched_by text, field text, ours text,
    theirs text, wins boolean
)
"""


_STILL_OPEN = """
select number, organization_id, field, theirs
from comparison_line
where comparison_id = $1 and kind = 'difference' and decision = 'open'
  and (number = any($2) or ($3 and wins and fault is null))
order by organization_id, number
limit $4
"""
_SETTLE = """
update comparison_line
set decision = $2, decided_on = $3, fault = $4
where number = any($1)
"""
_OURS = f"""
select id, {", ".join(_COMPARED)}
from organization
where home = $1 and division like $2 || '%' and legal_status in ('registered', 'suspended') and not ended
order by id
"""


class Ours(NamedTuple):
    """One of ours as it is compared."""

    id: UUID
    name: str
    values: Values


@COMPARISONS.opens(contract.ComparisonOpened, zh="比对", needs="write")
async def compare(
    uow: UnitOfWork, row: ComparisonRow, *,
    source: Annotated[Code, Field(title="来源单位")],
    listed_on: Annotated[Day, Field(title="名册日期")],
    entries: Annotated[list[Entry], Field(title="名册", max_length=MOST, json_schema_extra=BULKY)],
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """Put another office's list beside the registered organisations of the division, field by field (B07)."""
    policy = uow.policy(RegistryPolicy).records
    check_listed(source, (one.code for one in policy.sources), "/source")
    if not entries:
        raise ListEmpty(at="/entries")
    office = policy.source(source)
    wins = frozenset(office.wins) if office is not None else frozenset()
    ours = await _ours(uow, row.division)
    lines = _compared(row, entries, ours, wins)
    await uow.connection.execute(_LINES, row.id, msgspec.json.encode(lines).decode())


async def _ours(uow: UnitOfWork, division: str) -> list[Ours]:
    """The registered organisations at home here, in the division."""
    found = await uow.connection.fetch(_OURS, uow.stack, division)
    return [Ours(one["id"], one["name"], {name: _text(one[name]) for name in _COMPARED}) for one in found]


def _compared(
    row: ComparisonRow, entries: Sequence[Entry], ours: Sequence[Ours],
    wins: frozenset[ComparedField],
) -> list[dict[str, Any]]:  # fmt: skip
    """The lines of the comparison; its counts are put into the row."""
    theirs = [entry.values() for entry in entries]
    own = [one.values for one in ours]
    found = matches(theirs, own)
    lines: list[dict[str, Any]] = []
    for place, entry in enumerate(entries):
        common = {"row": entry.row or place + 1, "name": entry.name}
        match = found.get(place)
        if match is None:
            lines.append({**common, "kind": LineKind.THEIRS_ONLY})
            continue
        differing = differences(own[match.ours], theirs[place])
        row.differing += bool(differing)
        lines += [
            {
                **common, "kind": LineKind.DIFFERENCE, "organization_id": ours[match.ours].id,
                "name": ours[match.ours].name, "matched_by": match.by, "field": field, "ours": before,
                "theirs": said, "wins": field in wins,
            }
            for field, before, said in differing
        ]  # fmt: skip
    for place in missing(len(ours), found.values()):
        one = ours[place]
        lines.append({"kind": LineKind.OURS_ONLY, "organization_id": one.id, "name": one.name})
    row.listed, row.matched = len(entries), len(found)
    row.theirs_only, row.ours_only = len(entries) - len(found), len(ours) - len(found)
    row.differing_fields = sum(line["kind"] is LineKind.DIFFERENCE for line in lines)
    return lines


def _text(value: Any) -> str | None:
    return None if value is None else str(getattr(value, "value", value))


Numbers = Annotated[list[int], Field(title="差异编号", max_length=AT_ONCE)]


@COMPARISONS.step(contract.ComparisonAccepted, zh="采用对方数据", needs="review", path="acceptance")
async def accept(
    uow: UnitOfWork, row: ComparisonRow, *,
    lines: Numbers = [],  # noqa: B006, read only
    winning: Annotated[bool, Field(title="按目录采用对方优先的全部差异")] = False,
) -> Mapping[str, Any]:  # fmt: skip
    """Their values go into the register as of the list's day; what the register refuses stays open.

    Named lines, or with `winning` the next thousands of those in which the profile lets this office win.
    """
    by_organization: dict[UUID, dict[int, tuple[str, str]]] = defaultdict(dict)
    for line in await _open(uow, row, lines, winning=winning):
        by_organization[line["organization_id"]][line["number"]] = (line["field"], line["theirs"])
    taken = touched = 0
    for organization, of in by_organization.items():
        fault = await _take_over(uow, row.listed_on, organization, dict(of.values()))
        decision, day = (Decision.OPEN, None) if fault else (Decision.ACCEPTED, row.effective_on)
        await uow.connection.execute(_SETTLE, list(of), decision.value, day, fault)
        taken += 0 if fault else len(of)
        touched += not fault
    row.accepted += taken
    return {"number": taken, "organizations": touched}


@COMPARISONS.step(contract.ComparisonKept, zh="保留本册数据", needs="review", path="keeping")
async def keep(
    uow: UnitOfWork, row: ComparisonRow, *,
    lines: Numbers,
    reason: Annotated[Code, Field(title="原因")],
    explanation: Annotated[Words | None, Field(title="说明")] = None,
) -> Mapping[str, Any]:  # fmt: skip
    """Our values stay, with the reason."""
    kept = [line["number"] for line in await _open(uow, row, lines, winning=False)]
    await uow.connection.execute(_SETTLE, kept, Decision.KEPT.value, row.effective_on, None)
    row.kept += len(kept)
    return {"number": len(kept)}


@COMPARISONS.step(contract.ComparisonClosed, zh="办结", needs="review", path="closing")
async def close(uow: UnitOfWork, row: ComparisonRow) -> None:
    """Every difference is settled; what only one side has is followed in the register itself."""
    if left := row.differing_fields - row.accepted - row.kept:
        raise StillOpen(count=left)


@COMPARISONS.step(contract.ComparisonWithdrawn, zh="撤回", needs="review", path="withdrawal")
async def withdraw(
    uow: UnitOfWork, row: ComparisonRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """The list was a wrong one; what was taken over stays."""


async def _open(uow: UnitOfWork, row: ComparisonRow, numbers: list[int], *, winning: bool) -> list[Any]:
    """The differences that were named, or those that the profile lets win, as far as nobody settled them."""
    found = list(await uow.connection.fetch(_STILL_OPEN, row.id, numbers, winning, AT_ONCE))
    if not found:
        raise NothingToSettle(at="/lines")
    return found


async def _take_over(uow: UnitOfWork, day: date, id: UUID, theirs: Mapping[str, str]) -> str | None:
    """Their values of one organisation into the register; in Chinese why not, where it refuses them."""
    try:
        async with uow.savepoint():
            await _change(uow, day, id, dict(theirs))
    except Refusal as refusal:
        return refusal.message("zh")
    except Refusals as several:
        return "；".join(refusal.message("zh") for refusal in several.refusals)
    return None


async def _change(uow: UnitOfWork, day: date, id: UUID, theirs: dict[str, str]) -> None:
    dated: dict[str, Any] = {"effective_on": day, "basis": Basis.IMPORTED}
    unit = theirs.pop("supervisory_unit_name", None)
    status = theirs.pop("legal_status", None)
    form = theirs.pop("legal_form", None)
    if theirs or form:
        details: dict[str, Any] = {name: _READ.get(name, str)(value) for name, value in theirs.items()}
        legal_form = LegalForm(form) if form else None
        await organizations.change_details(uow, id=id, details=details, legal_form=legal_form, **dated)
    if unit is not None:
        organization = await uow.session.get_one(OrganizationRow, id)
        code = organization.supervisory_unit
        await organizations.change_supervision(
            uow, id=id, supervisory_unit=code, supervisory_unit_name=unit, **dated
        )
    if status is None:
        return
    if status not in _ENDS:
        raise StatusNotTakenOver(status=status)
    await organizations.end(uow, id=id, fact=_ENDS[status], **dated)
