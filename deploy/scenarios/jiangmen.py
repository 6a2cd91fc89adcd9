"""Jiangmen at the end of 2014: four tiers, organisations of women and children, the micro-organisations.

`python -m deploy.scenarios.jiangmen [--data-dir DIR] [--port PORT] [--once]`.
"""

from datetime import date

from chassis.region import Region, load_region
from deploy.regions import profile_file
from deploy.scenarios.client import Stack
from deploy.scenarios.generated import Group, compose
from deploy.scenarios.incubation import Agreement, Cohort, base, hosted
from deploy.scenarios.register import Entry
from deploy.scenarios.running import run
from deploy.scenarios.situation import Situation, on

REGION = "4407-jiangmen"
SEED = 20141230
FOUNDED, REGISTERED, MICRO = 155, 145, 1850
"""F30; and F31, more than 1,800: how many exactly is ours."""

LOWER, HOMES, GROWN = 97, 15, 66
"""F33: of those registered, in towns and below within three years; villages as women's homes; grown."""

CITY_LEVEL = 25
"""F34: as many are of the city itself; the others are of the county units."""

PLACES = 30
SERVICES = ("incubation", "cultivation", "case_tracking", "annual_review")
PROMISED = "孵化、培育、事件跟踪、年审等一体化、专业化服务"
"""What the city's base promises is the document's; its places are ours."""


def register(region: Region) -> list[Entry]:
    """155 founded, of them 145 registered, of those 97 in towns and villages since 2012; 1,850 found."""
    counties = [place.code for place in region.children(region.code)]
    below = [place.code for place in region.divisions if len(place.code) == 9]
    villages = [place.code for place in region.divisions if len(place.code) == 12]
    long_ago, since, end = date(2006, 3, 1), date(2012, 1, 10), date(2014, 12, 20)
    unregistered = FOUNDED - REGISTERED
    older = REGISTERED - LOWER - CITY_LEVEL
    other = LOWER - HOMES - GROWN
    association = "association"
    groups = (
        Group(CITY_LEVEL, "registered", association, ["4407"], ("协会",), long_ago, since, prefix="江门市"),
        Group(older, "registered", association, counties, ("促进会",), long_ago, since, prefix="江门"),
        Group(HOMES, "registered", association, villages, ("妇女之家",), since, end, origins=("妇女之家",)),
        Group(GROWN, "registered", association, below, ("志愿者协会",), since, end,
              origins=("志愿者队伍", "志愿者队伍", "合作社")),
        Group(other, "registered", association, below, ("联谊会",), since, end),
        Group(unregistered, "filed", "community_organization", below, ("互助会",), since, end),
        Group(MICRO, "discovered", "none", villages, ("小组", "队"), since, end, founded=False),
    )  # fmt: skip
    return compose(groups, (), "江社证字", SEED)


class Jiangmen(Situation):
    """Jiangmen at the end of 2014."""

    name = "jiangmen"
    division = "4407"
    workbook = "江门市妇女儿童类社会组织信息库.xlsx"
    as_of = date(2014, 12, 31)

    async def recognise(self, region: Region) -> None:
        """Headquarters of the city and of its seven county units: two plates, one staff (F32, J01)."""
        places = _city_and_counties(region)
        told = self.bar("枢纽总部 hub headquarters", len(places))
        for code, name in places:
            await self.once(
                "/v1/hubs", called="name", name=f"{name}枢纽型社会组织总部", division=code,
                body="womens_federation", form="headquarters", recognition="government",
                recognised_by="city_committee", name_plates=[f"{name}妇女联合会"], **on("2012-03-08"),
            )  # fmt: skip
            told()

    async def host(self, region: Region) -> None:
        """A base of the city and of each county unit; in the city's 25 have an agreement (F32, F34)."""
        city, *_ = [
            await base(self, f"{name}妇女儿童类社会组织孵化基地", code, PLACES, date(2013, 3, 8))
            for code, name in _city_and_counties(region)
        ]
        of_city = [str(self.ids[entry.name]) for entry in self.register if entry.division == self.division]
        agreement = Agreement(SERVICES, PROMISED, date(2014, 3, 1), date(2015, 2, 28))
        await hosted(self, city, Cohort(of_city, date(2014, 1, 13), agreement))


def _city_and_counties(region: Region) -> list[tuple[str, str]]:
    return [(region.code, region.name), *((one.code, one.name) for one in region.children(region.code))]


async def build(stack: Stack, started: float) -> None:
    """Everything against a stack that runs."""
    region = load_region(profile_file(REGION))
    async with Jiangmen.begin(stack, register(region), started) as situation:
        await situation.load_register()
        await situation.recognise(region)
        await situation.host(region)
        await situation.settle("事件到达各服务 events reach every service")


if __name__ == "__main__":
    run(REGION, build, "Start the embedded stack, bring Jiangmen's library of 2014 into it, compare figures.")
