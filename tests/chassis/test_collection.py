"""A served process searches for garbage seldom, and still finds it."""

import subprocess
import sys

_PROGRAM = """
import gc, weakref
from chassis import collection

class Node:
    pass

def cycle():
    node = Node()
    node.itself = node
    return weakref.ref(node)

collection.postpone()
searches = sum(entry["collections"] for entry in gc.get_stats())
loaded = [[] for _ in range(10 * collection.YOUNG)]
assert sum(entry["collections"] for entry in gc.get_stats()) == searches, "loading led to a search"
left = cycle()
collection.settle()
assert left() is None, "what loading left is kept for ever"
assert gc.get_freeze_count() > 1000, "what was loaded is searched still"
searches = sum(entry["collections"] for entry in gc.get_stats())
batch = [("a", index) for index in range(15_000)]
assert sum(entry["collections"] for entry in gc.get_stats()) == searches, "a batch led to a search"
gone = cycle()
kept = [[] for _ in range(2 * collection.YOUNG)]
assert gone() is None, "a cycle is never found"
"""


def test_what_was_loaded_is_searched_once_and_no_more_and_new_cycles_are_found() -> None:
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


_AT_REST = """
import time
from pathlib import Path
from chassis import collection

def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 >> 20

def work():
    began = time.process_time()
    while time.process_time() - began < collection.WORK_S:
        pass

collection.WORK_S = 0.5
returning = collection.Returning()
assert not returning.look(), "nothing was done, and it looked for what is free"
blocks = [b"x" * 100_000 for _ in range(1_000)]
above = b"x" * 100_000
del blocks
work()
before = resident_mb()
assert not returning.look(), "it looked for what is free while there was work"
assert returning.look(), "it rests and gave nothing back"
assert resident_mb() < before - 80, (before, resident_mb())
assert not returning.look(), "it gives back again and again"
"""


def test_a_process_that_comes_to_rest_gives_back_what_it_freed() -> None:
    done = subprocess.run([sys.executable, "-c", _AT_REST], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
