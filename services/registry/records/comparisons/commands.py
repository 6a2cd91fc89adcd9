"""The use cases of comparisons: compare, accept, keep, enter, close, withdraw."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal, NamedTuple
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field
from shuniu_contracts import registry_records as contract
from uuid_utils.compat import uuid7

from chassis.http.fields import Day, Division, Sum
from chassis.matters import BULKY, Kind
from chassis.model import Refusal, Refusals
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Count, Text, Words
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import (
    FINAL,
    Basis,
    LegalForm,
    LegalStatus,
    RegistrationRoute,
)
from services.registry.organizations.model import TRANSITIONS as TRANSITIONS_OF_STATUS
from services.registry.organizations.tables import OrganizationRow
from services.registry.policy import RegistryPolicy
from services.registry.records.comparisons.model import (
    TRANSITIONS,
    ComparedField,
    ComparisonPhase,
    Decision,
    EndedThere,
    LineKind,
    ListEmpty,
    NothingToSettle,
    RegisteredWhen,
    StatusNotTakenOver,
    StillOpen,
    Values,
    differences,
    joined,
    listed_as,
    matches,
    missing,
)
from services.registry.records.comparisons.tables import ComparisonRow
from services.registry.records.model import check_listed
from services.registry.tables import MatterStepRow
from services.registry.vocabulary import ENUMERATIONS

MOST = 20_000
"""Lines of one list."""
AT_ONCE = 2_000
"""Differences that one step settles: each organisation is a command of its own."""
_DAYS = ("filed_on", "registered_on")
_Ending = Literal["deregistered", "revoked", "dissolved"]
_ENDS: Final[Mapping[str, _Ending]] = {
    "deregistered": "deregistered", "revoked": "revoked", "dissolved": "dissolved",
}  # fmt: skip
_COMPARED = tuple(field.value for field in ComparedField)
_READ: Mapping[str, Callable[[str], Any]] = {
    "categories": lambda text: text.split(","),
    "founded_on": date.fromisoformat,
    "registered_capital_fen": int,
    "staff_count": int,
    "member_count": int,
}


class Entry(BaseModel):
    """One line of their list; what is left out is not compared."""

    model_config = ConfigDict(extra="forbid")

    row: Annotated[int, Field(ge=1)] | None = Field(None, title="行号")
    name: Text = Field(title="名称")
    credit_code: Annotated[str, Field(max_length=40)] | None = Field(None, title="统一社会信用代码")
    legacy_number: Text | None = Field(None, title="登记证号")
    legal_form: LegalForm | None = Field(None, title="法律形式")
    legal_status: LegalStatus | None = Field(None, title="法律状态")
    division: Division | None = Field(None, title="行政区划")
    categories: Annotated[list[Text], Field(max_length=20)] | None = Field(None, title="类别")
    founded_on: Day | None = Field(None, title="成立日期")
    filed_on: Day | None = Field(None, title="备案日期")
    registered_on: Day | None = Field(None, title="登记日期")
    registration_authority: Code | None = Field(None, title="登记管理机关")
    registered_capital_fen: Annotated[int, Sum()] | None = Field(None, title="注册资金")
    supervisory_unit_name: Text | None = Field(None, title="业务主管单位")
    staff_count: Count | None = Field(None, title="从业人数")
    member_count: Count | None = Field(None, title="会员数")

    def values(self) -> Values:
        """The fields as texts."""
        return {name: _text(getattr(self, name)) for name in _COMPARED}

    @property
    def status(self) -> LegalStatus | None:
        """What their list says it is, or what its days and numbers say; None where it only names it."""
        if self.legal_status is not None:
            return self.legal_status
        if self.registered_on or self.credit_code or self.legacy_number:
            return LegalStatus.REGISTERED
        return LegalStatus.FILED if self.filed_on else None


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
    comparison_id, kind, "row", organization_id, name, matched_by, field, ours, theirs, wins, decision, said
)
select $1, kind, "row", organization_id, name, matched_by, field, ours, theirs, coalesce(wins, false),
       'open', said
from jsonb_to_recordset($2::jsonb) as line(
    kind text, "row" int, organization_id uuid, name text, matched_by text, field text, ours text,
    theirs text, wins boolean, said jsonb
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
_ONLY_THEIRS = """
select number, said
from comparison_line
where comparison_id = $1 and kind = 'theirs_only' and decision = 'open'
  and (number = any($2) or ($3 and fault is null))
