"""A form drawn from the JSON schema of a step, sent as the person who is signed in."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from html import escape
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.validation_element import ValidationElement

from chassis.model import yuan
from services.console.matters import forms
from services.console.matters.forms import SAID_OF_EVERY_FACT, Field, Widget
from services.console.matters.kinds import SERVICE, Kinds, KindWords, StepWords
from services.console.neighbours import NotDone
from services.console.pages.dialog import Opened, buttons, problem_line, say
from services.console.pages.frame import Frame
from services.console.pages.picker import Organizations, Picker, Pickers, Records, Source
from services.console.pages.places import places_below
from services.console.pages.several import Several
from services.console.pages.shown import Shown

_STALE = 412
_APPLICATIONS = "registration_application", "/v1/registration-applications/forms"
"""Records that are no matter, and where they are told in words."""
_STREET = 9
"""Digits of a street's code."""
_SEPARATOR = "、"
_EMPTY: tuple[Any, ...] = (None, "", [])
_NOT_COMPARED = frozenset({"revision", "sequence", "recorded_at", "effective_on", "basis"})
Read = Callable[[], Any]
Done = Callable[[Mapping[str, Any]], Awaitable[None]]


def without_day(values: Mapping[str, Any]) -> dict[str, Any]:
    """All but what is said of every fact: the next one has a day and a basis of its own."""
    return {name: value for name, value in values.items() if name not in SAID_OF_EVERY_FACT}


