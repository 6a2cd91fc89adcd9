"""The organisations, and the days from which each stood as it stood."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import Ref, registry
from shuniu_contracts.fields import Basis
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.pinyin import initials
from chassis.tables import AggregateRow
from services.registry.identification.model import normalized_name
from services.registry.organizations.model import (
    Axes,
    Decoupling,
    HubLink,
    HubStanding,
    LegalForm,
    LegalStatus,
    Standing,
)
from services.registry.tables import Table


def pinyin_initials(name: str) -> str:
    """The initials people type to find a name: 滨海新区书画协会 is `bhxqshxh`; letters and digits stay."""
    return initials(normalized_name(name))


def _texts() -> list[str]:
    return []


class OrganizationRow(AggregateRow, Table, table=True):
    """An organisation: its axes, codes, attributes and days."""

    __tablename__ = "organization"
    __table_args__ = (
        sa.Index(
            "uq_organization_credit_code",
            "credit_code",
            unique=True,
            postgresql_where=sa.text("not ended and not replica"),
        ),
        sa.Index(
            "uq_organization_name_division",
            "normalized_name",
            "division",
            unique=True,
            postgresql_where=sa.text("not ended and not replica"),
        ),
        # An import's rows lie side by side, and a summary of pages costs its rows next to nothing.
        sa.Index(
            "ix_organization_import_id",
            "import_id",
            postgresql_using="brin",
            postgresql_with={"pages_per_range": 32, "autosummarize": "on"},
        ),
        sa.Index(
            "ix_organization_credit_code", "credit_code", postgresql_where=sa.text("not ended and replica")
        ),
        sa.Index(
            "ix_organization_normalized_name",
            "normalized_name",
            postgresql_where=sa.text("not ended and replica"),
        ),
        sa.Index(
            "ix_organization_merged_into",
            "merged_into",
            postgresql_where=sa.text("merged_into is not null"),
        ),
    )
    stream = ("registry", "organization")
    called = ("社会组织", "organisation")

    name: str
    normalized_name: str
    pinyin: str
    legal_form: str
    legal_status: str
    hub_link: str = HubLink.NONE.value
    hub_standing: str = Field(default=HubStanding.GOOD.value, sa_column_kwargs={"server_default": "good"})
    judged_standing: str = Field(default=HubStanding.GOOD.value, sa_column_kwargs={"server_default": "good"})
    """What the hub judged by itself: its standing is never better, and worse by what is open."""
    paused_on: date | None = None
    """Since when an emergency order has it stand still."""
    decoupling: str = Field(
        default=Decoupling.NOT_BEGUN.value, sa_column_kwargs={"server_default": "not_begun"}
    )
    ended: bool = False
    """A final status, or merged: no duplicate rule and no count meets it any more."""
    replica: bool = Field(default=False, sa_column_kwargs={"server_default": sa.text("false")})
    """At home in a stack below: its own home sees to duplicates."""
    credit_code: str | None = None
    legacy_number: str | None = None
    categories: list[str] = Field(default_factory=_texts, sa_type=pg.ARRAY(sa.Text))
    department: str | None = None
    nature: str | None = None
    functions: list[str] = Field(
        default_factory=_texts, sa_type=pg.ARRAY(sa.Text), sa_column_kwargs={"server_default": "{}"}
    )
    service_directions: list[str] = Field(
        default_factory=_texts, sa_type=pg.ARRAY(sa.Text), sa_column_kwargs={"server_default": "{}"}
    )
    target_groups: list[str] = Field(
        default_factory=_texts, sa_type=pg.ARRAY(sa.Text), sa_column_kwargs={"server_default": "{}"}
    )
    origin: str | None = None
    development_mode: str | None = None
    premises: str | None = None
    staff_count: int | None = None
    member_count: int | None = None
    full_party_member_count: int | None = None
    volunteer_count: int | None = None
    supervisory_unit: str | None = None
    supervisory_unit_name: str | None = None
    registration_authority: str | None = None
    registration_route: str | None = None
    founded_on: date | None = None
    filed_on: date | None = None
    registered_on: date | None = None
    hub_filed_on: date | None = None
    linked_on: date | None = None
    decoupled_on: date | None = None
    administrative_staff: int | None = None
    """Staff of the administration in its leadership, as the newest step of decoupling found it (R24)."""
    ended_on: date | None = None
    credit_listing: str = Field(default="none", sa_column_kwargs={"server_default": "none"})
    credit_listed_on: date | None = None
    brands: list[str] = Field(
        default_factory=_texts, sa_type=pg.ARRAY(sa.Text), sa_column_kwargs={"server_default": "{}"}
    )
    four_no_fees_declared: bool | None = None
    registered_capital_fen: int | None = Field(default=None, sa_type=sa.BigInteger)
    charity: bool | None = None
    source: str | None = None
    """Whose list the newest fact was taken from; none: from no other office's."""
    merged_into: UUID | None = None
    merged_into_sequence: int | None = Field(default=None, sa_type=sa.BigInteger)
    import_id: UUID | None = None
    import_row: int | None = None
    import_fingerprint: bytes | None = None

    @property
    def axes(self) -> Axes:
        """The row as the domain sees it."""
        return Axes(
            LegalForm(self.legal_form),
            LegalStatus(self.legal_status),
            HubLink(self.hub_link),
            HubStanding(self.hub_standing),
            Decoupling(self.decoupling),
        )

    @axes.setter
    def axes(self, axes: Axes) -> None:
        self.legal_form = axes.legal_form.value
        self.legal_status = axes.legal_status.value
        self.hub_link = axes.hub_link.value
        self.hub_standing = axes.hub_standing.value
        self.decoupling = axes.decoupling.value
        self.ended = axes.ended or self.merged_into is not None

    def stands(self, standing: Standing) -> None:
        """Take how it stands by its course."""
        now = self.axes
        self.axes = Axes(
            LegalForm(standing["legal_form"] or self.legal_form),
            LegalStatus(standing["legal_status"] or self.legal_status),
            HubLink(standing["hub_link"] or self.hub_link),
            now.hub_standing,
            Decoupling(standing["decoupling"] or self.decoupling),
        )
        self.registration_route = standing["registration_route"]

    def rename(self, name: str) -> None:
        """Give it a name, and what is derived from a name."""
        self.name = name
        self.normalized_name = normalized_name(name)
        self.pinyin = pinyin_initials(name)

    def reference(self) -> Ref:
        """This organisation as another event refers to it."""
        return Ref(self.subject, self.sequence)

    def public_state(self) -> registry.OrganizationState:
        """The contract's state."""
        return organization_state({name: getattr(self, name) for name in type(self).model_fields})


