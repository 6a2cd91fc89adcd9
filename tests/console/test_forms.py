"""Forms drawn from schemas: which field becomes what, and what is sent of what was entered."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.matters import Kind, Step, queries
from chassis.matters.kind import AtOnce
from chassis.matters.queries import words
from chassis.principal import SYSTEM
from services.console.matters.forms import Fault, Field, Widget, field_of, fields, read
from services.console.matters.kinds import Kinds, KindWords, StepWords
from services.console.pages.words import Words
from services.registry.applications import routes as applications
from services.registry.areas import KINDS
from services.registry.hub.liaisons.commands import LIAISONS
from services.registry.incubation.stays.commands import STAYS
from services.registry.inspections.annual.commands import INSPECTIONS
from services.registry.operations.inquiries.commands import INQUIRIES
from services.registry.operations.meetings.commands import MEETINGS
from services.registry.operations.receipts.commands import RECEIPTS
from services.registry.operations.tasks.commands import TASKS
from services.registry.organizations import routes as organizations
from services.registry.policy import RegistryPolicy, names_of
from services.registry.records.returns.commands import RETURNS

AT_ONCE = [one for kind in KINDS for one in kind.at_once]
STEPS = [step for kind in KINDS for step in (kind.opening, *kind.steps.values()) if step is not None]


def of(step: Step[Any] | None) -> dict[str, Field]:
    """The fields of a step's form by name."""
    assert step is not None
    return {one.name: one for one in fields(step.body.model_json_schema())}


def told(kind: Kind[Any], *may: str) -> KindWords:
    """The kind as somebody is told of it who may take some steps."""
    found = queries.for_caller(words(kind), SYSTEM, names_of(RegistryPolicy()))
    steps = {fact: {**step, "may": fact in may} for fact, step in found["steps"].items()}
    return KindWords.of({**found, "steps": steps})


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_every_field_of_every_form_can_be_entered(step: Step[Any]) -> None:
    found = fields(step.body.model_json_schema())
    drawn = [*found, *(part for one in found for part in one.parts)]
    assert [one.name for one in drawn if one.widget is Widget.UNKNOWN] == []
    assert [
        one.name for one in drawn if one.widget in (Widget.CHOICE, Widget.CHOICES) and not one.choices
    ] == []
    assert [one.name for one in found][-2:] == ["effective_on", "basis"], (
        "what is said of every fact comes last"
    )


@pytest.mark.parametrize("one", AT_ONCE, ids=lambda one: f"{one.permission} {one.path}")
def test_what_is_done_with_many_records_has_a_form_with_chinese_names(one: AtOnce) -> None:
    found = fields(one.body.model_json_schema())
    assert Widget.UNKNOWN not in {field.widget for field in found}
    assert [field.name for field in found if field.title == field.name] == []
    assert found[0].widget is Widget.DIVISION, "where it is done is asked first"


def test_who_may_do_it_is_told_with_it() -> None:
    [kind] = [kind for kind in KINDS if kind.path == "social-worker-posts"]
    for may in (SYSTEM, replace(SYSTEM, permissions=frozenset({"social_worker_posts:read"}))):
        [found] = KindWords.of(queries.for_caller(words(kind), may)).at_once
        assert (found.called("zh"), found.called("en"), found.path, found.may) == (
            "设立一批岗位", "Open batch", "batches", may is SYSTEM
        )  # fmt: skip


def test_fields_become_what_one_enters_them_with() -> None:
    task, inspection = of(TASKS.opening), of(INSPECTIONS.opening)
    assert task["division"].widget is Widget.DIVISION
    assert task["implementing"].widget is Widget.DIVISIONS
    assert task["due_on"].widget is Widget.DAY
    assert task["responsible"].widget is Widget.LIST
    assert task["content"].widget is Widget.WORDS
    assert task["title"].widget is Widget.TEXT
    assert (task["title"].required, task["due_on"].required) == (True, False)
    assert inspection["organization_id"].widget is Widget.ORGANIZATION
    assert inspection["campaign_id"].widget is Widget.RECORD
    assert (inspection["year"].minimum, inspection["year"].maximum) == (1990, 2200)
    result = of(INSPECTIONS.steps["concluded"])["result"]
    assert (result.widget, result.choices["qualified"]) == (Widget.CHOICE, "合格")


def all_forms() -> dict[str, dict[str, Any]]:
    """The JSON schema of every form that the registry tells, by what it does."""
    found = {step.__name__: step.body.model_json_schema() for step in STEPS}
    found |= {f"{one.permission} {one.path}": one.body.model_json_schema() for one in AT_ONCE}
    beside = {"organizations": organizations.FORMS, "applications": applications.FORMS}
    return found | {
        f"{name}.{form.name}": form.body.model_json_schema() for name, them in beside.items() for form in them
    }


