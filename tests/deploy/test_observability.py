"""Rules, dashboard and configuration speak of metrics, labels, containers and pages that exist."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from chassis.command.up import Grouping, _plan
from chassis.firing import TimerCounts
from chassis.inbox import Tally
from chassis.metrics import Metrics
from chassis.presence import Heard
from chassis.relay import RelayCounts
from chassis.waiting import Held, Timers, Waiting
from deploy.observability import dashboard
from tests.deploy.expressions import HERE, alerts, expressions, named, read, selected

ROOT = Path(__file__).parent.parent.parent
OF_THE_SCRAPE = {"job", "instance", "service", "role", "le"}
PROMTOOL = shutil.which("promtool")


@pytest.fixture(scope="module")
def labels() -> dict[str, set[str]]:
    """What a process with every role reports: the labels by the name of each sample."""
    metrics = Metrics("any")
    metrics.waiting = Waiting(
        1, 1.0, {"topic": 1}, {"any": Held(1, 1.0)}, {("any", "fork"): 1}, Timers(1, 1.0, 1, 1)
    )
    metrics.relay, metrics.timers = RelayCounts(), TimerCounts()
    metrics.heard = Heard.from_now(["440303"])
    metrics.requests.labels("GET", "/", 200).observe(1)
    metrics.commands.labels("open").inc()
    metrics.ready.labels("api").set(1)
    metrics.lag.labels("any").set(1)
    metrics.lag_seconds.labels("any").set(1)
    metrics.observe_batch("any", Tally(records=1, applied=1))
    found: dict[str, set[str]] = {"up": set(), "shuniu_consumer_state": {"consumer", "state"}}
    for family in text_string_to_metric_families(metrics.render().decode()):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def test_rules_and_dashboard_name_metrics_and_labels_that_are_reported(labels: dict[str, set[str]]) -> None:
    for expression in expressions():
        names = selected(expression)
        assert names, expression
        for name, matchers in names:
            assert name in labels, f"{name} in {expression}"
            used = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))
            assert used <= labels[name] | OF_THE_SCRAPE, f"{used} of {name} in {expression}"
        grouped = {label for found in re.findall(r"(?:by|on) \(([^)]*)\)", expression) for label in
                   re.split(r",\s*", found)}  # fmt: skip
        reported = OF_THE_SCRAPE.union(*(labels[name] for name, _ in names))
        assert grouped <= reported, f"{grouped - reported} in {expression}"


def test_every_metric_of_ours_is_on_the_dashboard_or_alerts(labels: dict[str, set[str]]) -> None:
    ours = {name for name in labels if name.startswith("shuniu_")}
    # A histogram's own count and sum are two more names of what its buckets show; a counter's birth is none.
    derived = {name for name in ours if name.endswith(("_created", "_count", "_sum", "_blocks_total"))}
    assert ours - derived <= named()


def test_every_alert_says_what_is_wrong_in_two_languages_and_where_to_read_on() -> None:
    names = [rule["alert"] for rule in alerts()]
    assert len(names) == len(set(names))
    anchors = set(_anchors((ROOT / "docs" / "operations.md").read_text(encoding="utf-8")))
    for rule in alerts():
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}, rule["alert"]
        said = rule["annotations"]
        assert said["summary"].isascii()
        assert re.search(r"[\u4e00-\u9fff]", said["summary_zh"])
        page, _, anchor = said["runbook"].partition("#")
        assert page == "docs/operations.md"
        assert anchor in anchors, f"{rule['alert']}: {anchor}"


def _anchors(page: str) -> Iterator[str]:
    """The anchors that a Markdown renderer gives to the headings."""
    for heading in re.findall(r"^#+ (.+)$", page, flags=re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_every_alert_has_a_case_in_which_it_fires() -> None:
    cases = [case for test in read("rules_test.yml")["tests"] for case in test["alert_rule_test"]]
    fired = {case["alertname"] for case in cases if case["exp_alerts"]}
    assert fired == {rule["alert"] for rule in alerts()}


@pytest.mark.skipif(PROMTOOL is None, reason="NO promtool: alert rules are not evaluated; install prometheus")
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", "rules.yml"),
        ("test", "rules", "rules_test.yml"),
        ("check", "config", "prometheus.yml"),
        ("check", "config", "embedded.yml"),
    ],
    ids=" ".join,
)
def test_promtool_agrees(arguments: tuple[str, ...]) -> None:
    assert PROMTOOL is not None
    done = subprocess.run([PROMTOOL, *arguments], cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_container_of_the_compose_file_is_scraped() -> None:
    composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    serving = {name for name, each in composed.items() if each.get("command", [""])[0] == "serve"}
    [job] = read("prometheus.yml")["scrape_configs"]
    [found] = job["dns_sd_configs"]
    assert set(found["names"]) == serving
    assert found["port"] == 8000
    for relabel in job["relabel_configs"]:
        assert all(re.fullmatch(relabel["regex"], name) for name in serving)


def test_an_embedded_stack_is_scraped_on_its_default_ports(tmp_path: Path) -> None:
    plan = _plan("120116-binhai", tmp_path, 8600, None, Grouping.TWO)
    [job] = read("embedded.yml")["scrape_configs"]
    found = {each["labels"]["service"]: each["targets"] for each in job["static_configs"]}
    assert found == {name: [f"127.0.0.1:{port}"] for name, port in plan.ports.items()}


def test_the_dashboard_is_not_stale_and_reads_the_provisioned_source() -> None:
    assert dashboard.FILE.read_text(encoding="utf-8") == dashboard.rendered(), (
        "run `python -m deploy.observability.dashboard`"
    )
    [source] = read("grafana/provisioning/datasources/prometheus.yml")["datasources"]
    panels = [panel for panel in dashboard.dashboard()["panels"] if panel["type"] != "row"]
    assert {panel["datasource"]["uid"] for panel in panels} == {source["uid"]}
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_what_the_profile_mounts_is_there() -> None:
    composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    for name in ("prometheus", "grafana"):
        assert composed[name]["profiles"] == ["observability"]
        folders = [volume.split(":")[0] for volume in composed[name]["volumes"] if volume.startswith("./")]
        assert folders
        assert all((ROOT / folder).is_dir() for folder in folders)