order by number
limit $4
"""
_ENTERED = """
update comparison_line set decision = $2, decided_on = $3, fault = $4, organization_id = $5 where number = $1
"""
_OURS = f"""
select id, {", ".join(_COMPARED)}
from organization
where home = $1 and division like $2 || '%' and not ended
order by id
"""


class Ours(NamedTuple):
    """One of ours as it is compared."""

    id: UUID
    name: str
    values: Values


@COMPARISONS.opens(contract.ComparisonOpened, zh="比对", en="compare a list", needs="write")
async def compare(
    uow: UnitOfWork, row: ComparisonRow, *,
    source: Annotated[Code, Field(title="来源单位")],
    listed_on: Annotated[Day, Field(title="名册日期")],
    entries: Annotated[list[Entry], Field(title="名册", max_length=MOST, json_schema_extra=BULKY)],
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """Put another office's list beside the organisations of the division, field by field (B07).

    Of ours that it lacks only those are told whose status it is a list of.
    """
    policy = uow.policy(RegistryPolicy).records
    check_listed(source, (one.code for one in policy.sources), "/source")
    if not entries:
        raise ListEmpty(at="/entries")
    office = policy.source(source)
    wins = frozenset(office.wins) if office is not None else frozenset()
    for place, entry in enumerate(entries):
        if entry.categories is not None:
            at = f"/entries/{place}/categories"
            entry.categories = organizations.known_categories(
                entry.categories, uow.policy(RegistryPolicy), at
            )
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
            said = entry.model_dump(mode="json", exclude_none=True)
            lines.append({**common, "kind": LineKind.THEIRS_ONLY, "said": said})
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
    expected = {listed_as(entry.status) for entry in entries}
    only_ours = missing(own, found.values(), expected)
    for place in only_ours:
        one = ours[place]
        lines.append({"kind": LineKind.OURS_ONLY, "organization_id": one.id, "name": one.name})
    row.listed, row.matched = len(entries), len(found)
    row.theirs_only, row.ours_only = len(entries) - len(found), len(only_ours)
    row.differing_fields = sum(line["kind"] is LineKind.DIFFERENCE for line in lines)
    return lines


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        return joined(value) or None
    return None if value is None else str(getattr(value, "value", value))


Numbers = Annotated[list[int], Field(title="差异编号", max_length=AT_ONCE)]


@COMPARISONS.step(
    contract.ComparisonAccepted,
    zh="采用对方数据",
    en="take the other value",
    needs="review",
    path="acceptance",
)
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
        fault = await _taken(uow, _change(uow, row, organization, dict(of.values())))
        decision, day = (Decision.OPEN, None) if fault else (Decision.ACCEPTED, row.effective_on)
        await uow.connection.execute(_SETTLE, list(of), decision.value, day, fault)
        taken += 0 if fault else len(of)
        touched += not fault
    row.accepted += taken
    return {"number": taken, "organizations": touched}


@COMPARISONS.step(
    contract.ComparisonKept, zh="保留本册数据", en="keep our value", needs="review", path="keeping"
)
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


@COMPARISONS.step(
    contract.ComparisonEntered, zh="补录入册", en="enter into the register", needs="review", path="entry"
)
async def enter(
    uow: UnitOfWork, row: ComparisonRow, *,
    lines: Numbers = [],  # noqa: B006, read only
    every: Annotated[bool, Field(title="补录全部仅对方有的组织")] = False,
) -> Mapping[str, Any]:  # fmt: skip
    """What only their list has comes onto the record with their data, as it stands in their list.

    Named lines, or with `every` the next thousands. What the register refuses, a step of another body's staff
    or a name that is taken, stays open with the reason.
    """
    found = await uow.connection.fetch(_ONLY_THEIRS, row.id, lines, every, AT_ONCE)
    if not found:
        raise NothingToSettle(at="/lines")
    number = 0
    for line in found:
        id = uuid7()
        entry = Entry.model_validate(line["said"])
        fault = await _taken(uow, _put_on_record(uow, row, entry, id))
        done = (Decision.ACCEPTED.value, row.effective_on, None, id)
        settled = (Decision.OPEN.value, None, fault, None) if fault else done
        await uow.connection.execute(_ENTERED, line["number"], *settled)
        number += not fault
    row.entered += number
    return {"number": number}


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


reassign = COMPARISONS.reassigns(needs="write")


async def _open(uow: UnitOfWork, row: ComparisonRow, numbers: list[int], *, winning: bool) -> list[Any]:
    """The differences that were named, or those that the profile lets win, as far as nobody settled them."""
    found = list(await uow.connection.fetch(_STILL_OPEN, row.id, numbers, winning, AT_ONCE))
    if not found:
        raise NothingToSettle(at="/lines")
    return found


async def _taken(uow: UnitOfWork, taking: Awaitable[Any]) -> str | None:
    """Take something into the register; in Chinese why not, where it is refused."""
    try:
        async with uow.savepoint():
            await taking
    except Refusal as refusal:
        return refusal.message("zh")
    except Refusals as several:
        return "；".join(refusal.message("zh") for refusal in several.refusals)
    return None


def _dated(row: ComparisonRow) -> dict[str, Any]:
    """As of their list's day, taken from it."""
    return {"effective_on": row.listed_on, "basis": Basis.IMPORTED, "source": row.source}


