"""The notify service, composed."""

from pathlib import Path

from chassis.service import Consumer, Service
from services.notify.figures.routes import router as figures
from services.notify.messages.commands import acknowledgement_fell_due
from services.notify.messages.reactions import write_messages
from services.notify.messages.routes import router as messages
from services.notify.organizations.reactions import keep_names
from services.notify.policy import NotifyPolicy
from services.notify.recipients.routes import router as recipients
from services.notify.tables import Table

service = Service(
    name="notify",
    metadata=Table.metadata,
    migrations=Path(__file__).parent / "migrations",
    policy=NotifyPolicy,
    routers=lambda: (messages, recipients, figures),
    consumers=(Consumer("notify", (keep_names, write_messages)),),
    timers=(acknowledgement_fell_due,),
    roles={
        "operator": {"*"},
        "hub_officer": {"messages:*", "recipients:*", "figures:read", "events:read"},
        "party_officer": {"messages:read", "messages:acknowledge", "recipients:read", "figures:read"},
        "grants_officer": {"messages:read", "messages:acknowledge", "recipients:read", "figures:read"},
        "registration_authority": {"messages:read", "messages:acknowledge", "figures:read"},
        "liaison": {"messages:read", "messages:acknowledge", "figures:read"},
        "viewer": {"figures:read"},
    },
)
