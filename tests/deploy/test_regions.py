"""The five regions: trees as published, profiles that every service accepts, figures beside the records."""

import re
from collections import Counter
from datetime import date
from hashlib import blake2b
from pathlib import Path

import pytest
from pydantic import SecretStr

from chassis.matters.figures import names_of_day, names_of_period
from chassis.model import is_within
from chassis.region import Division, Region, load_region
from chassis.service import discover, installed
from chassis.settings import DatabaseSettings, Settings
from deploy.regions import profile_file
from services.console.figures.formulas import evaluate, names_in
from services.console.figures.model import PRINTED, PublishedFigure, Verdict, compare
from services.console.figures.published import figures_file, published_figures
from services.grants.figures.queries import NAMES as GRANTS
from services.partybuild.figures.queries import NAMES as PARTYBUILD
from services.registry.areas import KINDS as MATTERS
from services.registry.areas import OWN
from services.registry.figures.queries import FIGURES, PERIOD_FIGURES
from services.registry.policy import RegistryPolicy

REGIONS = ("440303-luohu", "321311-suyu", "4407-jiangmen", "110112-tongzhou", "120116-binhai")
EDITION = date(2023, 6, 30)
"""The day of the set of codes that the trees were made from."""
UNITS = {
    "440303": {"street": 10},
    "321311": {"street": 6, "town": 6, "township": 1, "zone": 5},
    "110112": {"street": 11, "town": 10, "township": 1},
    "120116": {"street": 16, "town": 5, "zone": 5},
    "440703": {"street": 3, "town": 3},
    "440704": {"street": 3},
    "440705": {"street": 1, "town": 10, "zone": 5},
    "440781": {"street": 1, "town": 16},
    "440783": {"street": 2, "town": 13, "zone": 1},
    "440784": {"street": 1, "town": 9, "zone": 2},
    "440785": {"street": 1, "town": 10, "zone": 1},
}
"""Streets, towns, townships and zones of each district in that set."""
KINDS = (
    (9, range(1, 100), "street"),
    (9, range(100, 200), "town"),
    (9, range(200, 400), "township"),
    (9, range(400, 600), "zone"),
    (12, range(1, 200), "community"),
    (12, range(200, 400), "village"),
    (12, range(400, 500), "community"),
    (12, range(500, 600), "village"),
)
"""What the last three digits of a code of 9 or 12 say, after the rules of the statistical codes."""
FIGURE_IDS = {
    "440303": {"F44"},
    "321311": {f"F{number}" for number in range(23, 30)},
    "4407": {f"F{number}" for number in range(30, 43)},
    "110112": set(),
    "120116": {f"F{number:02}" for number in range(1, 22)},
}
"""Whose figure is whose; F22, F43 and F45 describe the documents and are left out."""
DOCUMENTS = {
    "440303": "LUOHU", "321311": "SUYU", "4407": "JIANGMEN", "110112": "TONGZHOU", "120116": "BINHAI",
}  # fmt: skip
HELD = {
    "440303": {
        "joint_conference": ("half_year", "generally"),
        "family_education_conference": ("half_year", "in_principle"),
    },
    "321311": {
        "park_training": ("quarter", "in_principle"),
        "inspection_guidance": ("year", "generally"),
        "evaluation_training": ("year", "in_principle"),
    },
    "4407": {
        "joint_conference": ("half_year", "generally"),
        "associations": ("half_year", "generally"),
        "special_training": ("quarter", "generally"),
        "site_visit": ("quarter", "in_principle"),
    },
    "110112": {
        "special_topic": ("quarter", "generally"),
        "secretaries_general": ("quarter", "in_principle"),
        "joint_conference": ("half_year", "generally"),
        "party_joint_conference": ("half_year", "generally"),
        "staff_training": ("year", "generally"),
    },
    "120116": {"lecture": ("quarter", "in_principle")},
}
"""What each document has its hub hold regularly; intervals that it leaves open are ours."""
BODIES = {
    "440303": {
        "census": "区妇联办公室、各街道妇联",
        "filing": "妇儿中心",
        "contact": "区妇联办公室、妇女工作科、儿童工作科、妇儿中心、女子素质学校、妇儿活动中心、社会工作部",
    },
    "321311": {"census": "区妇联"},
    "4407": {"contact": "妇联"},
    "110112": dict.fromkeys(("census", "filing", "contact"), "枢纽型社会组织"),
    "120116": {},
}
"""Whose step census, filing and contact are, where the document says it."""
STATED = re.compile(r"[Ss]tates|[Rr]eported practice|[Rr]eading|\bours\b|national rules|codes came in 2016")
ANSWERED = {
    *(f"registry.{name}" for name in (*FIGURES, *PERIOD_FIGURES)),
    *(f"registry.{name}" for name in (*names_of_day(MATTERS), *names_of_period(MATTERS))),
    *(f"registry.{name}" for own in OWN for name in (*own.names, *own.names_of_period)),
    *(f"grants.{name}" for name in GRANTS),
    *(f"partybuild.{name}" for name in PARTYBUILD),
}
OFFICIALS = {"360c59f14b80", "6b13e1f9d8a2", "9ad21ea8b96b", "da2a0dc06cff"}
"""Digests of the names of persons that the documents print: here they are not printed again."""
WRITTEN = ("contracts", "chassis", "services", "deploy", "docs", "tests", "README.md")


