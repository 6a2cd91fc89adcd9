"""Consumer groups as the broker keeps them: their names, and setting them back to the earliest record."""

import asyncio
import contextlib
import logging
from collections.abc import Iterable

from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.admin import DeleteGroupsRequest

from chassis import bus
from chassis.settings import BusSettings

_NON_EMPTY_GROUP = 68
_GROUP_ID_NOT_FOUND = 69
_COORDINATOR_BUSY = {14, 15, 16}
_ATTEMPTS = 20
_WAIT_S = 0.5
_MARGIN_S = 5.0
_LOG = logging.getLogger("chassis.groups")


class GroupActive(Exception):
    """A group still has members; its offsets cannot be taken back under them."""


class GroupResetFailed(Exception):
    """The broker refused; the message gives group and reason."""


def group_id(stack: str, consumer: str) -> str:
    """The consumer group of a service's consumer in a stack."""
    return f"{stack}.{consumer}"


async def reset(settings: BusSettings, groups: Iterable[str]) -> None:
    """Make the groups read from the earliest record again, by deleting them: committed offsets go with them.

    Harmless for our data, since the inbox drops what it has. A member that was killed is one until its
    session ends, so that long is waited for. Raises `GroupActive` where a member is still there then (the
    embedded broker does not say so: there the caller makes sure), `GroupResetFailed` else.
    """
    patience_s = settings.session_timeout_ms / 1000 + _MARGIN_S
    client = bus.admin(settings)
    await client.start()
    try:
        for group in groups:
            code = await _delete_empty(client, group, patience_s)
            if code == _NON_EMPTY_GROUP:
                raise GroupActive(f"group {group} has running consumers; stop the service first")
            if code not in (0, _GROUP_ID_NOT_FOUND):
                raise GroupResetFailed(f"group {group}: {for_code(code).__name__} ({code})")
    finally:
        await client.close()


async def _delete_empty(client: bus.AdminClient, group: str, patience_s: float) -> int:
    """Delete the group once its last member has left; the answer, which is a refusal if one stays."""
    code = await _delete(client, group)
    if code != _NON_EMPTY_GROUP:
        return code
    _LOG.warning("group %s has members: waiting up to %.0f s for killed ones to end", group, patience_s)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            while code == _NON_EMPTY_GROUP:
                await asyncio.sleep(_WAIT_S)
                code = await _delete(client, group)
    return code


async def _delete(client: bus.AdminClient, group: str) -> int:
    code = 0
    for _ in range(_ATTEMPTS):
        try:
            coordinator = await client.find_coordinator(group)
        except KafkaError as error:  # a new cluster has none until its first group is asked for
            code = int(error.errno)
        else:
            answer = await client._send_request(DeleteGroupsRequest([group]), coordinator)
            code = int(answer.results[0][1])
        if code not in _COORDINATOR_BUSY:
            return code
        await asyncio.sleep(_WAIT_S)
    return code
