"""What goes on the wire is what every other Kafka client would make of it."""

from aiokafka.partitioner import DefaultPartitioner
from aiokafka.partitioner import murmur2 as reference
from hypothesis import given
from hypothesis import strategies as st

from chassis.wire import murmur2, partition_of


@given(st.binary(max_size=80))
def test_the_hash_of_a_key_is_kafkas(key: bytes) -> None:
    assert murmur2(key) == reference(key)


@given(st.uuids().map(str), st.integers(1, 48))
def test_a_subject_goes_to_the_partition_that_any_client_would_choose(subject: str, partitions: int) -> None:
    everywhere = list(range(partitions))
    assert partition_of(subject, partitions) == DefaultPartitioner()(subject.encode(), everywhere, everywhere)