@pytest.fixture(params=REGIONS)
def region(request: pytest.FixtureRequest) -> Region:
    """Each of the five."""
    return load_region(profile_file(request.param))


def in_use(places: tuple[Division, ...], day: date) -> list[Division]:
    """Those whose code was valid on `day`."""
    return [p for p in places if p.in_use(day)]


def parent(region: Region, place: Division) -> str:
    """The code of the place directly above, as far as the region goes."""
    return max(region.code, place.code[: {6: 4, 9: 6, 12: 9}[len(place.code)]], key=len)


def figures(region: Region) -> tuple[PublishedFigure, ...]:
    return published_figures(figures_file(region.file)).figures


def test_every_place_has_its_place_above(region: Region) -> None:
    for place in region.divisions:
        if place.code != region.code:
            assert region.known(parent(region, place)), place


def test_no_two_siblings_share_a_name(region: Region) -> None:
    names = Counter(
        (parent(region, place), place.name) for place in region.divisions if place.code != region.code
    )
    assert [name for name, number in names.items() if number > 1] == []


def test_a_places_kind_is_what_its_code_says(region: Region) -> None:
    for place in region.divisions:
        if len(place.code) > 6:
            said = [
                kind for digits, numbers, kind in KINDS
                if digits == len(place.code) and int(place.code[-3:]) in numbers
            ]  # fmt: skip
            assert [place.kind] == said, place


def test_a_code_ends_after_it_began_and_has_nothing_below_it_afterwards(region: Region) -> None:
    for place in region.divisions:
        assert place.valid_to is None or (place.valid_from or date.min) <= place.valid_to, place
    ended = [place.code for place in region.divisions if place.valid_to]
    below = [p.code for p in in_use(region.divisions, EDITION) if any(is_within(p.code, e) for e in ended)]
    assert below == []


@pytest.mark.parametrize(("code", "kinds"), UNITS.items())
def test_a_district_has_as_many_streets_towns_and_zones_as_published(
    code: str, kinds: dict[str, int]
) -> None:
    region = load_region(profile_file(code if len(code) == 6 and code[:4] != "4407" else "4407"))
    assert Counter(place.kind for place in in_use(region.children(code), EDITION)) == kinds


def test_jiangmen_has_four_tiers_and_the_seven_county_units_of_its_document() -> None:
    region = load_region(profile_file("4407"))
    assert {len(place.code) for place in region.divisions} == {4, 6, 9, 12}
    assert [place.name for place in region.children("4407")] == [
        "蓬江区", "江海区", "新会区", "台山市", "开平市", "鹤山市", "恩平市",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("440303", ["黄贝街道"]),
        ("321311", ["曹集乡", "大兴镇", "关庙镇", "豫新街道", "顺河街道", "新庄镇", "振友社区"]),
        ("120116", ["北仑里社区", "杭州道街道", "大港街道"]),
    ],
)
def test_the_places_that_a_document_names_are_in_its_tree(code: str, names: list[str]) -> None:
    region = load_region(profile_file(code))
    assert set(names) <= {place.name for place in region.divisions}


