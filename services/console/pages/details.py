"""The dialogs of an organisation's page: they send the registry's commands as the person who is signed in."""

from typing import Any
from uuid import UUID

from nicegui import ui

from services.console.neighbours import NotDone
from services.console.pages.dialog import buttons, problem_line, say
from services.console.pages.frame import Frame

_TEXTS = ("name", "credit_code")
_COUNTS = ("full_party_member_count", "member_count", "staff_count", "volunteer_count")
_STALE = 412


async def change_details(frame: Frame, id: UUID) -> None:
    """Open the form with the record as the registry has it now."""
    form = _Details(frame, id)
    if await form.load():
        form.open()


async def make_link(frame: Frame, id: UUID) -> None:
    """Ask how the organisation stands to the hub from now on, and record it."""
    said, registry = frame.words, frame.desk.neighbours(frame.person)
    kinds = {code: name for code, name in said.codes("hub_link").items() if code != "none"}
    with ui.dialog() as dialog, ui.card().classes("dialog"):
        ui.html(f"<h2>{said('make_link')}</h2>", sanitize=False)
        kind = ui.radio(kinds, value="linked").props("dense")
        problem = problem_line()

        async def save() -> None:
            try:
                now = await registry.get("registry", f"/v1/organizations/{id}")
                await registry.send(
                    "POST", "registry", f"/v1/organizations/{id}/hub-link", {"link": kind.value},
                    revision=now["revision"],
                )  # fmt: skip
            except NotDone as refused:
                say(problem, str(refused))
                return
            dialog.close()
            ui.notify(said("saved"), type="positive")

        buttons(frame.words, dialog, save)
    dialog.open()


class _Details:
    """The form, what it was filled with, and the revision that was."""

    def __init__(self, frame: Frame, id: UUID) -> None:
        self.frame, self.said, self.id = frame, frame.words, id
        self.registry = frame.desk.neighbours(frame.person)
        self.loaded: dict[str, Any] = {}
        self.revision = 0
        self.fields: dict[str, ui.input | ui.number] = {}

    async def load(self) -> bool:
        """Read the record; False with a notice where that is refused."""
        try:
            found = await self.registry.get("registry", f"/v1/organizations/{self.id}")
        except NotDone as refused:
            ui.notify(str(refused), type="negative", multi_line=True)
            return False
        self.loaded = {name: found[name] for name in (*_TEXTS, *_COUNTS)}
        self.revision = found["revision"]
        return True

    def open(self) -> None:
        """Show the form."""
        with ui.dialog() as self.dialog, ui.card().classes("dialog"):
            ui.html(f"<h2>{self.said('change_details')}</h2>", sanitize=False)
            self.problem = problem_line()
            for name in _TEXTS:
                self.fields[name] = ui.input(self.said(name), value=self.loaded[name] or "")
            with ui.element("div").style("display:grid;grid-template-columns:1fr 1fr;gap:0 16px;width:100%"):
                for name in _COUNTS:
                    self.fields[name] = ui.number(
                        self.said(name), value=self.loaded[name], min=0, precision=0
                    )
            for name, field in self.fields.items():
                field.props(f'dense data-field="{name}"').style("width:100%")
            buttons(self.said, self.dialog, self.save)
        self.dialog.open()

    async def save(self) -> None:
        """Send what was changed; a record changed by somebody else meanwhile is shown as it is now."""
        changed = {name: value for name, value in self._entered().items() if value != self.loaded[name]}
        if not changed:
            say(self.problem, self.said("nothing_changed"))
            return
        try:
            await self.registry.send(
                "PATCH", "registry", f"/v1/organizations/{self.id}", changed, revision=self.revision
            )
        except NotDone as refused:
            if refused.status == _STALE:
                await self._show_what_changed()
            else:
                say(self.problem, str(refused))
            return
        self.dialog.close()
        ui.notify(self.said("saved"), type="positive")

    def _entered(self) -> dict[str, Any]:
        texts = {name: str(self.fields[name].value or "").strip() or None for name in _TEXTS}
        counts = {
            name: None if self.fields[name].value is None else int(self.fields[name].value)
            for name in _COUNTS
        }
        return texts | counts

    async def _show_what_changed(self) -> None:
        before = self.loaded
        if not await self.load():
            return
        theirs = [name for name in before if before[name] != self.loaded[name]]
        for name in theirs:
            self.fields[name].value = self.loaded[name]
        if theirs:
            say(self.problem, self.said("conflict", fields="、".join(self.said(name) for name in theirs)))
        else:
            say(self.problem, self.said("conflict_same"))
