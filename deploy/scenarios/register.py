"""A register as an office's own workbook has it, and the one that the BINHAI document states, from a seed.

Counts are the document's (F01-F04, F09); everything else is generated: names are a cycle of the sixty
stem-branch pairs with a field word, so a second look tells them from real ones. Full-member counts are such
that the party organisations of F07 can be founded by the rules (R18, at most 5 units in a joint branch).
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, product
from pathlib import Path

from openpyxl import Workbook

from chassis.region import Division, Region

ASSOCIATIONS, PRIVATE_NON_ENTERPRISE, UNCLASSIFIED, FILED, DIRECT = 326, 297, 1, 1731, 15
INDEPENDENT, JOINT, INSTRUCTORS, JOINT_UNITS = 214, 49, 43, 4

HEADERS = (
    "名称", "登记证号", "行政区划代码", "法律形式", "法律状态", "类别", "成立日期", "登记日期", "备案日期",
    "登记方式", "业务主管单位", "从业人数", "会员数", "正式党员数", "办公场所", "来源",
)  # fmt: skip

_MORE = {"联系": "link", "统一社会信用代码": "credit_code"}
"""Columns that a workbook has where any of its rows has something in them."""

_PAIRS = [
    s + b
    for n, (s, b) in enumerate(zip("甲乙丙丁戊己庚辛壬癸" * 6, "子丑寅卯辰巳午未申酉戌亥" * 5, strict=True))
]
_FIELDS = (
    "书画", "合唱", "棋类", "花卉", "摄影", "太极", "舞蹈", "养老", "助残", "托管", "法律服务", "家政",
    "环境保护", "心理", "图书", "剪纸", "骑行", "物流", "养殖", "软件", "餐饮", "建材", "电子商务", "科普",
)  # fmt: skip
_BODIES = {
    "association": ("协会", "商会", "联合会"),
    "private_non_enterprise": ("服务中心", "培训学校", "服务站"),
    "filed": ("队", "小组", "互助会"),
}
DIRECT_CATEGORIES = ("行业协会商会类", "科技类", "公益慈善类", "城乡社区服务类")
"""BINHAI's four categories of direct registration (B02)."""

CATEGORIES = (*DIRECT_CATEGORIES, "教育类", "文化类", "体育类")
_SUPERVISORS = ("滨海新区民政局", "滨海新区教育委员会", "滨海新区文化广播电视局", "滨海新区体育局")

NAMED_REGISTERED = (
    ("爱之声公益助学联盟", "association", "120116005", True),
    ("开发区社会服务志愿者协会", "association", "120116400", False),
    ("泰达社会服务中心", "private_non_enterprise", "120116400", False),
    ("九九华龄居家养老服务中心", "private_non_enterprise", "120116001", False),
    ("鹤童老年服务中心", "private_non_enterprise", "120116001", False),
    ("大港老年大学", "private_non_enterprise", "120116051", False),
    ("杭州道街新市民服务中心", "private_non_enterprise", "120116005", False),
)
"""Organisations that the document names: name, form by its name, division by its text, direct route."""

NAMED_GRASSROOTS = (("读心书友会", "120116400"), ("新滨海义工协会", "120116400"))
"""Two grassroots organisations of the development zone's incubator; discovered, so not among the 2,355."""


@dataclass(frozen=True)
class Entry:
    """One row of the register, with the way its party coverage is to come about."""

    name: str
    number: str
    division: str
    form: str
    status: str
    category: str
    founded_on: date | None
    registered_on: date | None
    filed_on: date | None
    direct: bool
    supervisor: str
    staff: int
    members: int
    full_members: int
    coverage: str = ""
    """`independent`, `joint-<group>`, `instructor-<number>` or empty."""
    origin: str = "自发"
    link: str = ""
    """how the hub is linked to it, in the words of a workbook"""
    credit_code: str = ""

    def cells(self) -> tuple[object, ...]:
        """The row as an office's own workbook has it."""
        forms = {
            "association": "社会团体", "private_non_enterprise": "民办非企业单位",
            "community_organization": "社区社会组织", "unclassified": "未说明", "none": "草根组织",
        }  # fmt: skip
        statuses = {"registered": "登记", "filed": "备案", "discovered": "摸底", "candidate": "培育项目"}
        route = "" if self.registered_on is None else ("直接登记" if self.direct else "业务初审后登记")
        return (
            self.name, self.number, self.division, forms[self.form], statuses[self.status], self.category,
            self.founded_on, self.registered_on, self.filed_on, route, self.supervisor, self.staff,
            self.members, self.full_members, "自有" if self.members % 3 else "合署办公", self.origin,
        )  # fmt: skip


def registered_on(entry: Entry) -> date:
    """The day on which an entry that is registered was; raises ValueError for any other."""
    if entry.registered_on is None:
        raise ValueError(f"{entry.name} has no day of registration")
    return entry.registered_on


def names(prefixes: tuple[str, ...], bodies: tuple[str, ...], dice: random.Random) -> list[str]:
    """Generated names in an order of chance: prefix, stem-branch pair, field word, body."""
    found = [
        f"{prefix}{pair}{field}{body}"
        for prefix, pair, field, body in product(prefixes, _PAIRS, _FIELDS, bodies)
    ]
    dice.shuffle(found)
    return found


