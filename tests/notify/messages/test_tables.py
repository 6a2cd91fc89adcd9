"""What a message says on the bus can be said of any event there is."""

from uuid import UUID

import pytest
from shuniu_contracts import EVENT_TYPES, encode
from shuniu_contracts.notify import Channel, MessageQueued, MessageStatus, Urgency
from uuid_utils.compat import uuid7

from services.notify.messages.model import Status
from services.notify.messages.tables import MessageRow
from services.notify.rules import model
from tests.notify.events import ORGANIZATION, STREET, TODAY


@pytest.mark.parametrize("type_", EVENT_TYPES)
def test_a_message_about_any_type_of_event_can_be_published(type_: str) -> None:
    row = MessageRow.model_validate(
        {
            "division": STREET, "effective_on": TODAY, "basis": "live", "recorded_at": "2026-11-02T00:00:00Z",
            "recipient_id": uuid7(), "person_id": "p-1", "rule": "a_rule", "channel": "in_app",
            "urgency": "normal", "status": "sent", "cause_event_id": str(uuid7()), "cause_type": type_,
            "cause_subject": ORGANIZATION, "cause_sequence": 1, "template": "duty_opened",
            "template_version": 1, "organization_id": UUID(ORGANIZATION), "parameters": {},
        }
    )  # fmt: skip
    assert type_.encode() in encode(MessageQueued(state=row.public_state()))


def test_the_contract_knows_every_state_channel_and_urgency_there_is_here() -> None:
    assert {status.value for status in Status} <= {status.value for status in MessageStatus}
    assert {channel.value for channel in model.Channel} <= {channel.value for channel in Channel}
    assert {"critical", "normal", "digest"} == {urgency.value for urgency in Urgency}