def test_every_field_of_a_form_that_takes_ids_says_of_which_records() -> None:
    """What is not marked would have to be typed as an id."""
    unmarked, organizations_ = [], set()
    for form_name, form in all_forms().items():
        for body in (form, *form.get("$defs", {}).values()):
            for name, schema in body.get("properties", {}).items():
                if "'format': 'uuid'" in str(schema):
                    marked = "'x-record': " in str(schema)
                    unmarked += [] if marked else [f"{form_name}.{name}"]
                    if "'x-record': ['organization']" in str(schema):
                        organizations_.add(field_of(name, schema, form.get("$defs", {})).widget)
    assert unmarked == []
    assert organizations_ == {Widget.ORGANIZATION, Widget.ORGANIZATIONS}


def test_every_kind_of_record_that_a_form_names_can_be_searched() -> None:
    named = {kind for form in all_forms().values() for one in fields(form) for kind in one.records}
    elsewhere = {"organization", "registration_application", "party_organization", "project"}
    assert named - elsewhere <= {kind.name for kind in KINDS}


def test_organisations_are_chosen_by_name_wherever_a_form_names_several() -> None:
    """Nobody has to type an id, and what the record lists is what the form begins with."""
    several = [
        (step, one) for step in STEPS for one in fields(step.body.model_json_schema())
        if one.widget is Widget.ORGANIZATIONS
    ]  # fmt: skip
    assert len(several) >= 8
    for step, one in several:
        kind = told(step.kind)
        assert len(kind.organizations) == 1, "one column has what the form takes"
        assert {*kind.organizations, one.name} <= kind.listing
    chosen = of(LIAISONS.opening)["organization_ids"]
    id = "0198c0de-0000-7000-8000-000000000001"
    assert [read([chosen], {chosen.name: said})[0] for said in (None, [], [id])] == [
        {}, {chosen.name: []}, {chosen.name: [id]}
    ], "left as they are, none any more, these"  # fmt: skip


def test_what_was_typed_and_not_chosen_is_said() -> None:
    one = of(INSPECTIONS.opening)
    body, faults = read([one["organization_id"], one["campaign_id"]], {
        "organization_id": "阳光妈妈", "campaign_id": "2026年年检"
    })  # fmt: skip
    assert body == {}
    assert faults == {
        "organization_id": Fault("fault_unchosen", {"found": "阳光妈妈"}),
        "campaign_id": Fault("fault_unchosen", {"found": "2026年年检"}),
    }
    assert "没有点选" in Words("zh")(faults["campaign_id"].key, **faults["campaign_id"].values)


def test_what_is_empty_is_left_out_and_what_is_missing_is_named() -> None:
    body, faults = read(list(of(TASKS.opening).values()), {"title": "  ", "responsible": "", "due_on": ""})
    assert body == {}
    assert {name: fault.key for name, fault in faults.items()} == dict.fromkeys(
        ("division", "title", "kind", "lead", "implementing"), "fault_required"
    )


@pytest.mark.parametrize(
    ("entered", "key"),
    [("many", "fault_number"), (2.5, "fault_whole"), (-1, "fault_minimum"), (3e9, "fault_maximum")],
)
def test_a_number_that_cannot_be_is_said_with_its_value(entered: Any, key: str) -> None:
    done = of(RECEIPTS.steps["reported"])["done"]
    body, faults = read([done], {"done": entered})
    assert (body, faults["done"].key) == ({}, key)
    for language in ("zh", "en"):
        assert str(entered) in Words(language)(key, **faults["done"].values)


def test_money_is_entered_in_yuan_and_sent_in_fen() -> None:
    amount = of(STAYS.steps["subsidy_requested"])["amount_fen"]
    assert (amount.widget, amount.title) == (Widget.MONEY, "金额")
    assert read([amount], {"amount_fen": "￥1,200.5"}) == ({"amount_fen": 120_050}, {})
    for entered, sentence in (
        ("12.345", "最多精确到分"), ("一千", "“一千”不是金额"), ("0", "应为 0.01 元至 10,000,000,000 元"),
    ):  # fmt: skip
        body, faults = read([amount], {"amount_fen": entered})
        fault = faults["amount_fen"]
        assert (body, fault.key) == ({}, "fault_refused")
        assert sentence in Words("zh")(fault.key, **fault.values)
    income = of(RETURNS.steps["submitted"])["income"]
    entered_row = {"source": "services", "fen": "3,000.01"}
    assert read([income], {"income": [entered_row]})[0] == {
        "income": [{"source": "services", "fen": 300_001}]
    }