@pytest.mark.parametrize(
    ("code", "day", "units", "lost", "found"),
    [
        ("321311", date(2019, 10, 31), 22, "陆集街道", "陆集镇"),
        ("321311", date(2021, 4, 21), 18, "陆集镇", "陆集街道"),
        ("110112", date(2015, 9, 30), 15, "梨园镇", "梨园地区"),
        ("110112", date(2021, 10, 31), 22, "梨园地区", "梨园镇"),
    ],
)
def test_a_past_day_has_the_units_of_that_day(
    code: str, day: date, units: int, lost: str, found: str
) -> None:
    names = {place.name for place in in_use(load_region(profile_file(code)).children(code), day)}
    assert len(names) == units
    assert found in names
    assert lost not in names


def test_the_profile_is_valid_for_every_service_and_has_no_section_of_none(region: Region) -> None:
    region.refuse_strangers(installed())
    for name in installed():
        region.policy(name, discover(name).policy)


@pytest.mark.parametrize("name", [*REGIONS, *(name.partition("-")[0] for name in REGIONS)])
def test_a_service_started_for_the_region_finds_it_by_name_and_by_code(name: str) -> None:
    nowhere = DatabaseSettings(dsn=SecretStr("postgresql://nowhere"))
    settings = Settings(environment="test", stack=name.partition("-")[0], region=name, database=nowhere)
    region = load_region(settings.profile())
    assert region.code == settings.stack
    assert region.division_name(region.code) == region.name != region.code


def test_luohus_fields_are_routed_to_its_sections_and_its_steps_to_their_bodies() -> None:
    policy = load_region(profile_file("440303")).policy("registry", RegistryPolicy)
    assert policy.department_for(["quality"]) == "quality_school"
    assert policy.department_for(["charity"]) == "office"


SECTIONS = {
    "321311": ["办公室", "社会组织工作部门"],
    "4407": ["办公室", "社会组织工作部门"],
    "110112": ["办公室", "社会组织工作部门"],
    "120116": ["新区民政局", "社会组织服务管理中心", "社会组织信息中心"],
}
"""What an office is offered as its own; Luohu's document alone names every one."""


def test_a_region_has_the_sections_that_its_own_document_names(region: Region) -> None:
    policy = region.policy("registry", RegistryPolicy)
    named = [one.name_zh for one in policy.departments]
    assert named == SECTIONS.get(region.code, named)
    assert ("妇女工作科" in named) == (region.code == "440303")


def test_in_binhai_the_centre_deals_with_every_field() -> None:
    policy = load_region(profile_file("120116")).policy("registry", RegistryPolicy)
    assert {policy.department_for([one.code]) for one in policy.categories} == {"service_centre"}


def test_a_region_holds_what_its_own_document_asks_and_nothing_of_anothers(region: Region) -> None:
    policy = region.policy("registry", RegistryPolicy)
    held = policy.operations.gatherings
    assert {one.code: (one.interval, one.strength) for one in held} == HELD[region.code]
    named = {step: policy.body_names(owner.bodies) for step, owner in policy.steps.items()}
    assert {step: "、".join(names) for step, names in named.items()} == BODIES[region.code]
    for source in (*(one.source for one in held), *(owner.source for owner in policy.steps.values())):
        assert [name for name in DOCUMENTS.values() if name in source] == [DOCUMENTS[region.code]], source


def test_a_region_names_the_bodies_of_its_document(region: Region) -> None:
    policy = region.policy("registry", RegistryPolicy)
    own = policy.codes["body"]
    assert own
    assert own.items() <= policy.vocabulary["body"].items()


def test_whatever_a_profile_says_has_its_source_and_strength_beside_it(region: Region) -> None:
    """A comment, as `unstated` reads them; else a field `strength`."""
    assert unstated(region.file.read_text(encoding="utf-8")) == []


