"""What was entered about a person in need is left nowhere in the page once it is sent."""

import asyncio
from types import SimpleNamespace
from typing import Any, ClassVar, cast
from uuid import UUID

import pytest
from nicegui import Client, ui

from services.console.matters.kinds import KindWords
from services.console.neighbours import NotDone
from services.console.pages.frame import Frame
from services.console.pages.sealed import SealedList, SealedRecord, Tones
from services.console.pages.words import Words

ID = UUID("01a20267-5077-75c2-9723-33b1be243ef0")
WORDS = "已送临时救助金"


class Record(SealedRecord):
    """One record of a care worker."""

    records, facts, sealed, hint = "care-records", (), (), "care_sealed"
    tones: ClassVar[Tones] = {}


class List(SealedList):
    """The records of a care worker."""

    records, where, title, none = "care-records", "/care", "care_title", "care_none"
    tones: ClassVar[Tones] = {}
    mine = ""

    def draw_items(self, items: Any, today: Any) -> None:
        """Nothing."""


class Silent:
    """A registry that tells nothing."""

    async def get(self, service: str, path: str, **asked: Any) -> Any:
        """Refused."""
        raise NotDone("没有权限。", status=403)


@pytest.fixture
def frame() -> Frame:
    """A page's frame, without anybody who looks."""
    made = SimpleNamespace(
        words=Words("zh"), person=None, redrawing=asyncio.Lock(), follow=lambda update: None,
        desk=SimpleNamespace(neighbours=lambda person: Silent()),
    )  # fmt: skip
    return cast(Frame, made)


def entered(page: SealedRecord | SealedList) -> ui.input:
    """A dialog in which something was entered; it has faded, and is still there."""
    with page.dialog(), ui.dialog() as dialog:
        field = ui.input(value=WORDS)
    dialog.open()
    dialog.close()
    return field


def in_page(element: ui.element) -> str:
    """All that the elements below one hold."""
    return str([(one.props, getattr(one, "value", None)) for one in element.descendants()])


async def test_what_was_entered_with_a_step_is_taken_out_of_the_page(frame: Frame) -> None:
    with Client(ui.page(""), request=None):
        with ui.element("main") as main:
            page = Record(frame, ID)
        field = entered(page)
        with page.opened:
            ui.input(value=WORDS)
        page.opened.visible = True
        assert WORDS in in_page(main)
        await page._worked({"id": str(ID)})
        assert field.is_deleted
        assert WORDS not in in_page(main)
        assert not page.opened.visible, "what was looked into is put away with it"


async def test_what_was_entered_at_an_opening_is_taken_out_of_the_page(frame: Frame) -> None:
    with Client(ui.page(""), request=None):
        with ui.element("main") as main:
            page = List(frame, kind(), "", everybody=True)
        field = entered(page)
        await page._opened({"id": str(ID)})
        assert field.is_deleted
        assert WORDS not in in_page(main)


def kind() -> KindWords:
    """Care records as a page knows them before anything is possible."""
    return KindWords(
        "care_record", "care-records", "帮扶档案", "care records", True, {}, {}, {}, None, {}, {}, {}
    )