def test_money_that_a_step_takes_is_marked_as_such() -> None:
    """A sum in fen that a form does not know for one would be asked for in fen."""
    unmarked = [
        f"{step.__name__}.{one.name}"
        for step in STEPS
        for field in fields(step.body.model_json_schema())
        for one in (field, *field.parts)
        if (one.name == "fen" or one.name.endswith("_fen") or "分）" in one.title)
        and one.widget is not Widget.MONEY
    ]
    assert unmarked == []
    marked = {one.name for step in STEPS for one in of(step).values() if one.widget is Widget.MONEY}
    assert {"worth", "fen", "added_fen", "donated_fen"} <= marked


def test_texts_days_and_lists() -> None:
    report = of(RECEIPTS.steps["reported"])
    day = report["effective_on"]
    assert read([report["report"]], {"report": "字" * 2001})[1]["report"] == Fault(
        "fault_too_long", {"longest": 2000, "found": 2001}
    )
    assert read([day], {"effective_on": "30/11/2026"})[1]["effective_on"].key == "fault_day"
    items = of(INSPECTIONS.steps["returned"])["items"]
    assert read([items], {"items": "charter、accounts，seal\n\nyear"})[0] == {
        "items": ["charter", "accounts", "seal", "year"]
    }


def test_what_is_no_code_is_said_without_a_pattern() -> None:
    items = of(INSPECTIONS.steps["returned"])["items"]
    fault = read([items], {"items": "charter、章程 修正"})[1]["items"]
    assert fault == Fault("fault_code", {"found": "章程 修正"})
    kind = of(TASKS.opening)["kind"]
    assert read([kind], {"kind": "_survey"})[1]["kind"].key == "fault_pattern"
    assert read([kind], {"kind": "survey"})[0] == {"kind": "survey"}


def test_no_is_an_answer_and_nothing_is_none() -> None:
    optional = field_of("charity", {"anyOf": [{"type": "boolean"}, {"type": "null"}], "default": None}, {})
    assert read([optional], {"charity": False})[0] == {"charity": False}
    assert read([optional], {"charity": None})[0] == {}
    stated = field_of("met", {"type": "boolean", "default": False}, {})
    assert read([stated], {"met": None})[0] == {"met": False}


def test_rows_and_groups_are_read_with_their_own_faults() -> None:
    schema = {
        "type": "array",
        "items": {
            "type": "object", "required": ["name"],
            "properties": {"name": {"type": "string", "title": "名称"}, "days": {"type": "integer"}},
        },
    }  # fmt: skip
    rows = field_of("rows", schema, {})
    assert rows.widget is Widget.ROWS
    entered = [{"name": "甲", "days": 2}, {"name": "", "days": None}]
    assert read([rows], {"rows": entered})[0] == {"rows": [{"name": "甲", "days": 2}]}
    fault = read([rows], {"rows": [*entered, {"name": "", "days": 1}]})[1]["rows"]
    assert fault == Fault("fault_row", {"row": 3, "title": "名称"})
    pairs = field_of("pairs", {"type": "object", "additionalProperties": {"type": "integer"}}, {})
    assert read([pairs], {"pairs": "甲：3\n乙: 4"})[0] == {"pairs": {"甲": 3, "乙": 4}}
    assert read([pairs], {"pairs": "甲 3"})[1]["pairs"].key == "fault_pair"


def test_a_box_left_alone_says_no_only_where_that_is_the_default() -> None:
    flag = {"type": "boolean"}
    assert read([field_of("a", {**flag, "default": False}, {})], {})[0] == {"a": False}
    assert read([field_of("a", {"anyOf": [flag, {"type": "null"}], "default": None}, {})], {})[0] == {}
    assert "a" in read([field_of("a", flag, {}, required=True)], {})[1]


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first text that is drawn loads all of Unicode
@given(
    st.dictionaries(
        st.sampled_from(sorted(of(TASKS.opening))), st.one_of(st.none(), st.text(), st.integers())
    )
)
def test_whatever_is_entered_is_sent_or_explained(entered: dict[str, Any]) -> None:
    form = list(of(TASKS.opening).values())
    body, faults = read(form, entered)
    assert not set(body) & set(faults)
    assert {one.name for one in form if one.required} <= set(body) | set(faults)
    for fault in faults.values():
        assert Words("zh")(fault.key, **fault.values)