class StepForm:
    """The dialog of one step: of a record as it was seen, or the opening of a new one.

    `brief` shows what must be said and folds the rest away. `given` are values to begin with, of a record
    perhaps: its day and basis are those of what was done last, and not of this step. `done` is told the
    record after the step.
    """

    def __init__(
        self, frame: Frame, kinds: Kinds, kind: KindWords, step: StepWords, *,
        done: Done, record: Mapping[str, Any] | None = None, brief: bool = False,
        given: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.frame, self.said, self.kinds, self.kind, self.step = frame, frame.words, kinds, kind, step
        self.done, self.record, self.brief, self.given = done, record, brief, without_day(given or {})
        self.registry = frame.desk.neighbours(frame.person)
        self.shown = Shown(frame)
        self.fields = forms.fields(step.form)
        self.reads: dict[str, Read] = {}
        self.drawn: dict[str, ValidationElement[Any] | Picker | Pickers] = {}

    async def open(self) -> None:
        """Show the form."""
        with ui.dialog() as dialog, ui.card().classes("dialog"):
            ui.label(self.step.called(self.said.language)).classes("title").props("role=heading")
            if self.record is not None and "id" in self.record:
                ui.label(self._about()).classes("muted small")
            self.dialog: Opened = dialog
            await self._draw_form()
        if self.drawn and not self.brief:
            first = next(iter(self.drawn.values()))
            (first.input if isinstance(first, Picker | Pickers) else first).props("autofocus")
        dialog.open()

    async def unfold(self, place: Opened, why: str = "") -> None:
        """Show the form where `place` is, below what it is about, with what was refused before."""
        self.dialog = place
        with place:
            await self._draw_form()
        if why:
            say(self.problem, why)

    async def _draw_form(self) -> None:
        self.problem = problem_line()
        self.inputs = ui.element("div").style("display:contents")
        await self._fill()
        self.saves = buttons(self.said, self.dialog, self.save, self.step.called(self.said.language))

    async def _fill(self) -> None:
        """Draw the fields with what they begin with, instead of those drawn before."""
        sought = {one.name: await self._sought(one) for one in self.fields if one.widget is Widget.RECORD}
        folded = [one for one in self.fields if self._folds(one)]
        self.inputs.clear()
        self.reads.clear()
        self.drawn.clear()
        with self.inputs:
            self._draw([one for one in self.fields if one not in folded], sought)
            if folded:
                with ui.expansion(self.said("more_fields")).classes("folded").props("dense"):
                    self._draw(folded, sought)

    def _folds(self, one: Field) -> bool:
        if one.name in SAID_OF_EVERY_FACT or (self.brief and not one.required):
            return True
        return one.seldom and self.given.get(one.name) in _EMPTY

    def _about(self) -> str:
        record = self.record or {}
        state = self.kind.state(str(record["state"]), self.said.language)
        return f"{self.shown.title(self.kind, record, record.get('organization'))} · {state}"

    async def _sought(self, one: Field) -> list[KindWords]:
        """The kinds of the record that a field names, of those that the person may read."""
        known = (self.kinds.by_name.get(name) for name in one.records)
        found = [kind for kind in known if kind is not None and kind.may_read]
        name, where = _APPLICATIONS
        if name in one.records:
            with suppress(NotDone):
                found.append(KindWords.of(await self.registry.get(SERVICE, where)))
        return found

    def _draw(self, fields: Sequence[Field], sought: Mapping[str, Sequence[KindWords]]) -> None:
        for one in fields:
            with ui.element("div").classes("field").props(f'data-field="{one.name}"'):
                self._field(one, sought.get(one.name, ()))

    def _field(self, one: Field, sought: Sequence[KindWords]) -> None:
        value = self.given.get(one.name, self._at_home(one) or one.default)
        if one.widget is Widget.ORGANIZATION or sought:
            source: Source = Records(self.frame, sought) if sought else Organizations(self.frame)
            picker = Picker(self.frame, self._label(one), source, chosen=value)
            self.drawn[one.name], self.reads[one.name] = picker, picker.read
        elif one.widget is Widget.ORGANIZATIONS:
            several = Pickers(self.frame, self._label(one), chosen=self._listed())
            self.drawn[one.name], self.reads[one.name] = several, several.read
        elif one.widget is Widget.ROWS:
            rows = _Rows(self, one)
            self.reads[one.name] = rows.read
        elif one.widget is Widget.GROUP:
            ui.label(self._label(one)).classes("muted small")
            self.reads[one.name] = _group(self, one.parts)
        else:
            element = self.element(one, value)
            self.drawn[one.name], self.reads[one.name] = element, lambda: element.value

    def _listed(self) -> Sequence[str]:
        """The organisations that the record lists: what is sent replaces them."""
        return [id for name in self.kind.organizations for id in (self.record or {}).get(name) or ()]

    def element(self, one: Field, value: Any) -> ValidationElement[Any]:
        """The input of a field that has one value or one list."""
        made = self._input(one, value)
        made.props("dense stack-label").style("width:100%")
        return made

    def _input(self, one: Field, value: Any) -> ValidationElement[Any]:
        label = self._label(one)
        match one.widget:
            case Widget.DAY:
                return ui.input(label, value=str(value or "")).props("type=date")
            case Widget.NUMBER:
                return ui.number(label, value=value, precision=0 if one.whole else None)
            case Widget.MONEY:
                text = "" if value is None else yuan(int(value))
                return ui.input(label, value=text).props("inputmode=decimal")
            case Widget.WORDS:
                return ui.textarea(label, value=value or "").props("autogrow")
            case Widget.LIST | Widget.NUMBERS | Widget.PAIRS:
                hint = self.said("pairs_hint" if one.widget is Widget.PAIRS else "list_hint")
                text = "\n".join(map(str, value or ()))
                return ui.textarea(label, value=text).props(f'autogrow hint="{hint}"')
            case Widget.FLAG:
                return self._select(one, {True: self.said("yes"), False: self.said("no")}, value)
            case Widget.CHOICE if one.open:
                return self._offered(one, value)
            case Widget.CHOICES if one.open:
                return self._offered_many(one, value)
            case Widget.CHOICE | Widget.CHOICES:
                return self._select(one, self._choices(one), value)
            case Widget.DIVISION | Widget.DIVISIONS:
                return self._select(one, dict(self._places), value)
        return ui.input(label, value=str(value or ""))

    def _offered(self, one: Field, value: Any) -> ui.input:
        """One code: its name is offered while one types, and another code stays as it was typed."""
        names = self._choices(one)
        made = ui.input(self._label(one), value=names.get(value, str(value or "")))
        options = "".join(f'<option value="{escape(name)}"></option>' for name in names.values())
        ui.html(f'<datalist id="names-{made.id}">{options}</datalist>', sanitize=False)
        made.props(f'list="names-{made.id}" hint="{self.said("open_hint")}"')
        return made

    def _offered_many(self, one: Field, value: Any) -> ui.input:
        """Several codes: a click on a name writes it, or takes it away."""
        names = self._choices(one)
        made = ui.input(self._label(one), value=_SEPARATOR.join(names.get(v, str(v)) for v in value or ()))
        made.props(f'hint="{self.said("open_many_hint")}"')

        def turn(name: str) -> None:
            written = forms.listed(made.value or "")
            kept = [part for part in written if part != name]
            made.value = _SEPARATOR.join(kept if name in written else [*written, name])

        with ui.element("div").classes("offered"):
            for name in names.values():
                ui.button(name, on_click=lambda name=name: turn(name)).props("outline dense no-caps size=sm")
        return made

    def _select(self, one: Field, options: dict[Any, str], value: Any) -> ui.select:
        several = one.widget in (Widget.CHOICES, Widget.DIVISIONS)
        searched = one.widget in (Widget.DIVISION, Widget.DIVISIONS)
        if several:
            value = [v for v in value or () if v in options]
        elif value not in options:
            value = None
        made = (Several if several else ui.select)(
            options, label=self._label(one), value=value, with_input=searched, clearable=not one.required
        )
        made.props("options-dense use-chips" if several else "options-dense")
        return made

    def _label(self, one: Field) -> str:
        title = one.title if self.said.language == "zh" else forms.english(one.name)
        if one.widget is Widget.MONEY:
            title = self.said("in_yuan", title=title)
        return f"{title} *" if one.required else title

    def _choices(self, one: Field) -> dict[Any, str]:
        """The codes with their names in the person's language."""
        return {code: self.shown.code({one.name: one.choices}, one.name, code) for code in one.choices}

    @cached_property
    def _places(self) -> dict[Any, str]:
        """One's own divisions, and all below them."""
        region, own = self.frame.desk.runtime.region, self.frame.person.principal.divisions
        here = {code: region.division_name(code) for code in own if code}
        return here | places_below(region, own, self.said)

    def _at_home(self, one: Field) -> str | None:
        """The division that a form begins with: a street's people enter what is in their street."""
        own = self.frame.person.principal.divisions
        entered = one.widget is Widget.DIVISION and one.required
        return own[0] if entered and len(own) == 1 and len(own[0]) >= _STREET else None

    async def save(self) -> None:
        """Send what was entered; say at each field what is wrong with it."""
        self.problem.visible = False
        body, faults = self._read()
        self._mark({name: self.said(fault.key, **fault.values) for name, fault in faults.items()})
        if faults:
            say(self.problem, self.said("check_fields"))
            return
        try:
            answer = await self._send(body)
        except NotDone as refused:
            await self._explain(refused)
            return
        self.dialog.close()
        self._tell(answer)
        await self.done(answer)

    def _tell(self, answer: Mapping[str, Any]) -> None:
        ui.notify(self.said("done"), type="positive")

    def _read(self) -> tuple[dict[str, Any], dict[str, forms.Fault]]:
        """What was entered as the body that is sent, and what is wrong with it."""
        return forms.read(self.fields, {name: read() for name, read in self.reads.items()})

    async def _send(self, body: Mapping[str, Any]) -> Any:
        path = f"/v1/{self.kind.path}"
        if self.record is None:
            return await self.registry.send("POST", SERVICE, path, body)
        where = f"{path}/{self.record['id']}/{self.step.path}"
        return await self.registry.send("POST", SERVICE, where, body, revision=self.record["revision"])

    async def _explain(self, refused: NotDone) -> None:
        if refused.status == _STALE and self.record is not None:
            await self._show_what_changed(self.record)
            return
        named = {pointer.strip("/").split("/")[0]: detail for pointer, detail in refused.faults.items()}
        known = {name: detail for name, detail in named.items() if name in self.reads}
        self._mark(known)
        say(self.problem, self.said("check_fields") if known and known == named else str(refused))

    def _mark(self, faults: Mapping[str, str]) -> None:
        for name, element in self.drawn.items():
            element.error = faults.get(name)
        unmarked = [detail for name, detail in faults.items() if name not in self.drawn]
        if unmarked:
            ui.notify(" ".join(unmarked), type="negative", multi_line=True)

    async def _show_what_changed(self, before: Mapping[str, Any]) -> None:
        try:
            now = await self.registry.get(SERVICE, f"/v1/{self.kind.path}/{before['id']}")
        except NotDone as refused:
            say(self.problem, str(refused))
            return
        self.record = {**now, "organization": before.get("organization")}
        changes = [
            self.said(
                "change", field=self.kind.field(name, self.said.language),
                before=self.shown.value(self.kind, name, before.get(name)),
                after=self.shown.value(self.kind, name, value),
            )
            for name, value in now.items()
            if name not in _NOT_COMPARED and value != before.get(name)
        ]  # fmt: skip
        if changes:
            say(self.problem, self.said("changed_meanwhile", changes=self.said.clauses(changes)))
        else:
            say(self.problem, self.said("changed_not_shown"))


class Opening(StepForm):
    """A form that is sent to a place of its own below the kind's: one of several ways to open a record."""

    async def _send(self, body: Mapping[str, Any]) -> Any:
        path = "/".join(filter(None, (self.kind.path, self.step.path)))
        return await self.registry.send("POST", SERVICE, f"/v1/{path}", body)


class Twice(StepForm):
    """What cannot be taken back: what was entered is confirmed by a second click."""

    question = "confirm_for_good"
    confirmed: Mapping[str, Any] | None = None

    async def save(self) -> None:
        """Ask once more, and again when something else was entered; what is wrong is said before that."""
        body, faults = self._read()
        if faults or body == self.confirmed:
            await super().save()
            return
        self.confirmed = body
        self._mark({})
        say(self.problem, self.said(self.question, what=self.step.called(self.said.language)))
        self.saves.text = self.said("confirm", what=self.step.called(self.said.language))


class AtOnce(Opening, Twice):
    """What is done with many records in one request."""

    question = "confirm_many"

    def _tell(self, answer: Mapping[str, Any]) -> None:
        """How many it were: the answer is their number, or a list of them."""
        [found] = answer.values()
        count = len(found) if isinstance(found, list) else found
        if count:
            ui.notify(self.said("done_many", count=count), type="positive")
        else:
            ui.notify(self.said("done_none"), type="warning", multi_line=True)


def opening_button(
    frame: Frame, kinds: Kinds, kind: KindWords, dialogs: ui.element, done: Done, *,
    given: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda _: {}, small: bool = False,
) -> None:  # fmt: skip
    """The button that opens one more record, where the person may; its form is drawn into `dialogs`.

    `given` says what the form begins with, by the fields it has.
    """
    step = kind.opening
    if step is None or not step.may:
        return

    async def open_() -> None:
        dialogs.clear()
        with dialogs:
            begun = given(step.form["properties"])
            await StepForm(frame, kinds, kind, step, done=done, given=begun).open()

    style = "outline size=sm padding='2px 10px'" if small else "unelevated padding='4px 14px'"
    ui.button(step.called(frame.words.language), on_click=open_).props(f"{style} dense no-caps icon=add")


def _group(form: StepForm, parts: Sequence[Field]) -> Read:
    """The inputs of several fields; the function reads them together."""
    made = {part.name: form.element(part, part.default) for part in parts}
    return lambda: {name: element.value for name, element in made.items()}


class _Rows:
    """A list of things that have fields of their own: a row each, as many as are needed."""

    def __init__(self, form: StepForm, one: Field) -> None:
        self.form, self.one = form, one
        self.reads: list[Read] = []
        ui.label(form._label(one)).classes("muted small")
        self.rows = ui.element("div").classes("rows")
        ui.button(form.said("add_row"), on_click=self.add).props("flat dense no-caps size=sm icon=add")
        self.add()

    def add(self) -> None:
        """One more row."""
        with self.rows, ui.element("div").classes("row") as row:
            read = _group(self.form, self.one.parts)
            self.reads.append(read)
            label = self.form.said("remove_row", row=len(self.reads))
            ui.button(icon="close", on_click=lambda: self._remove(row, read)).props(
                f'flat dense round size=sm aria-label="{label}"'
            )

    def _remove(self, row: ui.element, read: Read) -> None:
        self.reads.remove(read)
        row.delete()

    def read(self) -> list[Any]:
        """What stands in the rows."""
        return [read() for read in self.reads]
