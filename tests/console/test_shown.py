"""What is due is called by words that people know it by, never by its whole id."""

from datetime import date
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from services.console.matters.queries import Due
from services.console.pages.frame import Frame
from services.console.pages.shown import Shown
from services.console.pages.words import Words

ID = UUID("01a20267-5077-75c2-9723-33b1be243ef0")


def called(organization: str | None, **state: Any) -> str:
    """The title of something that is due."""
    frame = cast(Frame, SimpleNamespace(words=Words("zh")))
    due = Due("registry", "inquiry", ID, "120116", None, organization, date(2026, 11, 27), state)
    return Shown(frame).due_title(due)


def test_what_is_due_is_called_by_its_organisation_its_title_or_its_topic() -> None:
    assert called("晨曦社", title="年检") == "晨曦社"
    assert called(None, title="走访") == "走访"
    assert called(None, topic="registration") == "registration"
    assert called(None) == "243ef0"
