"""Events of the registry's inspections: what is looked at, what is found, and what is put right."""

from __future__ import annotations

import enum

from shuniu_contracts.catalogue import define_stream
from shuniu_contracts.fields import Code, Count, Event, MatterState, Overdue, Ref


class RectificationPhase(enum.StrEnum):
    """Where a rectification is."""

    OPENED = "opened"
    EVIDENCE_SUBMITTED = "evidence_submitted"
    CLOSED = "closed"


class RectificationState(MatterState, frozen=True, kw_only=True):
    """What an organisation has to put right, by when, and where that stands (整改)."""

    state: RectificationPhase
    organization: Ref
    origin: Code
    """What it arose from: a profile code such as `inspection`, `spot_check`, `clean_up`."""
    origin_record: Ref | None = None
    topics: tuple[Code, ...] = ()
    """What is wrong, by the profile's topics."""
    outcome: Code | None = None
    returned_times: Count = 0


rectification = define_stream(
    "registry",
    "rectification",
    en="What organisations have to put right, and by when.",
    zh="社会组织的整改事项及期限。",
    consumers=("registry", "grants", "notify", "console"),
    partitions=3,
)


@rectification.fact("opened", en="An organisation was told what to put right.", zh="向组织发出整改要求。")
class RectificationOpened(Event, frozen=True, kw_only=True):
    """Opened, with the day by which it is to be put right."""

    state: RectificationState


@rectification.fact("evidence_submitted", en="The organisation showed what it did.", zh="组织报送整改材料。")
class RectificationEvidenceSubmitted(Event, frozen=True, kw_only=True):
    """Evidence was handed in; it is to be looked at."""

    state: RectificationState


@rectification.fact("returned", en="The evidence did not suffice.", zh="整改材料退回,需继续整改。")
class RectificationReturned(Event, frozen=True, kw_only=True):
    """Sent back with what is still missing."""

    state: RectificationState
    topics_left: tuple[Code, ...] = ()


@rectification.fact("extended", en="The deadline was moved.", zh="整改期限延长。")
class RectificationExtended(Event, frozen=True, kw_only=True):
    """More time was given."""

    state: RectificationState


@rectification.fact("closed", en="The rectification ended.", zh="整改办结。")
class RectificationClosed(Event, frozen=True, kw_only=True):
    """Closed with an outcome; the subject ends."""

    state: RectificationState


@rectification.fact("became_overdue", en="The day passed without evidence.", zh="整改逾期。")
class RectificationBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The deadline passed."""

    state: RectificationState
