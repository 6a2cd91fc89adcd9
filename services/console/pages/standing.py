"""Cards of an organisation's page: how the hub judges it and why; apart from that what authorities did."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from services.console.matters.kinds import Codes, KindWords
from services.console.matters.queries import phase
from services.console.neighbours import NotDone
from services.console.pages.concerns import Concerns, table
from services.console.pages.shown import chip
from services.console.projection.queries import Subject

STANDING_TONES: Final = {"good": "good", "under_rectification": "warn", "at_risk": "bad"}
LISTING_TONES: Final = {"abnormal": "warn", "seriously_untrustworthy": "bad"}
_PROCEDURE, _DECISIONS = "credit_listing", "official-decisions"
_ON_THE_LIST = frozenset({"listed", "publicised"})


class Standing:
    """How one organisation stands: `answer` is the registry's reckoning, or why it does not give it.

    What changed when is on the timeline; what weighs now only the registry knows, by its region's rules.
    """

    def __init__(self, concerns: Concerns, codes: Codes, answer: Mapping[str, Any] | NotDone) -> None:
        self.concerns, self.said, self.shown = concerns, concerns.said, concerns.shown
        self.codes = codes
        self.refusal = str(answer) if isinstance(answer, NotDone) else ""
        self.answer: Mapping[str, Any] = {} if isinstance(answer, NotDone) else answer

    def card(self, standing: str) -> str:
        """The standing and since when, what weighs on it now, and how it changed."""
        said = self.said
        began = self.answer.get("since")
        since = said("standing_begun", day=began) if began else ""
        judged = self.answer.get("judged", "good")
        own = said("judged", standing=said.code("hub_standing", judged)) if judged != "good" else ""
        history = "" if self.refusal else f"<h3>{said('standing_changes')}</h3>{self._history()}"
        return (
            f'<p>{self._chip(standing)} <span class="muted small">{since}</span></p>'
            f'<p class="small">{escape(own)}</p><h3>{said("weighs")}</h3>{self._weighing()}{history}'
        )

    def _chip(self, standing: str) -> str:
        return chip(self.said.code("hub_standing", standing), STANDING_TONES.get(standing, ""))

    def _weighing(self) -> str:
        if self.refusal:
            return f'<p class="muted" role="alert">{escape(self.refusal)}</p>'
        rows = [self._reason(one) for one in self.answer["reasons"]]
        return table(rows) if rows else f'<p class="muted">{self.said("weighs_nothing")}</p>'

    def _reason(self, reason: Mapping[str, Any]) -> str:
        said = self.said
        codes = self.concerns.kinds.codes(reason["kind"])
        level = chip(self.shown.code(codes, "risk_level", reason["level"]), "warn") if reason["level"] else ""
        known = next((pair for pair in self.concerns.matters if str(pair[1].id) == reason["id"]), None)
        where = self.concerns.progress(*known) if known else "<td></td><td></td>"
        makes = said("makes", standing=said.code("hub_standing", reason["standing"]))
        return (
            f"<tr><td>{self._record(reason['kind'], reason['id'])} {level}"
            f'<div class="muted small">{reason["opened_on"]} · {escape(makes)}</div></td>{where}</tr>'
        )

    def _record(self, name: str, id: str) -> str:
        """A record by what its kind is called, with the way there for who may read it."""
        kind = self.concerns.kinds.by_name.get(name)
        if kind is None:
            return escape(name)
        called = escape(kind.called(self.said.language))
        return f'<a href="/matters/{kind.path}/{id}">{called}</a>' if kind.may_read else called

    def _history(self) -> str:
        if not self.answer["changes"]:
            return f'<p class="muted">{self.said("standing_unchanged")}</p>'
        items = "".join(f"<li>{self._change(one)}</li>" for one in self.answer["changes"])
        return f'<ul class="reasons">{items}</ul>'

    def _change(self, change: Mapping[str, Any]) -> str:
        said = self.said
        before, after = (said.code("hub_standing", change[one]) for one in ("previous", "standing"))
        changed = said("standing_since", day=change["effective_on"], before=before, after=after)
        because = [self._record(one["kind"], one["id"]) for one in change["reasons"]]
        if ground := change["ground"]:
            because.append(escape(said.pair(said("ground"), self.shown.code(self.codes, "ground", ground))))
        if evidence := change["evidence"]:
            because.append(escape(said.pair(said("evidence"), evidence)))
        return f"{escape(changed)}{said.aside(said.names(because)) if because else ''}"

    def credit(self, state: Mapping[str, Any]) -> str:
        """The authority's list that it is on, the procedures for one, and every decision about it."""
        said, listing = self.said, state.get("credit_listing", "none")
        tone = LISTING_TONES.get(listing, "good")
        since = said("listed_since", day=state["credit_listed_on"]) if state.get("credit_listed_on") else ""
        found = [(kind, one) for kind, one in self.concerns.matters if one.aggregate == _PROCEDURE]
        procedures = "".join(self._procedure(kind, one) for kind, one in found)
        if procedures:
            procedures = f"<h3>{said('listing_procedures')}</h3>{table([procedures])}"
        return (
            f'<p>{chip(said.code("listing", listing), tone)} <span class="muted small">{since}</span></p>'
            f"{procedures}<h3>{said('decisions')}</h3>{self._decisions()}"
        )

    def _procedure(self, kind: KindWords, one: Subject) -> str:
        said, state = self.said, one.state
        grounds = self.shown.value(kind, "listing_grounds", state["listing_grounds"])
        name = escape(said.code("listing", state["listing"]))
        notes = "".join(f"<div>{escape(note)}</div>" for note in [grounds, *self._ahead(state)])
        return (
            f'<tr><td><a href="/matters/{kind.path}/{one.id}">{name}</a>'
            f'<div class="muted small">{notes}</div></td>{self.concerns.progress(kind, one)}</tr>'
        )

    def _ahead(self, state: Mapping[str, Any]) -> list[str]:
        """What may come next in a procedure, and when."""
        said, notes = self.said, []
        if phase(state) == "noticed" and state.get("due_on"):
            notes.append(said("listing_answer_until", day=state["due_on"]))
        if phase(state) in _ON_THE_LIST:
            notes += [said("listed_since", day=state["listed_on"]), said("listing_repair")]
            if state.get("term_on"):
                notes.append(said("listing_term", day=state["term_on"]))
        return notes

    def _decisions(self) -> str:
        if self.refusal:
            return f'<p class="muted">{escape(self.refusal)}</p>'
        rows = [self._decision(one) for one in self.answer["decisions"]]
        return table(rows) if rows else f'<p class="muted">{self.said("no_decisions")}</p>'

    def _decision(self, one: Mapping[str, Any]) -> str:
        said, kind = self.said, self.concerns.kinds.by_path.get(_DECISIONS)
        codes = kind.codes if kind else {}
        called = self.shown.code(codes, "kind", one["kind"])
        if one["listing"] != "none":
            called = said.pair(called, said.code("listing", one["listing"]))
        days = [str(one["decided_on"])]
        if one["lifted_on"]:
            days.append(said("decision_lifted", day=one["lifted_on"]))
        elif one["until"]:
            days.append(said("decision_until", day=one["until"]))
        told = [self.shown.code(codes, name, one[name]) for name in ("authority", "result") if one[name]]
        beside = " · ".join(filter(None, (*told, one["document_number"])))
        refused = said("decision_refused", why=one["refused"]) if one["refused"] else ""
        name = escape(called)
        if kind and kind.may_read:
            name = f'<a href="/matters/{kind.path}/{one["decision_id"]}">{name}</a>'
        return (
            f'<tr><td>{name}<div class="muted small">{escape(beside)}</div>'
            f'<div class="small bad">{escape(refused)}</div></td><td class="small">'
            f"{'<br>'.join(map(escape, days))}</td></tr>"
        )