def day_between(dice: random.Random, first: date, last: date) -> date:
    """A day of chance, `last` excluded."""
    return first + timedelta(days=dice.randrange((last - first).days))


def _coverage(streets: list[str]) -> list[tuple[str, str, int]]:
    """(division, coverage, full members) of each of the 624: 214 alone, 49 x 4 jointly, the rest with 43."""
    total = ASSOCIATIONS + PRIVATE_NON_ENTERPRISE + UNCLASSIFIED
    alone = [(streets[n % len(streets)], "independent", 3 + n % 10) for n in range(INDEPENDENT)]
    joint = [
        (streets[group % len(streets)], f"joint-{group}", 1 + (unit == 0))
        for group in range(JOINT)
        for unit in range(JOINT_UNITS)
    ]
    rest = total - len(alone) - len(joint)
    guided = [
        (streets[(n % INSTRUCTORS) % len(streets)], f"instructor-{n % INSTRUCTORS}", 0) for n in range(rest)
    ]
    return alone + joint + guided


def compose(region: Region, seed: int = 20141231) -> list[Entry]:
    """The register of the end of 2014: 624 registered, 1,731 filed, 2 discovered."""
    dice = random.Random(seed)
    streets = [place.code for place in region.children(region.code)]
    communities = [place for place in region.divisions if len(place.code) == 12]
    return [
        *_registered(dice, streets, region),
        *_filed(dice, communities),
        *(
            Entry(
                name, "", division, "none", "discovered", "城乡社区服务类",
                day_between(dice, date(2012, 1, 1), date(2014, 6, 1)),
                None, None, False, "", 0, 12 + dice.randrange(30), 0, "",
            )
            for name, division in NAMED_GRASSROOTS
        ),
    ]  # fmt: skip


def _registered(dice: random.Random, streets: list[str], region: Region) -> list[Entry]:
    plan = _coverage(streets)
    dice.shuffle(plan)
    forms = ["association"] * ASSOCIATIONS + ["private_non_enterprise"] * PRIVATE_NON_ENTERPRISE
    forms += ["unclassified"] * UNCLASSIFIED
    for _, form, _, _ in NAMED_REGISTERED:
        forms.remove(form)
    dice.shuffle(forms)
    direct_left = DIRECT - sum(direct for *_, direct in NAMED_REGISTERED)
    pools = {
        form: iter(names(("滨海新区",), bodies, dice)) for form, bodies in _BODIES.items() if form != "filed"
    }
    serial = count(1)
    entries = []
    named = {division: [] for _, _, division, _ in NAMED_REGISTERED}  # type: dict[str, list[tuple[str, str, bool]]]
    for name, form, division, direct in NAMED_REGISTERED:
        named[division].append((name, form, direct))
    for division, coverage, full_members in plan:
        direct = False
        if named.get(division):
            name, form, direct = named[division].pop()
        else:
            form = forms.pop()
            if form != "unclassified" and direct_left > 0:
                direct, direct_left = True, direct_left - 1
            name = next(pools["association" if form == "unclassified" else form])
        registered_on = day_between(dice, date(2010, 3, 1), date(2013, 10, 1))
        if direct:
            registered_on = day_between(dice, date(2013, 1, 5), date(2013, 11, 1))
        entries.append(
            Entry(
                name=name, number=f"津滨社证字第{next(serial):06d}号", division=division, form=form,
                status="registered", category=dice.choice(DIRECT_CATEGORIES if direct else CATEGORIES),
                founded_on=registered_on - timedelta(days=dice.randrange(30, 400)),
                registered_on=registered_on, filed_on=None, direct=direct,
                supervisor="" if direct else dice.choice(_SUPERVISORS), staff=2 + dice.randrange(20),
                members=max(full_members, 20 + dice.randrange(200)), full_members=full_members,
                coverage=coverage,
            )
        )  # fmt: skip
    return entries


def _filed(dice: random.Random, communities: list[Division]) -> list[Entry]:
    pool = iter(names(("",), _BODIES["filed"], dice))
    entries = []
    for n in range(FILED):
        place = communities[n % len(communities)]
        filed_on = day_between(dice, date(2011, 1, 1), date(2014, 12, 30))
        entries.append(
            Entry(
                name=f"{place.name}{next(pool)}", number="", division=place.code,
                form="community_organization", status="filed", category=dice.choice(CATEGORIES),
                founded_on=filed_on - timedelta(days=dice.randrange(10, 300)), registered_on=None,
                filed_on=filed_on, direct=False, supervisor="", staff=0, members=8 + dice.randrange(40),
                full_members=dice.randrange(3), coverage="",
            )
        )  # fmt: skip
    return entries


def write_workbook(entries: list[Entry], file: Path) -> None:
    """Write the register as an .xlsx workbook with Chinese headers, one sheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("社会组织名册")
    more = {header: name for header, name in _MORE.items() if any(getattr(entry, name) for entry in entries)}
    sheet.append((*HEADERS, *more))
    for entry in entries:
        sheet.append((*entry.cells(), *(getattr(entry, name) for name in more.values())))
    book.save(file)
