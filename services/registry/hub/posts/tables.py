"""The posts of social workers and volunteers."""

from datetime import date

import sqlalchemy as sa
from shuniu_contracts import registry_hub as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.matters import MatterRow
from services.registry.fields import OrganizationKey
from services.registry.tables import Table


class SocialWorkerPostRow(MatterRow, Table, table=True):
    """One post."""

    __tablename__ = "social_worker_post"
    stream = ("registry", "social_worker_post")
    public = contract.SocialWorkerPostState

    body: str = Field(title="用人单位")
    source: str = Field(title="来源")
    batch: str | None = Field(default=None, title="招聘批次")
    funder: str | None = Field(default=None, title="出资单位")
    skills: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text), title="专业要求")
    holder: str | None = Field(default=None, title="在岗人员")
    organizations: list[OrganizationKey] = Field(
        default_factory=list, sa_type=pg.ARRAY(sa.Text), title="服务的组织"
    )
    load: int = Field(default=0, title="服务组织数")
    filled_on: date | None = Field(default=None, title="到岗日期")
    filled_times: int = Field(default=0, title="到岗次数")