async def _change(uow: UnitOfWork, row: ComparisonRow, id: UUID, theirs: Mapping[str, str]) -> None:
    """Their values of one organisation into the register, by the steps that the register has for them."""
    organization, dated = await uow.session.get_one(OrganizationRow, id), _dated(row)
    form = LegalForm(theirs["legal_form"]) if "legal_form" in theirs else None
    days = {name: date.fromisoformat(theirs[name]) for name in _DAYS if name in theirs}
    details = {
        name: _READ.get(name, str)(value) for name, value in theirs.items() if name in organizations.DETAILS
    }
    fact = _fact(organization, theirs.get("legal_status"))
    if fact == "registered":
        if (registered_on := days.pop("registered_on", None)) is None:
            raise RegisteredWhen(name=organization.name)
        await organizations.register(
            uow, id=id, legal_form=form or LegalForm(organization.legal_form),
            route=RegistrationRoute.UNKNOWN, details=details, **dated | {"effective_on": registered_on},
        )  # fmt: skip
        details, form = {}, None
    elif fact == "filed":
        filed_on = days.pop("filed_on", row.listed_on)
        await organizations.file(
            uow, id=id, legal_form=form or LegalForm.COMMUNITY_ORGANIZATION,
            **dated | {"effective_on": filed_on},
        )  # fmt: skip
        form = None
    if details or form:
        await organizations.change_details(uow, id=id, details=details, legal_form=form, **dated)
    wrong: dict[str, Any] = {name: day for name, day in days.items() if getattr(organization, name) != day}
    if wrong:
        await organizations.correct(uow, id=id, reason="other_list", source=row.source, **wrong)
    if (unit := theirs.get("supervisory_unit_name")) is not None:
        code = organization.supervisory_unit
        await organizations.change_supervision(
            uow, id=id, supervisory_unit=code, supervisory_unit_name=unit, **dated
        )
    if fact == "suspended":
        await organizations.suspend(uow, id=id, **dated)
    elif fact == "resumed":
        await organizations.resume(uow, id=id, **dated)
    elif fact is not None and fact in _ENDS:
        await organizations.end(uow, id=id, fact=_ENDS[fact], **dated)


def _fact(organization: OrganizationRow, theirs: str | None) -> str | None:
    """The step by which an organisation comes to the status that they say; none where they say nothing of it.

    Raises `StatusNotTakenOver` where there is none.
    """
    if theirs is None:
        return None
    facts = TRANSITIONS_OF_STATUS[LegalStatus(organization.legal_status)]
    taken = [fact for fact, status in facts.items() if status.value == theirs and fact != "discovered"]
    if not taken:
        names = ENUMERATIONS["legal_status"]
        before = organization.legal_status
        raise StatusNotTakenOver(
            before=before, before_zh=names[before], status=theirs, status_zh=names[theirs]
        )
    return taken[0]


async def _put_on_record(uow: UnitOfWork, row: ComparisonRow, entry: Entry, id: UUID) -> None:
    """One that only they have, as it stands in their list; discovered (摸底), where that only names it.

    Raises `EndedThere`, `RegisteredWhen`, and what the register refuses.
    """
    status, dated = entry.status or LegalStatus.DISCOVERED, _dated(row)
    if status in FINAL:
        raise EndedThere(
            name=entry.name, status=status.value, status_zh=ENUMERATIONS["legal_status"][status.value]
        )
    said = entry.model_dump(exclude_none=True)
    details = {name: said[name] for name in organizations.DETAILS if name in said}
    new: dict[str, Any] = {"id": id, "division": entry.division or row.division, "details": details}
    if status in (LegalStatus.REGISTERED, LegalStatus.SUSPENDED):
        if entry.registered_on is None:
            raise RegisteredWhen(name=entry.name)
        await organizations.register_new(
            uow, legal_form=entry.legal_form or LegalForm.UNCLASSIFIED, route=RegistrationRoute.UNKNOWN,
            **new, **dated | {"effective_on": entry.registered_on},
        )  # fmt: skip
        if status is LegalStatus.SUSPENDED:
            await organizations.suspend(uow, id=id, **dated)
    else:
        filed = status is LegalStatus.FILED
        day = (entry.filed_on if filed else None) or row.listed_on
        form = LegalForm.COMMUNITY_ORGANIZATION if filed else LegalForm.NONE
        await organizations.enter(
            uow, status_on_record=status, legal_form=entry.legal_form or form, **new,
            **dated | {"effective_on": day},
        )  # fmt: skip
    if entry.supervisory_unit_name is not None:
        await organizations.change_supervision(
            uow, id=id, supervisory_unit_name=entry.supervisory_unit_name, **dated
        )