def test_buttons_are_for_what_is_possible_and_allowed() -> None:
    kind = told(INSPECTIONS, "submitted", "guidance_given", "concluded")
    assert [step.fact for step in kind.allowed("due")] == ["guidance_given", "submitted"]
    following = kind.next_step("due")
    assert following is not None
    assert following.fact == "submitted", "guidance leaves it where it is"
    assert kind.next_step("concluded") is None
    assert kind.allowed("a state of tomorrow") == []
    reporting = told(RECEIPTS, *RECEIPTS.steps).next_step("acknowledged")
    assert reporting is not None
    assert reporting.fact == "reported", "to report is the point; a plan can be filed from the record"


def test_deadlines_count_while_their_clock_runs() -> None:
    assert told(INSPECTIONS).waits() == {"due", "returned"}
    assert "completed" not in told(TASKS).waits()


def test_names_are_in_the_persons_language() -> None:
    kind = told(INSPECTIONS)
    assert (kind.state("hub_reviewed", "zh"), kind.state("hub_reviewed", "en")) == ("已初审", "hub reviewed")
    assert (kind.step("submitted_late", "zh"), kind.field("result", "zh")) == ("报送材料", "结论")
    assert kind.codes["result"]["basically_qualified"] == "基本合格"
    meeting = told(MEETINGS)
    assert (meeting.field("decided", "zh"), meeting.field("decided.lead", "zh")) == ("议定事项", "牵头部门")
    assert meeting.field("decided.co_operating", "en") == "co operating"
    assert meeting.codes["decided.lead"]["finance"] == "财政部门"


def test_a_button_says_what_one_does_and_the_timeline_what_was_done() -> None:
    stays = told(STAYS)
    signed = stays.steps["agreement_signed"]
    assert (signed.called("zh"), signed.called("en")) == ("签订入驻协议", "Sign the agreement")
    assert stays.steps["withdrawn"].called("en") == "Withdraw", "by the name of its command"
    assert stays.step("agreement_signed", "en") == "agreement signed"
    assert stays.opening is not None
    assert stays.opening.called("en") == "Apply for a place"
    before = {name: said for name, said in words(STAYS)["steps"]["agreement_signed"].items() if name != "en"}
    assert StepWords.of("agreement_signed", {**before, "may": True}).called("en") == "Agreement signed"


def test_a_code_is_chosen_by_its_name_typed_as_its_name_or_typed_as_another_code() -> None:
    opening = told(INQUIRIES).opening
    assert opening is not None
    form = [one for one in fields(opening.form) if one.name in ("topic", "channel")]
    assert {one.widget for one in form} == {Widget.CHOICE}
    topic = {one.name: one for one in form}["topic"]
    assert (topic.open, topic.choices["registration"]) == (True, "登记")
    assert read([topic], {"topic": "registration"}) == ({"topic": "registration"}, {})
    assert read([topic], {"topic": "登记"}) == ({"topic": "registration"}, {})
    assert read([topic], {"topic": "pets"}) == ({"topic": "pets"}, {})
    _, faults = read([topic], {"topic": "宠物"})
    assert faults["topic"].key == "fault_code"
    several = field_of("topics", {"type": "array", "items": {"type": "string", "pattern": topic.pattern},
                                  "x-zh": [["law", "法律"]], "x-open": True}, {})  # fmt: skip
    assert several.widget is Widget.CHOICES
    assert read([several], {"topics": ["法律", "tax"]}) == ({"topics": ["law", "tax"]}, {})
    english = field_of("topic", {"type": "string", "pattern": topic.pattern, "x-zh": [["moon", "登月"]],
                                 "x-en": {"moon": "flights to the moon"}, "x-open": True}, {})  # fmt: skip
    assert read([english], {"topic": "flights to the moon"}) == ({"topic": "moon"}, {})
    assert read([several], {"topics": ["law", "甲"]})[1]["topics"].key == "fault_code"


KNOWN = Kinds({kind.path: KindWords.of(queries.for_caller(words(kind), SYSTEM)) for kind in KINDS})
"""Every kind, as somebody knows them who may do everything."""


@pytest.mark.parametrize(
    ("path", "name", "meant"),
    [
        ("trainings", "plan_id", "training_plan"),  # by its title: there are plans, too
        ("inspections", "campaign_id", "inspection_campaign"),
        ("stays", "base_id", "base"),
        ("tasks", "origin_record_id", None),
    ],
)
def test_a_field_offers_the_records_that_it_means(path: str, name: str, meant: str | None) -> None:
    found = KNOWN.referred(name, KNOWN.by_path[path].fields[name])
    assert (found and found.name) == meant


def test_a_record_leads_to_the_lists_of_what_belongs_to_it() -> None:
    lists = KNOWN.narrowed_by(KNOWN.by_path["inspection-campaigns"])
    assert [(kind.path, name) for kind, name in lists] == [("inspections", "campaign_id")]
    assert KNOWN.narrowed_by(KNOWN.by_path["plans"]) == []
