"""Which topics a consumer reads in its stack, and which consumers a service has in all."""

from shuniu_contracts import Stream, event_type

from chassis.groups import group_id
from chassis.lag import Subscription
from chassis.replay import replay_requested
from chassis.service import Consumer, Service


def consumers_of(service: Service) -> tuple[Consumer, ...]:
    """The service's consumers, one of which also answers requests for a replay.

    It is the first that needs history; a service with none gets one for the purpose, since every source must
    hear them.
    """
    history = next((one for one in service.consumers if one.needs == "history" and not one.others), None)
    if history is None:
        return (*service.consumers, Consumer(f"{service.name}-replay", (replay_requested,)))
    hearing = Consumer(history.name, (*history.reactions, replay_requested), history.needs)
    return tuple(hearing if consumer is history else consumer for consumer in service.consumers)


def streams_of(consumer: Consumer) -> tuple[Stream, ...]:
    """The streams whose events the consumer's reactions take, each once."""
    return tuple(
        dict.fromkeys(event_type(kind).stream for reaction in consumer.reactions for kind in reaction.types)
    )


def subscription(stack: str, consumer: Consumer) -> Subscription:
    """Group and pattern: own topics, those of the stacks below, and directives of the stacks above; without
    the own ones for a consumer of what others keep.

    Of a stream with two live majors the newest is read; data of either is brought to it.
    """
    pattern = "|".join(sorted(stream.pattern(stack, stream.newest) for stream in streams_of(consumer)))
    if consumer.others:
        pattern = rf"(?!shuniu\.{stack}\.)(?:{pattern})"
    return Subscription(group_id(stack, consumer.name), pattern=pattern)
