"""Command line of the contracts: generate, check, push, and what a cluster needs."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path

from shuniu_contracts import __version__, plan
from shuniu_contracts.compatibility import NoSuchRevision, compare, current, released
from shuniu_contracts.publish import generate, home, stale, write
from shuniu_contracts.push import PushRefused, push


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when all is well, 1 when something is stale or breaks, 2 for a wrong call."""
    chosen = _parser().parse_args(arguments)
    return int(chosen.run(chosen))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="shuniu_contracts", description=__doc__)
    parser.add_argument("--root", type=Path, default=home(), help="the folder contracts/ of a checkout")
    commands = parser.add_subparsers(required=True, metavar="command")

    one = commands.add_parser("generate", help="write schemas, samples, AsyncAPI and the page of events")
    one.add_argument("--check", action="store_true", help="write nothing, fail when something is stale")
    one.add_argument("--unreleased", action="store_true", help="redraw versions that are in no release tag")
    one.set_defaults(run=_generate)

    one = commands.add_parser("check", help="compare with a release, fail on an unversioned break")
    one.add_argument("--against", required=True, metavar="REVISION", help="a git revision")
    one.set_defaults(run=_check)

    one = commands.add_parser("push", help="register the schemas with a schema registry")
    one.add_argument("--registry", required=True, metavar="URL")
    one.set_defaults(run=_push)

    one = commands.add_parser("cluster", help="print what a stack's cluster must hold")
    one.add_argument("kind", choices=("topics", "acls", "strimzi", "strimzi-users"))
    one.add_argument("--stack", required=True, help="division code of the stack")
    below = one.add_mutually_exclusive_group()
    below.add_argument("--lower", action="append", default=[], help="a stack below it; may be repeated")
    below.add_argument("--any-lower", action="store_true", help="any stack below it may come")
    one.add_argument("--replicas", type=int, default=3)
    one.add_argument("--cluster", default="kafka", help="name of the Strimzi cluster")
    one.set_defaults(run=_cluster)
    return parser


def _generate(chosen: argparse.Namespace) -> int:
    outcome = generate(chosen.root, __version__, unreleased=chosen.unreleased)
    for problem in outcome.problems:
        print(problem, file=sys.stderr)
    if chosen.check:
        names = stale(chosen.root, outcome)
        for name in names:
            print(f"{name} is stale: run python -m shuniu_contracts generate", file=sys.stderr)
        return 1 if names or outcome.problems else 0
    if not outcome.problems:
        print(f"{len(write(chosen.root, outcome))} files written")
    return 1 if outcome.problems else 0


def _check(chosen: argparse.Namespace) -> int:
    try:
        old = released(chosen.root, chosen.against)
    except NoSuchRevision as error:
        print(error, file=sys.stderr)
        return 2
    if old is None:
        print(f"{chosen.against} has no contracts yet: nothing can break")
        return 0
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    found = compare(old, current(chosen.root), today)
    for difference in found:
        print(difference)
    breaks = sum(difference.is_break for difference in found)
    print(f"{len(found)} differences from {chosen.against}, {breaks} of them breaks")
    return 1 if breaks else 0


def _push(chosen: argparse.Namespace) -> int:
    try:
        for pushed in push(chosen.root / "schemas", chosen.registry):
            print(f"{pushed.subject} {pushed.version}: id {pushed.id}")
    except PushRefused as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _cluster(chosen: argparse.Namespace) -> int:
    lower = None if chosen.any_lower else tuple(chosen.lower)
    if chosen.kind == "acls":
        print(plan.acl_commands(chosen.stack, lower=lower), end="")
    elif chosen.kind == "strimzi-users":
        print(plan.strimzi_users(chosen.stack, cluster=chosen.cluster, lower=lower), end="")
    elif chosen.kind == "strimzi":
        print(plan.strimzi_topics(chosen.stack, cluster=chosen.cluster, replicas=chosen.replicas), end="")
    else:
        for spec in plan.topics(chosen.stack):
            print(f"{spec.name}\t{spec.partitions} partitions\t{', '.join(spec.streams)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
