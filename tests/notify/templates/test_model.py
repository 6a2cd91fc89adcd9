"""Every text in both languages, from the states that the other services write."""

import re

import msgspec
import pytest
from shuniu_contracts import Event, event_type, partybuild, registry

from services.notify.messages.writing import _parameters
from services.notify.policy import DEFAULT_RULES
from services.notify.templates.model import (
    MISSING,
    NAMES,
    PARAMETERS,
    READ_LATER,
    TEMPLATES,
    WORDS,
    Kind,
    newest,
    version_of,
)
from tests.notify.events import EVENTS, NAME

LATIN_WORD = re.compile(r"[A-Za-z_]{2,}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def rendered(rule: str, language: str, event: Event | None = None) -> str:
    """Title and body of what a rule says, as somebody reads it."""
    event = event or EVENTS[rule]
    template = newest(next(one.template for one in DEFAULT_RULES if one.name == rule))
    later = {"organization": NAME, "division": "杭州道街道"}
    return "\n".join(template.render({**_parameters(event.state), **later}, language))


def test_each_default_rule_has_an_event_here() -> None:
    assert {rule.name for rule in DEFAULT_RULES} == set(EVENTS)
    for rule in DEFAULT_RULES:
        described = event_type(type(EVENTS[rule.name]))
        assert f"{described.service}.{described.aggregate}.{described.fact}" in rule.events


@pytest.mark.parametrize("rule", EVENTS)
def test_a_chinese_reader_gets_chinese_and_nothing_is_missing(rule: str) -> None:
    text = rendered(rule, "zh")
    assert MISSING not in text
    assert LATIN_WORD.search(text) is None, text


@pytest.mark.parametrize("rule", EVENTS)
def test_an_english_reader_gets_english_with_names_as_they_are(rule: str) -> None:
    text = rendered(rule, "en")
    assert MISSING not in text
    state = EVENTS[rule].state
    names = [NAME, "杭州道街道", getattr(state, "title", ""), getattr(state, "name", "")]
    for name in names:
        text = text.replace(name, "") if name else text
    assert CHINESE.search(text) is None, text
    assert "_" not in text


def test_words_days_and_money_are_written_as_people_write_them() -> None:
    assert rendered("duty_opened", "zh").endswith(
        f"请在2027年1月31日前完成对{NAME}的党建覆盖；建议方式：独立组建。"
    )
    assert "by 2027-01-31 (party line); proposed mode: independent branch." in rendered("duty_opened", "en")
    assert "98,000.50 元" in rendered("application_awarded", "zh")
    assert "CNY 98,000.50" in rendered("application_awarded", "en")


def test_what_the_event_does_not_say_is_a_dash() -> None:
    event = EVENTS["duty_opened"]
    silent = msgspec.structs.replace(
        event, state=msgspec.structs.replace(event.state, proposed_mode=None, due_on=None)
    )
    text = rendered("duty_opened", "zh", silent)
    assert "请在—前" in text
    assert "建议方式：—。" in text
    assert newest("round_opened").render({}, "en") == (
        "Round open for applications: —",
        "'—' is open until —; invite the organisations of your area to apply.",
    )


def test_the_duty_of_the_womens_line_is_not_called_one_of_the_party() -> None:
    event = EVENTS["duty_opened"]
    womens = msgspec.structs.replace(
        event, state=msgspec.structs.replace(event.state, line=partybuild.CoverageLine.WOMEN)
    )
    assert "党建" not in rendered("duty_opened", "zh", womens)
    assert "妇联覆盖待办" in rendered("duty_opened", "zh", womens)


def test_a_name_with_braces_is_only_a_name() -> None:
    assert "{organization.__class__}" in newest("duty_covered").render(
        {"organization": "{organization.__class__}"}, "zh"
    )[0]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("legal_form", registry.LegalForm),
        ("line", partybuild.CoverageLine),
        ("mode", partybuild.CoverageMode),
        ("proposed_mode", partybuild.CoverageMode),
    ],
)
def test_each_value_of_an_enumeration_has_words(name: str, values: type[registry.LegalForm]) -> None:
    assert set(WORDS[name]) == {value.value for value in values}
    assert {name for name, kind in PARAMETERS.items() if kind is Kind.WORD} == set(WORDS)


def test_both_languages_say_the_same_things() -> None:
    for template in TEMPLATES:
        assert template.names() <= set(PARAMETERS) | READ_LATER
        for parameter in template.names():
            for title, body in ((template.title_zh, template.body_zh), (template.title_en, template.body_en)):
                assert f"{{{parameter}}}" in title + body, (template.name, parameter)


def test_versions_stand_beside_each_other_and_the_newest_is_for_new_messages() -> None:
    assert len({(template.name, template.version) for template in TEMPLATES}) == len(TEMPLATES)
    for name in NAMES:
        versions = [template.version for template in TEMPLATES if template.name == name]
        assert versions == list(range(1, len(versions) + 1))
        assert newest(name) is version_of(name, versions[-1])