def organization_state(values: Mapping[str, Any]) -> registry.OrganizationState:
    """The contract's state of an organisation given by its columns, as an import has them by the thousand."""
    merged_into = values["merged_into"]
    merged = Ref(str(merged_into), values["merged_into_sequence"] or 0) if merged_into is not None else None
    origin, premises, route = values["origin"], values["premises"], values["registration_route"]
    return registry.OrganizationState(
        effective_on=values["effective_on"],
        basis=_BASES[values["basis"]],
        division=values["division"],
        ended=values["ended"],
        name=values["name"],
        legal_form=_FORMS[values["legal_form"]],
        legal_status=_STATUSES[values["legal_status"]],
        hub_link=_LINKS[values["hub_link"]],
        hub_standing=_STANDINGS[values["hub_standing"]],
        decoupling=_DECOUPLINGS[values["decoupling"]],
        credit_listing=_LISTINGS[values["credit_listing"]],
        origin=_ORIGINS[origin] if origin else None,
        premises=_PREMISES[premises] if premises else None,
        registration_route=_ROUTES[route] if route else None,
        merged_into=merged,
        categories=tuple(values["categories"]),
        functions=tuple(values["functions"]),
        service_directions=tuple(values["service_directions"]),
        target_groups=tuple(values["target_groups"]),
        brands=tuple(values["brands"]),
        **{name: value for name in _AS_THEY_ARE if (value := values[name]) is not None},
    )


# A look into a table costs a tenth of calling the enum, ten times for each of 100,000 rows.
_BASES = {member.value: member for member in Basis}
_FORMS = {member.value: member for member in registry.LegalForm}
_STATUSES = {member.value: member for member in registry.LegalStatus}
_LINKS = {member.value: member for member in registry.HubLink}
_STANDINGS = {member.value: member for member in registry.HubStanding}
_DECOUPLINGS = {member.value: member for member in registry.Decoupling}
_LISTINGS = {member.value: member for member in registry.CreditListing}
_ORIGINS = {member.value: member for member in registry.Origin}
_PREMISES = {member.value: member for member in registry.Premises}
_ROUTES = {member.value: member for member in registry.RegistrationRoute}
_AS_THEY_ARE = (
    "credit_code", "legacy_number", "department", "nature", "development_mode", "staff_count", "member_count",
    "full_party_member_count", "volunteer_count", "supervisory_unit", "supervisory_unit_name",
    "registration_authority", "founded_on", "filed_on", "registered_on", "hub_filed_on", "linked_on",
    "decoupled_on", "administrative_staff", "ended_on", "credit_listed_on",
    "four_no_fees_declared", "registered_capital_fen", "charity", "source",
)  # fmt: skip


class FollowedRow(Table, table=True):
    """What a record of another stack was about when its home last spoke of it, where that was merged and the
    record followed; kept for kinds of which an organisation has one only."""

    __tablename__ = "followed"

    record_id: UUID = Field(primary_key=True)
    organization_id: UUID


class OrganizationStatusRow(Table, table=True):
    """How an organisation stood from a day on: what figures of any past day are counted from.

    `until` is the day from which the next entry holds, so that a count needs no sorting; a fact entered late
    takes its place among the days, and at the same day the one recorded later holds. `said` is what the entry
    itself says of the axes, the others stand as the entries before have them; it is left out where the entry
    says all that its row has, as one does by which an organisation comes onto the record. Of an organisation
    that was linked before it is known to have been filed or registered, form and status are unknown until
    then.
    """

    __tablename__ = "organization_status"
    __table_args__ = (sa.Index("ix_organization_status_organization_id", "organization_id", "effective_on"),)

    number: int | None = Field(default=None, sa_type=sa.BigInteger, primary_key=True)
    organization_id: UUID
    division: str
    legal_form: str | None = None
    legal_status: str | None = None
    hub_link: str
    decoupling: str = Field(
        default=Decoupling.NOT_BEGUN.value, sa_column_kwargs={"server_default": "not_begun"}
    )
    registration_route: str | None = None
    said: dict[str, str | None] | None = Field(default=None, sa_type=pg.JSONB)
    effective_on: date
    until: date | None = None
    recorded_at: datetime = Field(sa_type=sa.DateTime(timezone=True))


class OrganizationJudgementRow(Table, table=True):
    """How the hub judged an organisation, how it stood with the hub, or on which list authorities had it
    (`axis`), from a day on: beside its status, what figures of any past day are counted from.

    `until` is the day from which the next row of the axis holds; before the first one it stood well, and was
    on no list.
    """

    __tablename__ = "organization_judgement"

    organization_id: UUID = Field(primary_key=True)
    axis: str = Field(primary_key=True)
    effective_on: date = Field(primary_key=True)
    until: date | None = None
    value: str
