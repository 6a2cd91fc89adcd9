"""Hiring batches, and what a place needs and has, over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field
from shuniu_contracts.registry_hub import PostSource

from chassis.http import Call, requires
from chassis.http.fields import Code, Division, Fact, words
from services.registry.hub.posts import commands, queries
from services.registry.hub.posts.queries import Staffing

router = APIRouter(tags=["social-worker posts"])


class NewBatch(Fact):
    """A hiring batch."""

    division: Division = Field(title="行政区划")
    batch: Code = Field(title="招聘批次")
    posts: int = Field(title="岗位数", ge=1, le=200)
    body: Code = Field(title="用人单位")
    source: PostSource = Field(
        PostSource.PURCHASED, title="来源", json_schema_extra=words(commands.SOURCES_ZH)
    )
    funder: Code | None = Field(None, title="出资单位")


class BatchOut(BaseModel):
    """The posts set up."""

    posts: list[UUID]


@router.get("/v1/social-worker-staffing", response_model=Staffing)
async def staffing(
    division: Division, call: Annotated[Call, requires("social_worker_posts:read")]
) -> Staffing:
    """社工配备情况 / Posts against organisations: needed, filled, lacking, and what is advised (R14, R15)."""
    return await call.read(queries.staffing, division=division)


_BATCH = commands.POSTS.takes_many("open_batch", NewBatch, zh="设立一批岗位", needs="write", path="batches")


@router.post(f"/v1/social-worker-posts/{_BATCH.path}", response_model=BatchOut, status_code=201)
async def batch(body: NewBatch, call: Annotated[Call, requires(_BATCH.permission)]) -> Response:
    """设立一批岗位 / Set up the posts of a hiring batch."""
    return await call.execute(
        commands.open_batch, status=201, answer=lambda rows: BatchOut(posts=[row.id for row in rows]),
        **body.arguments(),
    )  # fmt: skip
