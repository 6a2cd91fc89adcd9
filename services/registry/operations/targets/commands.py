"""The use cases of targets: set, amend, withdraw; frozen by the period's end, measured then."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import Field
from shuniu_contracts import registry_operations as contract

from chassis.http import FiguresRequest, Reading
from chassis.http.fields import Day
from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Words
from services.registry.operations.targets.model import (
    TRANSITIONS,
    FigureUnknown,
    PeriodEnded,
    TargetPhase,
    check_period,
    is_reached,
)
from services.registry.operations.targets.tables import TargetRow
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

Value = Annotated[float, Field(ge=-1e12, le=1e12)]
Weight = Annotated[int, Field(ge=0, le=1000)]


async def _measure(uow: UnitOfWork, row: TargetRow) -> None:
    """What the registry can reckon itself is measured at once; other figures are entered by hand."""
    actual = await value_of(uow, row)
    if actual is not None:
        await measure.on(uow, row, actual=actual, source="registry")


TARGETS = Kind(
    TargetRow, TargetPhase, TRANSITIONS, initial=TargetPhase.SET,
    zh="目标任务", en="targets", path="targets", unit="项", steps=MatterStepRow,
    states_zh={
        TargetPhase.SET: "执行中",
        TargetPhase.FROZEN: "期满待核",
        TargetPhase.MEASURED: "已核定",
        TargetPhase.WITHDRAWN: "撤销",
    },
    clocks=(
        Clock(
            "period", {"set"}, contract.TargetFrozen, "frozen", rule="target.period_ends_on",
            column="period_ends_on", then=_measure,
        ),
    ),
    filters=("figure", "body", "reached"),
)  # fmt: skip


@TARGETS.opens(contract.TargetSet, zh="下达", en="set a target", needs="write")
async def set_(
    uow: UnitOfWork, row: TargetRow, *,
    figure: Annotated[Code, Field(title="指标")],
    body: Annotated[Code, Field(title="单位")],
    period_begins_on: Annotated[Day, Field(title="考核期开始")],
    period_ends_on: Annotated[Day, Field(title="考核期结束")],
    aim: Annotated[Value, Field(title="目标值")],
    weight: Annotated[Weight, Field(title="权重")] = 0,
    at_most: Annotated[bool, Field(title="以不超过为达标")] = False,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """What the body is to reach, by a figure of the registry or one that the profile lists.

    Raises `PeriodReversed`, `FigureUnknown`.
    """
    check_period(period_begins_on, period_ends_on)
    _check_figure(uow.policy(RegistryPolicy), figure)
    row.aim_hundredths = round(aim * 100)


@TARGETS.step(contract.TargetAmended, zh="调整", needs="write", path="amendment")
async def amend(
    uow: UnitOfWork, row: TargetRow, *,
    reason: Annotated[Code, Field(title="原因")],
    aim: Annotated[Value | None, Field(title="目标值")] = None,
    weight: Annotated[Weight | None, Field(title="权重")] = None,
) -> None:  # fmt: skip
    """Another value or weight, while the period runs."""
    if row.effective_on > row.period_ends_on:
        raise PeriodEnded(ends_on=row.period_ends_on)
    if aim is not None:
        row.aim_hundredths = round(aim * 100)


@TARGETS.step(contract.TargetWithdrawn, zh="撤销", needs="write", path="withdrawal")
async def withdraw(uow: UnitOfWork, row: TargetRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """Take it back while the period runs."""
    if row.effective_on > row.period_ends_on:
        raise PeriodEnded(ends_on=row.period_ends_on)


@TARGETS.step(contract.TargetFrozen, zh="冻结", needs="write", path="freezing")
async def freeze(uow: UnitOfWork, row: TargetRow) -> Mapping[str, Any]:
    """Freeze it before its time, or one of a period in the past."""
    return {"due_on": row.period_ends_on, "rule": "target.period_ends_on"}


@TARGETS.step(contract.TargetMeasured, zh="核定", needs="write", path="measurement")
async def measure(
    uow: UnitOfWork, row: TargetRow, *,
    actual: Annotated[Value, Field(title="完成值")],
    source: Annotated[Code, Field(title="数据来源")],
    note: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """What was reached: the registry's own figure, or a value taken from elsewhere."""
    row.actual_hundredths = round(actual * 100)
    row.reached = is_reached(row.aim_hundredths, row.actual_hundredths, at_most=row.at_most)


reassign = TARGETS.reassigns(needs="write")


def _check_figure(policy: RegistryPolicy, figure: str) -> None:
    from services.registry.figures.queries import known  # it is composed of the areas, this one included

    names = {f"registry.{name}" for name in known(policy)}
    names |= {one.code for one in policy.operations.target_figures}
    if not {figure, f"registry.{figure}"} & names:
        like = get_close_matches(figure, sorted(names), n=3, cutoff=0.5)
        raise FigureUnknown(at="/figure", figure=figure, like=like)


async def value_of(uow: UnitOfWork, row: TargetRow) -> float | None:
    """The figure for the target's period and division; None where the registry does not reckon it."""
    from services.registry.figures.queries import figures  # it is composed of the areas, this one included

    await uow.flush()
    reading = Reading(
        service=uow.service, stack=uow.stack, transaction=uow.transaction, principal=uow.principal,
        region=uow.region, policies=uow.policies, permission="figures:read",
    )  # fmt: skip
    asked = FiguresRequest(start=row.period_begins_on, end=row.period_ends_on, division=row.division)
    found = (await figures(reading, asked=asked)).figures.get(row.figure.removeprefix("registry."))
    return None if found is None else float(found.value)
