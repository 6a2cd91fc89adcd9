"""What MirrorMaker 2 copies between stacks that have a Kafka each, every topic under its own name: streams
up, directives down, requests for a replay both ways."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from shuniu_contracts.topics import DIRECTIVES, REPLAY, ancestors

from chassis.model import division_code, is_within

_COMMON = """\
replication.policy.class = org.apache.kafka.connect.mirror.IdentityReplicationPolicy
# Consumers find their place by the inbox, never by translated offsets; and the topic of heartbeats, which
# keeps its name too, would go round in circles.
emit.heartbeats.enabled = false
heartbeats.replication.enabled = false
emit.checkpoints.enabled = false
emit.offset-syncs.enabled = false
sync.group.offsets.enabled = false
sync.topic.acls.enabled = false
# A new topic is copied within this many seconds.
refresh.topics.interval.seconds = {refresh_s}
sync.topic.configs.interval.seconds = 600
# Every plugin declares itself; to search all classes for more takes longer than the rest of the start.
plugin.discovery = service_load
"""
_REPLICATED = (
    "replication.factor",
    "offset.storage.replication.factor",
    "config.storage.replication.factor",
    "status.storage.replication.factor",
    "heartbeats.topic.replication.factor",
)


@dataclass(frozen=True)
class Site:
    """A stack and the Kafka that it does not share with the others."""

    stack: str
    bootstrap_servers: str

    @classmethod
    def parse(cls, text: str) -> "Site":
        """`440303=kafka.district:9092[,HOST:PORT...]`; raises ValueError for anything else."""
        stack, _, servers = text.partition("=")
        if not servers.strip():
            raise ValueError(f"'{text}': write STACK=HOST:PORT, such as 440303=kafka.district:9092")
        return cls(division_code(stack), servers.strip())


@dataclass(frozen=True)
class Link:
    """A stack and one that it belongs to."""

    lower: Site
    upper: Site

    @property
    def upward(self) -> str:
        """The topics that go up: all that are written in the lower stack and below it, but no directives.

        Without a backslash, which a properties file would take away, and a comma, which would part it.
        """
        return rf"shuniu[.]{self.lower.stack}[0-9]*[.][a-z0-9_]+[.](?!{DIRECTIVES}[.])[a-z0-9_]+[.]v[0-9]+"

    @property
    def downward(self) -> str:
        """The topics that go down: directives, and requests for a replay, of the upper stack and above it."""
        above = "|".join(ancestors(self.upper.stack))
        return rf"shuniu[.](?:{above})[.][a-z0-9_]+[.](?:{DIRECTIVES}|{REPLAY})[.]v[0-9]+"


def links(sites: Sequence[Site], *, every_ancestor: bool = False) -> tuple[Link, ...]:
    """Each site with the nearest above it, or with every one: what comes by two ways is the same and dropped.

    Raises ValueError for a stack named twice, and where no stack is above another.
    """
    codes = [site.stack for site in sites]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise ValueError(f"named twice: {', '.join(twice)}; several servers are joined by commas")
    found = tuple(link for site in sites for link in _above(site, sites, every_ancestor))
    if not found:
        raise ValueError(f"none of {', '.join(codes)} is above another: there is nothing to copy")
    return found


def _above(site: Site, sites: Iterable[Site], every: bool) -> Iterator[Link]:
    uppers = [one for one in sites if one.stack != site.stack and is_within(site.stack, one.stack)]
    uppers.sort(key=lambda one: len(one.stack), reverse=True)
    for upper in uppers if every else uppers[:1]:
        yield Link(site, upper)


def properties(links: Sequence[Link], *, replication_factor: int = 3, refresh_s: int = 10) -> str:
    """The file that `connect-mirror-maker.sh` takes. A process started with `--clusters CODE` does only what
    ends in that stack, so the file is one for all sites and each site runs its own half."""
    sites = {site.stack: site for link in links for site in (link.lower, link.upper)}
    lines = [
        "# Made by `shuniu topics mirror`; how to run it: deploy/mirror/README.md",
        f"clusters = {', '.join(sorted(sites))}",
        *(f"{code}.bootstrap.servers = {sites[code].bootstrap_servers}" for code in sorted(sites)),
        _COMMON.format(refresh_s=refresh_s).rstrip(),
        *(f"{name} = {replication_factor}" for name in _REPLICATED),
        "# A worker whose line was cut gets its tasks back when it returns, not five minutes later.",
        *(f"{code}.scheduled.rebalance.max.delay.ms = 0" for code in sorted(sites)),
    ]
    for link in links:
        lower, upper = link.lower.stack, link.upper.stack
        lines += _flow(lower, upper, link.upward) + _flow(upper, lower, link.downward)
    return "\n".join(lines) + "\n"


def _flow(source: str, target: str, topics: str) -> list[str]:
    return [f"{source}->{target}.enabled = true", f"{source}->{target}.topics = {topics}"]
