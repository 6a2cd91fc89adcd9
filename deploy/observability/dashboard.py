"""Grafana's dashboard, described as rows of panels and written out as the JSON that Grafana reads.

`python -m deploy.observability.dashboard` writes it, with `--check` it says whether the file is stale.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "grafana" / "dashboards" / "shuniu.json"
_WIDTH, _HEIGHT = 24, 7
_SOURCE = {"type": "prometheus", "uid": "shuniu"}


@dataclass(frozen=True)
class Panel:
    """One chart; each query with the legend of its lines."""

    zh: str
    en: str
    queries: tuple[tuple[str, str], ...]
    unit: str = "short"
    stat: bool = False
    """one number a line, red from 1 on, in place of a chart"""


@dataclass(frozen=True)
class Row:
    """Panels side by side under a heading."""

    zh: str
    en: str
    panels: tuple[Panel, ...]


def _by(labels: str, metric: str, service: str = "$service") -> str:
    """A number that every process of a service reports from the one database: the largest."""
    return f'max by ({labels}) ({metric}{{service=~"{service}"}})'


def _rate(labels: str, metric: str, more: str = "") -> str:
    return f'sum by ({labels}) (rate({metric}{{service=~"$service"{more}}}[$__rate_interval]))'


def _quantile(quantile: float, labels: str, metric: str) -> str:
    return f"histogram_quantile({quantile}, {_rate(f'le, {labels}', f'{metric}_bucket')})"


_REQUESTS = "shuniu_http_request_duration_seconds"
ROWS = (
    Row("一眼看全", "At a glance", (
        Panel("无响应的进程", "Processes that do not answer",
              (('sum by (service) (1 - up{job="shuniu",service=~"$service"})', "{{service}}"),), stat=True),
        Panel("已停止的消费者", "Stopped consumers",
              (('sum by (service) (shuniu_consumer_state{state="stopped",service=~"$service"})',
                "{{service}}"),), stat=True),
        Panel("搁置的消息", "Parked messages",
              ((f"sum by (service) ({_by('service, consumer, kind', 'shuniu_parked_messages')})",
                "{{service}}"),), stat=True),
        Panel("停止发送的主体与主题", "Blocked subjects and topics",
              ((f"sum by (service) ({_by('service, kind', 'shuniu_outbox_blocked')})", "{{service}}"),),
              stat=True),
    )),
    Row("命令", "Commands", (
        Panel("每秒命令", "Commands a second", ((_rate("service, command", "shuniu_commands_total"),
                                           "{{service}} {{command}}"),), "ops"),
        Panel("请求耗时（p50、p99）", "Request duration (p50, p99)",
              ((_quantile(0.5, "service", _REQUESTS), "{{service}} p50"),
               (_quantile(0.99, "service", _REQUESTS), "{{service}} p99")), "s"),
        Panel("每秒请求（按状态）", "Requests a second by status",
              ((_rate("service, status", f"{_REQUESTS}_count"), "{{service}} {{status}}"),), "reqps"),
    )),
    Row("发出的事件", "Events out", (
        Panel("每秒发出", "Sent a second",
              ((_rate("service", "shuniu_relay_events_sent_total"), "{{service}}"),
               (_rate("service", "shuniu_relay_events_failed_total"), "{{service}} failed")), "ops"),
        Panel("发件箱深度", "Outbox depth", ((_by("service", "shuniu_outbox_messages"), "{{service}}"),)),
        Panel("最早未发出事件的等待", "Age of the oldest unsent event",
              ((_by("service", "shuniu_outbox_oldest_seconds"), "{{service}}"),), "s"),
        Panel("正在转发的进程数", "Relays that lead",
              (('sum by (service) (shuniu_relay_leading{service=~"$service"})', "{{service}}"),)),
    )),
    Row("收到的事件", "Events in", (
        Panel("每秒收到", "Received a second",
              ((_rate("service, consumer", "shuniu_consumer_records_total"), "{{consumer}}"),), "ops"),
        Panel("结果（不含已应用）", "What became of them, but applied",
              ((_rate("consumer, outcome", "shuniu_consumer_outcomes_total", ',outcome!="applied"'),
                "{{consumer}} {{outcome}}"),), "ops"),
        Panel("积压（条）", "Lag in messages",
              ((_by("service, consumer", "shuniu_consumer_lag_messages"), "{{consumer}}"),)),
        Panel("积压（时间）", "Lag in time",
              ((_by("service, consumer", "shuniu_consumer_lag_seconds"), "{{consumer}}"),), "s"),
    )),
    Row("批次与缺号", "Batches and gaps", (
        Panel("批次大小（p50、p99）", "Batch size (p50, p99)",
              ((_quantile(0.5, "consumer", "shuniu_consumer_batch_records"), "{{consumer}} p50"),
               (_quantile(0.99, "consumer", "shuniu_consumer_batch_records"), "{{consumer}} p99"))),
        Panel("等待前序的消息", "Messages behind a gap",
              ((_by("service, consumer", "shuniu_held_messages"), "{{consumer}}"),)),
        Panel("最久的等待", "The longest wait behind a gap",
              ((_by("service, consumer", "shuniu_held_oldest_seconds"), "{{consumer}}"),), "s"),
        Panel("搁置的消息（按原因）", "Parked messages by kind",
              ((_by("service, consumer, kind", "shuniu_parked_messages"), "{{consumer}} {{kind}}"),)),
    )),
    Row("上下级的栈", "Stacks above and below", (
        Panel("多久没有收到消息", "For how long nothing was heard",
              (("time() - max by (from_stack) (shuniu_stack_heard_timestamp_seconds)",
                "{{from_stack}}"),), "s"),
    )),
    Row("定时任务与进程", "Timers and processes", (
        Panel("每秒触发", "Timers fired a second",
              ((_rate("service, outcome", "shuniu_timers_fired_total"), "{{service}} {{outcome}}"),), "ops"),
        Panel("超时、暂定、搁置的定时任务", "Timers late, provisional, parked",
              ((_by("service", "shuniu_timers_late"), "{{service}} late"),
               (_by("service", "shuniu_timers_provisional"), "{{service}} provisional"),
               (_by("service", "shuniu_timers_parked"), "{{service}} parked"))),
        Panel("内存", "Resident memory",
              (('process_resident_memory_bytes{service=~"$service"}', "{{service}} {{role}} {{instance}}"),),
              "bytes"),
        Panel("处理器", "Processor time",
              (('rate(process_cpu_seconds_total{service=~"$service"}[$__rate_interval])',
                "{{service}} {{role}} {{instance}}"),), "percentunit"),
    )),
)  # fmt: skip


def expressions() -> Iterator[str]:
    """Every query of the dashboard."""
    return (query for row in ROWS for panel in row.panels for query, _ in panel.queries)


def dashboard() -> dict[str, Any]:
    """The dashboard as Grafana reads it."""
    panels: list[dict[str, Any]] = []
    top = 0
    for row in ROWS:
        heading = {"h": 1, "w": _WIDTH, "x": 0, "y": top}
        panels.append({"type": "row", "id": len(panels) + 1, "title": _title(row), "gridPos": heading,
                       "collapsed": False, "panels": []})  # fmt: skip
        width = _WIDTH // len(row.panels)
        for place, panel in enumerate(row.panels):
            at = {"h": _HEIGHT, "w": width, "x": place * width, "y": top + 1}
            panels.append(_panel(panel, len(panels) + 1, at))
        top += 1 + _HEIGHT
    return {
        "uid": "shuniu", "title": "枢纽 Shuniu", "tags": ["shuniu"], "timezone": "browser", "editable": False,
        "schemaVersion": 39, "version": 1, "refresh": "30s", "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [_services()]}, "panels": panels,
    }  # fmt: skip


def _title(named: Panel | Row) -> str:
    return f"{named.zh} {named.en}"


def _panel(panel: Panel, id: int, at: dict[str, int]) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": panel.unit, "min": 0}
    if panel.stat:
        steps = [{"color": "green", "value": None}, {"color": "red", "value": 1}]
        defaults["thresholds"] = {"mode": "absolute", "steps": steps}
    return {
        "type": "stat" if panel.stat else "timeseries", "id": id, "title": _title(panel), "gridPos": at,
        "datasource": _SOURCE, "fieldConfig": {"defaults": defaults, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + number), "expr": query, "legendFormat": legend, "datasource": _SOURCE}
            for number, (query, legend) in enumerate(panel.queries)
        ],
    }  # fmt: skip


def _services() -> dict[str, Any]:
    return {
        "type": "query", "name": "service", "label": "服务 service", "datasource": _SOURCE, "refresh": 2,
        "query": {"query": "label_values(up{job=\"shuniu\"}, service)", "refId": "services"},
        "multi": True, "includeAll": True, "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }  # fmt: skip


def rendered() -> str:
    """The file's content."""
    return json.dumps(dashboard(), ensure_ascii=False, indent=1) + "\n"


def main(arguments: list[str]) -> int:
    """Write the file; with `--check` only compare, exit code 1 where it is stale."""
    if "--check" not in arguments:
        FILE.write_text(rendered(), encoding="utf-8")
        return 0
    if FILE.read_text(encoding="utf-8") == rendered():
        return 0
    print(f"{FILE} is stale: run `python -m deploy.observability.dashboard`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
