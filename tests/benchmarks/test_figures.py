"""How the benchmarks come to their figures; that they measure at all is shown by running them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from itertools import islice, pairwise
from pathlib import Path
from uuid import uuid4

import pytest

from chassis.region import Region
from tests.benchmarks.country import Finding, flatness, verdict
from tests.benchmarks.engines import Engine
from tests.benchmarks.flames import Box, boxes, stacks, tree
from tests.benchmarks.floors import columns
from tests.benchmarks.harness import Bound, Row
from tests.benchmarks.latency import Watch, quantile
from tests.benchmarks.memory import families, pss_mb
from tests.benchmarks.registers import compose
from tests.benchmarks.running import INTERRUPTED, Board, Options, _measure_all
from tests.benchmarks.sampling import Sample, rate
from tests.chassis.consuming.world import record


def test_a_ratio_is_the_median_of_the_pairs_not_of_the_sides() -> None:
    row = Row("relay", "msg/s", "send()", 0.90, rates=[90, 10, 200], references=[100, 100, 100])
    assert (row.ratio, row.reached) == (0.9, True)
    row.rates.append(1)
    row.references.append(100)
    assert not row.reached


def test_a_bound_is_reached_by_the_median_of_its_runs() -> None:
    bound = Bound("p99", "ms", 60, figures=[10, 59, 1_000])
    assert (bound.figure, bound.reached) == (59, True)
    assert bound.plain()["reached"] is True


def test_each_row_is_kept_as_soon_as_it_is_measured(tmp_path: Path) -> None:
    board = Board("all", {}, tmp_path / "all.json", {"relay": 1.0})
    for number in (1, 2):
        board.add(Bound(f"row {number}", "ms", 60, figures=[10]), number)
        kept = json.loads((tmp_path / "all.json").read_text())
        assert (len(kept["rows"]), kept["minutes"]) == (number, number)


def test_the_rest_takes_as_long_as_what_is_done_tells() -> None:
    board = Board("all", {}, None, {"relay": 1.0, "imports": 4.0, "whole": 5.0})
    board.done.append("relay")
    assert board.rest(2.0) == 18.0
    board.done += ["imports", "whole"]
    assert board.rest(30.0) == 0.0


@pytest.mark.integration
def test_an_interrupted_run_reports_the_rows_it_has(tmp_path: Path) -> None:
    file = tmp_path / "statements.json"
    words = ["-m", "tests.benchmarks", "--only", "statements", "--json", str(file)]
    with subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        told = (line for line in running.stderr if "SQL statements" in line)
        assert len(list(islice(told, 2))) == 2  # who tells of the second row has the first
        running.send_signal(signal.SIGINT)
        printed, said = running.communicate(timeout=60)
    assert running.returncode == INTERRUPTED, said
    rows = json.loads(file.read_text())["rows"]
    assert 1 <= len(rows) < 6
    assert "SQL statements a command" in printed


@pytest.mark.integration
def test_a_measure_that_fails_keeps_no_other_from_being_measured() -> None:
    async def breaks(engine: Engine, options: Options) -> AsyncIterator[Bound]:
        yield Bound("before", "s", 1.0, figures=[0.5])
        raise TimeoutError

    async def measures(engine: Engine, options: Options) -> AsyncIterator[Bound]:
        yield Bound("after", "s", 1.0, figures=[0.5])

    board = Board("all", {}, None, {"first": 1.0, "second": 1.0})
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        os.chmod(place, 0o711)  # PostgreSQL's own account, where we are root, has to pass through
        both = {"first": breaks, "second": measures}
        asyncio.run(_measure_all("embedded", both, Options(Path(place)), board))
    assert ([row.name for row in board.rows], board.failed, board.done) == (
        ["before", "after"], ["first"], ["second"]
    )  # fmt: skip


def test_notes_of_several_runs_are_medians() -> None:
    row = Row("relay", "msg/s", "send()", 0.90)
    for value in (1, 5, 100):
        row.note("us CPU", value)
    assert row.notes.medians() == {"us CPU": 5}


@pytest.mark.parametrize(("share", "value"), [(0.5, 51), (0.99, 100), (1.0, 100)])
def test_a_quantile_of_a_hundred_values(share: float, value: int) -> None:
    assert quantile(range(1, 101), share) == value


def test_a_change_shows_with_a_later_one_of_its_record_but_not_with_another_record() -> None:
    watch, one, other = Watch(), uuid4(), uuid4()
    watch.sent(one, 2, 0.0)
    watch.notified(None, 0, "", f"{other} 9 1.5")
    watch.notified(None, 0, "", f"{one} 1 1.5")
    assert watch.shown((one, 2)) is None
    watch.notified(None, 0, "", f"{one} 3 1.5")
    first = watch.shown((one, 2))
    watch.notified(None, 0, "", f"{one} 4 1.5")
    assert first is not None
    assert watch.shown((one, 2)) == first
    assert watch.milliseconds() == [first * 1e3]


def test_the_hops_of_a_change_make_up_its_way() -> None:
    watch, one = Watch(), uuid4()
    watch.sent(one, 1, due=time.perf_counter() - 0.5)
    watch.packed[one, 1] = watch.answered[one, 1] + 0.25
    begun = watch.packed[one, 1] + 0.125 + watch.epoch
    watch.notified(None, 0, "", f"{one} 1 {begun}")
    hops = {name: taken for name, (taken,) in watch.hops().items()}
    assert hops["command"] == pytest.approx(500, abs=50)
    assert hops["relay"] == pytest.approx(250, abs=1)
    assert hops["bus"] == pytest.approx(125, abs=1)
    assert sum(hops.values()) == pytest.approx(watch.milliseconds()[0])


def test_the_least_projection_writes_each_subject_once_from_its_first_event_to_its_last() -> None:
    batch = [record("a", 3), record("b", 7), record("a", 4), record("a", 5)]
    found = columns(batch, "grants", "990000")
    assert found.inbox == ("grants,grants", "a,b", "990000,990000", "0,0", "2,6",
                           "00000000000000000005,00000000000000000007", "a-0-5,b-0-7")  # fmt: skip
    assert found.upsert[2] == "5,7"


def test_a_flame_is_as_wide_as_its_share_and_begins_at_the_word() -> None:
    lines = ["main (a.py:1);serve (b.py:2);one (c.py:3) 60", "main (a.py:9);serve (b.py:4) 39",
             "main (a.py:1);serve (b.py:2);two (c.py:3) 1", "idle (d.py:1) 900"]  # fmt: skip
    found = {box.name: box for box in boxes(tree(stacks(lines, ["serve"])))}
    assert found["serve (b.py)"] == Box("serve (b.py)", 1, 0.0, 1.0)
    assert found["one (c.py)"] == Box("one (c.py)", 2, 0.0, 0.6)
    assert found["two (c.py)"] == Box("two (c.py)", 2, 0.6, 0.01)
    assert "main (a.py)" not in found
    assert tree(stacks(lines)).samples == 1000


def test_a_flame_of_several_processes_stands_on_the_innermost_of_each_stack() -> None:
    bench, serve = 'process 7:"python -m tests.benchmarks.whole --runs 1"', "python -m chassis.command serve"
    lines = [f'{bench};process 8:"{serve} registry:25359";main (a.py:1);run (b.py:2);one (c.py:3) 6',
             f'{bench};process 9:"{serve} console:25360";main (a.py:1);run (b.py:2) 3',
             f"{bench};main (d.py:1);run (b.py:2) 1"]  # fmt: skip
    found = {(box.name, box.depth): box.width for box in boxes(tree(stacks(lines, ["run"])))}
    assert found["serve registry", 1] == found["one (c.py)", 3] == 0.6
    assert found["serve console", 1] == 0.3
    assert found["tests.benchmarks.whole", 1] == 0.1


def test_a_rate_looks_back_over_its_window_only() -> None:
    times = [float(second) for second in range(21)]
    counts = [0] * 11 + [100 * n for n in range(1, 11)]
    rates = rate(counts, times, window_s=5)
    assert rates[10] == 0
    assert rates[20] == pytest.approx(100)


def _sample(imported: int, megabytes: float) -> Sample:
    return Sample(0, {"registry": megabytes}, {}, {}, {}, imported)


def test_memory_that_grows_with_the_register_is_not_flat() -> None:
    growing = [_sample(n, 100 + n) for n in range(0, 1001, 10)]
    level = [_sample(n, 100 + n % 30) for n in range(0, 1001, 10)]
    assert not flatness(growing, 1000).holds
    assert flatness(level, 1000).holds
    assert not flatness([], 1000).holds


def test_a_long_run_ends_with_its_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    flat, whole = Finding("memory is flat", False, "up"), Finding("all is there", True, "10 of 10")
    assert verdict("an hour", [flat, whole], Path("a.png"), None) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "FAILED: memory is flat"
    assert verdict("an hour", [whole], Path("a.png"), None) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("PASSED")


def test_registers_that_follow_each_other_share_no_organisation(profile: Region) -> None:
    parts = [compose(profile, 700, first) for first in (0, 700, 1_400)]
    names = {(entry.name, entry.division) for part in parts for entry in part}
    numbers = {entry.number for part in parts for entry in part if entry.number}
    assert len(names) == 2_100
    assert len(numbers) == 2_100 / 4


def test_names_do_not_run_out(profile: Region) -> None:
    far = [compose(profile, 3, first)[0].name for first in range(0, 3_000_000, 499_999)]
    assert all(one != other for one, other in pairwise(far))


def test_a_process_has_memory_and_one_that_has_ended_none() -> None:
    with subprocess.Popen(["sleep", "30"]) as child:
        assert child.pid in families([os.getpid()])[os.getpid()]
        assert pss_mb([child.pid]) > 0
        child.kill()
    assert pss_mb([child.pid]) == 0
    assert pss_mb([os.getpid()]) > 1
