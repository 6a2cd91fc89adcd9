"""What an event does to a page: what has changed is drawn again, what one is at work on stays."""

import asyncio
from types import SimpleNamespace
from typing import cast
from uuid import UUID

import pytest
from nicegui import Client, ui

from services.console.neighbours import NotDone
from services.console.pages.followed import Followed, draw_record
from services.console.pages.frame import Frame
from services.console.pages.words import Words

ID = UUID("01a20267-5077-75c2-9723-33b1be243ef0")


def in_a_window() -> Client:
    """A window, in which a test of one task draws."""
    return Client(ui.page(""), request=None)


@pytest.fixture
def frame() -> Frame:
    """A page's frame, without anybody who looks."""
    made = SimpleNamespace(
        words=Words("zh"), person=None, redrawing=asyncio.Lock(), follow=lambda update: None,
        desk=SimpleNamespace(neighbours=lambda person: None),
    )  # fmt: skip
    return cast(Frame, made)


class Page(Followed[str]):
    """Shows the newest text."""

    def __init__(self, frame: Frame, id: UUID | None = None) -> None:
        super().__init__(frame, id)
        self.head, self.body = self.part("head"), self.part("grid")
        self.newest: str | NotDone = "as it was"

    async def read(self) -> str:
        """The text, or the refusal."""
        if isinstance(self.newest, NotDone):
            raise self.newest
        return self.newest

    def draw(self, seen: str) -> None:
        """The text in both parts."""
        for part in self.parts:
            with part:
                ui.label(seen)


def drawn(page: Page) -> list[ui.label]:
    """What stands in the parts."""
    return [one for part in page.parts for one in part.descendants() if isinstance(one, ui.label)]


async def test_what_is_as_it_was_is_left_alone_and_what_has_changed_is_drawn_again(frame: Frame) -> None:
    with in_a_window():
        page = Page(frame)
        await page.begin()
        before = drawn(page)
        await page.refresh()
        assert drawn(page) == before, "a button under a finger is still there"
        page.newest = "as it is"
        await page.refresh()
        assert [one.text for one in drawn(page)] == ["as it is", "as it is"]


async def test_an_event_closes_no_dialog(frame: Frame) -> None:
    with in_a_window():
        page = Page(frame)
        await page.begin()
        with page.dialog():
            entered = ui.input(value="half a sentence")
        page.newest = "as it is"
        await page.refresh()
        assert not entered.is_deleted
        with page.dialog():
            ui.input()
        assert entered.is_deleted, "one at a time"


async def test_what_is_refused_is_said_until_it_answers_again(frame: Frame) -> None:
    with in_a_window():
        page = Page(frame)
        await page.begin()
        page.newest = NotDone("“registry”服务暂时没有回应，请稍后再试。", status=503)
        await page.refresh()
        assert [one.text for one in drawn(page)] == [str(page.newest)]
        page.newest = "as it was"
        await page.refresh()
        assert [one.text for one in drawn(page)] == ["as it was", "as it was"]


@pytest.mark.parametrize("status", [403, 404])
async def test_a_record_that_may_not_be_read_is_as_if_it_were_not_there(frame: Frame, status: int) -> None:
    with in_a_window():
        for id, sentence in ((ID, "没有这条记录，或不在您的辖区内。"), (None, "您没有权限。")):
            page = Page(frame, id)
            page.newest = NotDone("您没有权限。", status=status)
            await page.begin()
            assert [one.text for one in drawn(page)] == [sentence]


async def test_an_address_that_names_no_record_is_answered_in_plain_words(frame: Frame) -> None:
    with in_a_window():
        with ui.element("main") as main:
            await draw_record(frame, "全部比对", "/comparisons", "nonsense", lambda id: Page(frame, id))
        texts = [one.text for one in main.descendants() if isinstance(one, ui.label | ui.link)]
        assert texts == ["← 全部比对", "没有这条记录，或不在您的辖区内。"]
