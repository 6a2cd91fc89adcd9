"""The use cases of posts: set up one or a batch, fill, change the load, vacate, close."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_hub as contract

from chassis.http.fields import PersonId
from chassis.matters import Kind, words
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, Count, OrganizationId
from services.registry.hub.posts.model import TRANSITIONS, PostPhase, check_load
from services.registry.hub.posts.tables import SocialWorkerPostRow
from services.registry.hub.served import served
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

SOURCES_ZH: Mapping[str, str] = {
    contract.PostSource.PURCHASED: "政府购买",
    contract.PostSource.INTERNAL: "内部调剂",
    contract.PostSource.VOLUNTEER: "义工",
}
Organizations = Annotated[list[OrganizationId], Field(max_length=500)]

POSTS = Kind(
    SocialWorkerPostRow, PostPhase, TRANSITIONS, initial=PostPhase.VACANT,
    zh="社工岗位", en="social-worker posts", path="social-worker-posts", unit="个", steps=MatterStepRow,
    states_zh={PostPhase.VACANT: "空缺", PostPhase.FILLED: "在岗", PostPhase.CLOSED: "撤销"},
    filters=("body", "source", "batch", "funder", "holder"),
)  # fmt: skip


@POSTS.opens(contract.SocialWorkerPostOpened, zh="设立", needs="write")
async def open_(
    uow: UnitOfWork, row: SocialWorkerPostRow, *,
    body: Annotated[Code, Field(title="用人单位")],
    source: Annotated[contract.PostSource, Field(title="来源", json_schema_extra=words(SOURCES_ZH))],
    batch: Annotated[Code | None, Field(title="招聘批次")] = None,
    funder: Annotated[Code | None, Field(title="出资单位")] = None,
    skills: Annotated[Codes, Field(title="专业要求")] = [],  # noqa: B006, read only
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """One post: bought, of the body's own staff where organisations are few (R14), or of a volunteer."""


@POSTS.step(contract.SocialWorkerPostFilled, zh="到岗", needs="write", path="filling", by_workbook=True)
async def fill(
    uow: UnitOfWork, row: SocialWorkerPostRow, *,
    holder: Annotated[PersonId, Field(title="在岗人员")],
    load: Annotated[Count | None, Field(title="服务组织数")] = None,
    organization_ids: Annotated[Organizations | None, Field(title="服务的组织")] = None,
) -> None:  # fmt: skip
    """Somebody is hired or assigned, with the organisations to serve, by name or by number."""
    row.filled_on = row.effective_on
    row.filled_times += 1
    await _serve(uow, row, organization_ids)


@POSTS.step(
    contract.SocialWorkerPostLoadChanged,
    zh="调整服务对象",
    en="change the organisations served",
    needs="write",
    path="load",
)
async def change_load(
    uow: UnitOfWork, row: SocialWorkerPostRow, *,
    load: Annotated[Count | None, Field(title="服务组织数")] = None,
    organization_ids: Annotated[Organizations | None, Field(title="服务的组织")] = None,
) -> None:  # fmt: skip
    """More, fewer or other organisations, never more than one post serves (R15)."""
    await _serve(uow, row, organization_ids)


@POSTS.step(contract.SocialWorkerPostVacated, zh="离岗", needs="write", path="vacancy")
async def vacate(
    uow: UnitOfWork, row: SocialWorkerPostRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """The holder leaves; what was served waits for the next one."""
    row.holder = row.filled_on = None


@POSTS.step(contract.SocialWorkerPostClosed, zh="撤销", needs="write", path="closing")
async def close(
    uow: UnitOfWork, row: SocialWorkerPostRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """The post is given up."""


reassign = POSTS.reassigns(needs="write")


async def open_batch(
    uow: UnitOfWork, *, division: str, posts: int, batch: str, effective_on: date | None = None,
    basis: Basis = Basis.LIVE, **common: Any,
) -> Sequence[SocialWorkerPostRow]:  # fmt: skip
    """A hiring batch: so many posts alike (招聘第一批20名, B10). Raises what `open_` raises."""
    uow.authorize(division)
    return [
        await open_(uow, division=division, batch=batch, effective_on=effective_on, basis=basis, **common)
        for _ in range(posts)
    ]


async def _serve(uow: UnitOfWork, row: SocialWorkerPostRow, organization_ids: list[UUID] | None) -> None:
    if organization_ids is not None:
        row.organizations = await served(uow, organization_ids, row.division)
        row.load = len(row.organizations)
    check_load(row.load, uow.policy(RegistryPolicy).hub.organizations_per_post)