PROFILE = """
# {said}
[registry.hub]
one = 1
two = 2

three = 3 # {own}
four = 4
"""


@pytest.mark.parametrize(
    ("said", "own", "missing"),
    [
        ("the document states both", "ours", ["four"]),
        ("a remark", "ours", ["one", "two", "four"]),
        ("the document states both", "a remark", ["three", "four"]),
    ],
)
def test_a_comment_speaks_for_its_line_or_for_the_keys_right_below_it(
    said: str, own: str, missing: list[str]
) -> None:
    assert unstated(PROFILE.format(said=said, own=own)) == missing


def unstated(profile: str) -> list[str]:
    """The services' keys of which no comment says the strength: one at the end of their line, or one right
    above them or their section. An empty line ends what that one says, so does a key with one of its own."""
    section, said, before, found = "", "", "", []
    for line in profile.splitlines():
        if line.startswith("["):
            section = line
        elif line.startswith("#"):
            said = said + line if before.startswith("#") else line
        elif not line:
            said = ""
        elif (key := re.match(r"(\w+) = ", line)) and re.match(r"\[(registry|grants|partybuild)", section):
            own = STATED.search(line.partition("#")[2])
            in_fields = section.startswith(("[[registry.operations.gatherings", "[registry.steps."))
            if not (own or in_fields or STATED.search(said)):
                found.append(key[1])
            said = "" if "#" in line else said
        before = line
    return found


def test_contact_in_luohu_is_of_every_section_to_which_a_field_is_routed() -> None:
    policy = load_region(profile_file("440303")).policy("registry", RegistryPolicy)
    routed = {policy.department_for([category.code]) for category in policy.categories}
    assert set(policy.steps["contact"].bodies) == routed
    assert policy.steps["contact"].of("centre") == ("centre",)


def test_every_figure_of_the_region_is_there_and_none_of_another(region: Region) -> None:
    published = published_figures(figures_file(region.file))
    assert published.region == region.code
    assert {figure.id.partition("-")[0] for figure in published.figures} == FIGURE_IDS[region.code]


def test_every_formula_names_figures_that_a_service_answers(region: Region) -> None:
    for figure in figures(region):
        for formula in figure.formulas:
            asked = {name for name in names_in(formula) if not name.startswith(f"{PRINTED}.")}
            assert asked <= ANSWERED, figure.id
            assert evaluate(formula, dict.fromkeys(names_in(formula), 7)) is not None, figure.id


def test_a_figure_without_formula_says_why_in_both_languages(region: Region) -> None:
    for figure in figures(region):
        assert figure.expect is (Verdict.MATCHES if figure.formula else Verdict.CANNOT), figure.id
        assert bool(figure.formula) != bool(figure.reason and figure.reason_en), figure.id


def test_what_the_documents_print_agrees_with_itself(region: Region) -> None:
    printed = {figure.name: figure.value for figure in figures(region)}
    checks = [f for f in figures(region) if f.formula and names_in(f.formula) <= printed.keys()]
    for check in checks:
        assert check.formula
        found = compare(check, {f: evaluate(f, printed) for f in check.formulas})
        assert found.verdict is Verdict.MATCHES, (check.id, found.computed)
    assert checks or region.code == "110112"


def test_no_person_of_the_documents_is_named_anywhere() -> None:
    root = Path(__file__).parents[2]
    texts = (
        file.read_text(encoding="utf-8")
        for name in WRITTEN
        for file in ([root / name] if name.endswith(".md") else (root / name).rglob("*"))
        if file.suffix in {".py", ".md", ".toml", ".csv", ".json", ".yaml", ".yml", ".sql", ".html"}
    )
    runs = {run for text in texts for run in re.findall(r"[\u4e00-\u9fff]{2,}", text)}
    grams = {run[at : at + size] for run in runs for size in (2, 3) for at in range(len(run) - size + 1)}
    assert {gram for gram in grams if digest(gram) in OFFICIALS} == set()


def digest(name: str) -> str:
    """Six bytes that tell a name again without telling it."""
    return blake2b(name.encode(), digest_size=6).hexdigest()
