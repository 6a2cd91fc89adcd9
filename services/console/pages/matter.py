"""One record of any kind: its facts, its steps as a timeline, and the steps that the person can take now."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any
from uuid import UUID

from nicegui import ui
from starlette.requests import Request

from services.console.matters.kinds import SERVICE, Kinds, KindWords, StepWords
from services.console.pages import told
from services.console.pages.followed import Followed, draw_record
from services.console.pages.form import StepForm
from services.console.pages.frame import Frame, address, kind_or_why_not
from services.console.pages.matters import TASKS
from services.console.pages.possible import Possible, kept
from services.console.pages.session import Desk
from services.console.pages.shown import chip, is_said, moment

_NOT_FACTS = frozenset({"state", "ended", "overdue"})
_ANSWERS = ("receipts", f"/matters/{TASKS}?origin_record_id={{id}}")
_PAGES = {
    "comparisons": [("open_comparison", "/comparisons/{id}")],
    "hubs": [("hubs_title", "/hubs?hub={id}")],
    "inspection-campaigns": [("excused", "/matters/inspection-campaigns/{id}/excused"), _ANSWERS],
    "clean-ups": [_ANSWERS],
}
"""Kinds of whose records more is told elsewhere: what the way there is called, and where it is."""


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/matters/{path}/{id}", "matters")
    @address(desk, f"/matters/{TASKS}/{{id}}", "tasks")  # the first to be registered
    async def matter(frame: Frame, request: Request) -> None:
        found = await kind_or_why_not(frame, request.path_params.get("path", TASKS))
        if found is None:
            return
        kinds, kind = found
        await draw_record(
            frame, kind.called(frame.words.language), f"/matters/{kind.path}", request.path_params["id"],
            lambda id: _Record(frame, kinds, kind, id),
        )  # fmt: skip


_Records = Sequence[Mapping[str, Any]]
_Seen = tuple[Mapping[str, Any], _Records, _Records | None, Any, date]
"""The record, its steps, a task's receipts, what is reckoned of it, and the day on which it is shown."""


