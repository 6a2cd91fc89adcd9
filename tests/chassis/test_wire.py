"""What goes on the wire is what every other Kafka client would make of it."""

from aiokafka.partitioner import DefaultPartitioner
from aiokafka.partitioner import murmur2 as reference
from hypothesis import given
from hypothesis import strategies as st

from chassis.wire import murmur2, partitions_of


def by_any_client(subjects: list[str], partitions: int) -> list[int]:
    everywhere = list(range(partitions))
    return [DefaultPartitioner()(subject.encode(), everywhere, everywhere) for subject in subjects]


@given(st.binary(max_size=80))
def test_the_hash_of_a_key_is_kafkas(key: bytes) -> None:
    assert murmur2(key) == reference(key)


@given(st.lists(st.uuids().map(str), min_size=1, max_size=60), st.integers(1, 48))
def test_aggregates_go_to_the_partitions_that_any_client_would_choose(
    subjects: list[str], partitions: int
) -> None:
    assert partitions_of(subjects, partitions) == by_any_client(subjects, partitions)


@given(st.lists(st.text(min_size=1, max_size=9), min_size=1, max_size=60), st.integers(1, 48))
def test_so_do_subjects_of_any_other_form(subjects: list[str], partitions: int) -> None:
    assert partitions_of(subjects, partitions) == by_any_client(subjects, partitions)


def test_many_keys_of_one_length_are_hashed_as_each_alone() -> None:
    subjects = [f"{number:036x}" for number in range(0, 10**12, 10**9 + 7)]
    assert partitions_of(subjects, 6) == by_any_client(subjects, 6)
