"""What an instructor may take on and leave."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.partybuild.instructors.model import assignment_faults, release_faults

IDS = st.sets(st.integers(1, 12).map(lambda n: UUID(int=n)))


@given(st.integers(1, 6), IDS, st.lists(st.integers(1, 12).map(lambda n: UUID(int=n))))
def test_what_is_accepted_is_new_and_within_the_capacity(
    capacity: int, carried: set[UUID], asked: list[UUID]
) -> None:
    refused = list(assignment_faults(capacity, carried, asked))
    acceptable = bool(asked) and not carried & set(asked) and len(carried | set(asked)) <= capacity
    assert bool(refused) is not acceptable


@given(IDS, IDS)
def test_only_what_is_carried_can_be_left(carried: set[UUID], leaving: set[UUID]) -> None:
    refused = {fault.details["organization"] for fault in release_faults(carried, leaving)}
    assert refused == leaving - carried
