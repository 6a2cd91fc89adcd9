"""Draws where a process spends its time, small enough to read: from what py-spy has recorded.

`py-spy record --format raw -o FILE ...`, then `python -m tests.benchmarks.flames FILE PICTURE [WORD ...]`.
With words, only stacks that have one of them count, and are drawn from there on. Recorded with
`--subprocesses`, the innermost process stands below its stack, called by its module or `serve SERVICE`. What
is narrower than a hundredth is left out.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_NARROWEST = 0.01
_DEEPEST = 40
_PROCESS = re.compile(r'process \d+:"[^"]* -m (?:chassis\.command )?(serve \w+|[\w.]+)[^"]*";')
_COLOURS = {
    "fastapi": "#8fb8de", "starlette": "#8fb8de", "uvicorn": "#8fb8de", "pydantic": "#8fb8de",
    "sqlalchemy": "#f2c57c", "sqlmodel": "#f2c57c", "asyncpg": "#e8998d", "aiokafka": "#b5a8d6",
    "chassis": "#93c48b", "services": "#93c48b", "shuniu_contracts": "#93c48b", "tests": "#93c48b",
}  # fmt: skip
_OTHER = "#d0d0d0"
Stack = tuple[str, ...]


@dataclass
class Frame:
    """A function with the samples in which it ran, called from the frame above."""

    name: str
    samples: int = 0
    called: dict[str, "Frame"] = field(default_factory=dict)


@dataclass(frozen=True)
class Box:
    """A frame's place: `left` and `width` as shares of all samples, `depth` from the root."""

    name: str
    depth: int
    left: float
    width: float


def stacks(lines: Iterable[str], words: Sequence[str] = ()) -> Iterator[tuple[Stack, int]]:
    """Each stack with its samples, without line numbers; from the first frame that has one of the words."""
    for line in lines:
        joined, _, samples = line.rstrip().rpartition(" ")
        joined, processes = _PROCESS.sub("", joined), _PROCESS.findall(joined)
        frames = [re.sub(r":\d+\)$", ")", frame) for frame in joined.split(";")]
        places = [place for place, frame in enumerate(frames) if any(word in frame for word in words)]
        if places or not words:
            yield (*processes[-1:], *frames[places[0] if places else 0 :]), int(samples)


def tree(found: Iterable[tuple[Stack, int]]) -> Frame:
    """All stacks as one tree below a root."""
    root = Frame("all")
    for frames, samples in found:
        root.samples += samples
        at = root
        for name in frames:
            at = at.called.setdefault(name, Frame(name))
            at.samples += samples
    return root


def boxes(root: Frame) -> Iterator[Box]:
    """The boxes to draw, the widest of each row first."""

    def below(frame: Frame, depth: int, left: float) -> Iterator[Box]:
        width = frame.samples / root.samples
        if width < _NARROWEST or depth > _DEEPEST:
            return
        yield Box(frame.name, depth, left, width)
        for called in sorted(frame.called.values(), key=lambda one: -one.samples):
            yield from below(called, depth + 1, left)
            left += called.samples / root.samples

    return below(root, 0, 0.0)


def _short(name: str) -> str:
    return re.sub(r"<locals>\.|_AsyncGeneratorContextManager\.", "", name.partition(" (")[0])


def _colour(name: str) -> str:
    return _COLOURS.get(name.partition(" (")[2].partition("/")[0], _OTHER)


def draw(found: Sequence[Box], file: Path) -> None:
    """The picture, roots below."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    height = 1 + max(box.depth for box in found)
    figure, axes = pyplot.subplots(figsize=(12, 0.4 + 0.19 * height))
    for box in found:
        axes.barh(
            box.depth, box.width, left=box.left, height=1, align="edge", color=_colour(box.name),
            edgecolor="white", linewidth=0.4,
        )  # fmt: skip
        letters = int(box.width * 190)
        if letters > 4:
            axes.text(box.left + 0.002, box.depth + 0.28, _short(box.name)[:letters], fontsize=6)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, height)
    axes.axis("off")
    figure.tight_layout(pad=0.1)
    figure.savefig(file, dpi=100)
    pyplot.close(figure)


if __name__ == "__main__":
    source, picture, *wanted = sys.argv[1:]
    with Path(source).open() as lines:
        draw(list(boxes(tree(stacks(lines, wanted)))), Path(picture))