class _Record(Followed[_Seen]):
    """One record of a kind, with what the person can do."""

    known: Mapping[str, str]
    """names of the organisations that it is about, lists or listed, by id"""

    def __init__(self, frame: Frame, kinds: Kinds, kind: KindWords, id: UUID) -> None:
        super().__init__(frame, id)
        self.kinds, self.kind, self.possible = kinds, kind, Possible(frame)
        self.head, self.body = self.part("head"), self.part("grid")

    async def read(self) -> _Seen:
        """As the registry has it, with the name of the organisation that it is about."""
        where = f"/v1/{self.kind.path}/{self.id}"
        record = await self.registry.get(SERVICE, where)
        steps = await self.registry.get(SERVICE, f"{where}/steps")
        has_receipts = self.kind.path == TASKS
        receipts = await self.registry.get(SERVICE, f"{where}/receipts") if has_receipts else None
        said = (step["arguments"] for step in steps)
        self.known = await self.shown.organizations([record, *said], self.kind.listing)
        named = {**record, "organization": self.known.get(str(record.get("organization_id")))}
        answer = told.OF_RECORD.get(self.kind.path)
        reckoned = await told.ask(self.registry, answer, record=record) if answer else None
        return named, steps, receipts, reckoned, await self.shown.today()

    async def look_up(self, seen: _Seen) -> None:
        """What can be done with it."""
        await self.possible.ask([kept(self.kind, seen[0])])

    def draw(self, seen: _Seen) -> None:
        """What it is, what was done, and what can be done."""
        record, steps, receipts, reckoned, today = seen
        with self.head:
            self._draw_head(record, today)
        with self.body:
            self._draw_body(record, steps, receipts, reckoned)

    def _draw_head(self, record: Mapping[str, Any], today: date) -> None:
        ui.label(self.shown.title(self.kind, record, record["organization"])).classes("h1").props(
            "role=heading aria-level=1"
        )
        ui.html(self._chips(record, today), tag="span", sanitize=False)
        for key, where in _PAGES.get(self.kind.path, ()):
            ui.link(self.said(key), where.format(id=self.id))
        ui.element("div").style("flex:1")
        steps = self._possible(record)
        first = self.kind.next_step(record["state"])
        for step in steps:
            self._button(step, record, first=step is first)
        if not steps:
            ui.label(self._why_none(record)).classes("muted small")

    def _chips(self, record: Mapping[str, Any], today: date) -> str:
        state = self.kind.state(record["state"], self.said.language)
        found = [chip(state, "good" if record["ended"] else "info")]
        for name, due_on in self.kind.due(record["state"], record).items():
            title = escape(self.kind.field(name, self.said.language))
            found.append(f"{title} {self.shown.deadline(due_on, today)}")
        if record.get("paused_on"):
            found.append(chip(self.said("paused"), "warn"))
        return " ".join(found)

    def _possible(self, record: Mapping[str, Any]) -> list[StepWords]:
        """What the person can do now."""
        return self.possible.of(kept(self.kind, record))

    def _why_none(self, record: Mapping[str, Any]) -> str:
        if record["ended"]:
            return self.said("ended_record")
        if not self.possible.is_here(record.get("home") or ""):
            return self.said("elsewhere", place=self.shown.place(record["home"]))
        return self.said("no_actions")

    def _button(self, step: StepWords, record: Mapping[str, Any], *, first: bool) -> None:
        style = "unelevated" if first else "outline"
        ui.button(step.called(self.said.language), on_click=lambda: self._take(step, record)).props(
            f"{style} dense no-caps padding='4px 12px'"
        )

    async def _take(self, step: StepWords, record: Mapping[str, Any]) -> None:
        with self.dialog():
            await StepForm(self.frame, self.kinds, self.kind, step, done=self.taken, record=record).open()

    def _draw_body(
        self, record: Mapping[str, Any], steps: _Records, receipts: _Records | None, reckoned: Any
    ) -> None:
        if lists := self.kinds.narrowed_by(self.kind):
            with ui.element("div").classes("w12 tools").props('data-card="lists"').style("margin:0"):
                for kind, name in lists:
                    where = f"/matters/{kind.path}?{name}={self.id}"
                    ui.link(self.said("list_of", kind=kind.called(self.said.language)), where).classes(
                        "choice"
                    )
        if receipts is not None:
            with ui.element("section").classes("card w12 scroll").props('data-card="receipts"'):
                ui.html(f"<h2>{self.said('receipts')}</h2>{self._receipts(receipts)}", sanitize=False)
        if answer := told.OF_RECORD.get(self.kind.path):
            told.draw(answer, reckoned, self.shown, self.kind)
        with ui.element("section").classes("card w5").props('data-card="particulars"'):
            ui.html(f"<h2>{self.said('particulars')}</h2>{self._facts(record)}", sanitize=False)
        with ui.element("section").classes("card w7").props('data-card="steps"'):
            ui.html(f"<h2>{self.said('steps')}</h2>{self._timeline(steps)}", sanitize=False)

    def _facts(self, record: Mapping[str, Any]) -> str:
        rows = [(self.said("division"), escape(self.shown.place(record["division"])))]
        for name in self.kind.fields:
            value = record.get(name)
            if name not in _NOT_FACTS and value not in (None, "", [], {}):
                rows.append((self.kind.field(name, self.said.language), self._fact(record, name, value)))
        lines = "".join(f"<dt>{escape(title)}</dt><dd>{value}</dd>" for title, value in rows)
        return f'<dl class="facts">{lines}</dl>'

    def _fact(self, record: Mapping[str, Any], name: str, value: Any) -> str:
        """A value as HTML; what it refers to is one click away."""
        if name == "organization_id":
            return f'<a href="/organizations/{escape(value)}">{escape(record["organization"] or value)}</a>'
        if name in self.kind.organizations:
            return self.said.names(
                f'<a href="/organizations/{escape(id)}">{escape(self.known.get(id, id))}</a>' for id in value
            )
        title = self.kind.fields[name]
        if name.endswith("_id") and (kind := self.kinds.referred(name, title)) and kind.may_read:
            called = kind.called(self.said.language)
            return f'<a href="/matters/{kind.path}/{escape(str(value))}">{escape(called)}</a>'
        return escape(self.shown.value(self.kind, name, value))

    def _timeline(self, steps: _Records) -> str:
        if not steps:
            return f'<p class="muted">{self.said("no_steps")}</p>'
        return f'<ul class="line">{"".join(self._step(step) for step in reversed(steps))}</ul>'

    def _step(self, step: Mapping[str, Any]) -> str:
        language, said = self.said.language, step["arguments"]
        named = self.kind.step(step["fact"], language)
        if not named:
            named = self.said.fact(SERVICE, self.kind.name, step["fact"])
        basis = "" if step["basis"] == "live" else chip(self.said.code("basis", step["basis"]))
        details = "".join(
            f"<div>{escape(self._pair(name, said[name]))}</div>"
            for name in self.kind.in_order(said)
            if is_said(name, said[name])
        )
        return (
            f"<li><div>{escape(named)} {chip(self.kind.state(step['state'], language))} {basis}</div>"
            f'<div class="small said">{details}</div>'
            f'<div class="muted small">{step["effective_on"]} · {moment(step["recorded_at"])} · '
            f"{escape(self.shown.actor(step['actor_id']))}</div></li>"
        )

    def _pair(self, name: str, value: Any) -> str:
        title = self.kind.field(name, self.said.language)
        if name in self.kind.listing and isinstance(value, list):
            return self.said.pair(title, self.said.names(self.known.get(id, id) for id in value))
        return self.said.pair(title, self.shown.value(self.kind, name, value))

    def _receipts(self, nodes: _Records) -> str:
        if not nodes:
            return f'<p class="muted">{self.said("no_receipts")}</p>'
        names = ("owed", "acknowledged", "filed", "reported", "late", "overdue", "done")
        called = {"done": "amount_done", "filed": "filed_for_record"}
        titles = [self.said(called.get(name, name)) for name in names]
        heads = "".join(f'<th class="number">{escape(title)}</th>' for title in titles)
        rows = "".join(self._receipt(node, names, 0) for node in nodes)
        return (
            f'<table class="plain tree" data-list><thead><tr><th>{self.said("body")}</th>'
            f"<th>{self.said('states')}</th>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        )

    def _receipt(self, node: Mapping[str, Any], names: Sequence[str], depth: int) -> str:
        receipts = self.kinds.by_path.get("task-receipts")
        name = escape(node["name"])
        if node["own"]:
            name = f'<a class="open" href="/matters/task-receipts/{node["own"]}">{name}</a>'
        state = ""
        if node["state"] and receipts is not None:
            state = chip(receipts.state(node["state"], self.said.language))
        numbers = "".join(
            f'<td class="number{" bad" if key == "overdue" and node["answers"][key] else ""}">'
            f"{node['answers'][key]:,}</td>"
            for key in names
        )
        below = "".join(self._receipt(one, names, depth + 1) for one in node["below"])
        return (
            f'<tr data-division="{node["division"]}"><td style="padding-left:{depth * 18}px">{name}</td>'
            f"<td>{state}</td>{numbers}</tr>{below}"
        )
