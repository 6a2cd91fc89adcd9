"""Names so alike that a person should look: each row against all names of its street, known and earlier.

Two names that are alike enough share some of their rarest pairs of characters, so only those that do are
compared: a hundred thousand rows in seconds, and none that is alike is missed.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

from rapidfuzz import fuzz, process

from services.registry.imports.model import Fault, Severity

_KINDS = re.compile(
    r"(协会|商会|联合会|促进会|学会|研究会|基金会|服务中心|中心|服务站|工作站|服务社|俱乐部|队|小组|社)$"
)
_ROUNDED = 1e-9
Named = tuple[str, str]
"""Whose name it is (an id, or `row 7`), and the normalised name."""


def core(normalized: str, places: Sequence[str]) -> str:
    """A name without the place before and the kind of body after it: what tells two apart."""
    for place in places:
        normalized = normalized.removeprefix(place)
    return _KINDS.sub("", normalized) or normalized


class Comparison:
    """One import's comparison of names, street by street, with a bounded number of pairs."""

    def __init__(self, *, places: Iterable[str], score: float, most: int) -> None:
        self.longest_first = sorted(places, key=len, reverse=True)
        self.score = score
        self.left = most
        """Pairs of names that may still be compared."""
        self.not_compared: list[int] = []
        """Rows for which too few were left."""

    def street(self, rows: Sequence[tuple[int, str]], known: Iterable[Named]) -> list[Fault]:
        """Warnings for rows (number, normalised name) whose name is nearly that of a known organisation of
        the street, or of an earlier row. Equal names are no warning here."""
        names: dict[str, Named] = {}
        for id_, name in known:
            names.setdefault(core(name, self.longest_first), (id_, name))
        cores = [(row, name, core(name, self.longest_first)) for row, name in rows]
        keys = _Keys([*names, *(key for _, _, key in cores)], self.score)
        for key in names:
            keys.add(key)
        warnings = []
        for row, name, key in cores:
            if key in names:
                like: str | None = key
            else:
                like = self._likest(row, key, keys.candidates(key))
                keys.add(key)
            if like is not None and names[like][1] != name:
                warnings.append(_warning(row, *names[like]))
            names.setdefault(key, (f"row {row}", name))
        return warnings

    def _likest(self, row: int, key: str, candidates: Sequence[str]) -> str | None:
        if len(candidates) > self.left:
            self.not_compared.append(row)
            return None
        self.left -= len(candidates)
        found = process.extractOne(key, candidates, scorer=fuzz.ratio, score_cutoff=self.score)
        return found[0] if found is not None else None

    def told(self) -> list[Fault]:
        """A warning at the first row that was not compared, with how many there are."""
        if not self.not_compared:
            return []
        number = len(self.not_compared)
        return [
            Fault(
                min(self.not_compared),
                "名称",
                "names_not_compared",
                f"名称相近的太多，自本行起有 {number} 行未能逐一比对是否与他人相似；可按街道分成几个文件导入",
                f"too many names are nearly alike: from this row on {number} were not compared with others; "
                "bring the workbook in parts, by street",
                severity=Severity.WARNING,
            )
        ]


class _Keys:
    """The cores of a street's names by their rarest pairs of neighbouring characters.

    Where two names score enough, few pairs of either are missing in the other (`_lost`). So, with the pairs
    of both in one order, one of the first `_lost + 1` of each is the same (prefix filtering of set joins).
    """

    def __init__(self, cores: Sequence[str], score: float) -> None:
        self._score = score
        self._common = Counter(pair for key in set(cores) for pair in _pairs(key))
        self._having: dict[tuple[str, int], list[str]] = defaultdict(list)
        """Names by one of their rarest pairs and their length."""
        self._all: list[str] = []
        self._few: list[str] = []
        """Those that may have lost all pairs, and are compared with everybody."""

    def add(self, key: str) -> None:
        """A name to compare others with."""
        self._all.append(key)
        rarest = self._rarest(key)
        if rarest is None:
            self._few.append(key)
            return
        for pair in rarest:
            self._having[pair, len(key)].append(key)

    def candidates(self, key: str) -> Sequence[str]:
        """What may be alike among those added; equal ones are found otherwise."""
        rarest = self._rarest(key)
        if rarest is None:
            return self._all
        lengths = _lengths(len(key), self._score)
        places = [(pair, length) for pair in rarest for length in lengths]
        found = [self._having[place] for place in places if place in self._having]
        return list({*self._few, *(one for having in found for one in having)})

    def _rarest(self, key: str) -> list[str] | None:
        lost = _lost(len(key), self._score)
        if lost == 0:
            return []  # nothing but an equal one is alike enough
        pairs = _pairs(key)
        if lost >= len(pairs):
            return None
        common = self._common
        return sorted(pairs, key=lambda pair: (common[pair], pair))[: lost + 1]


def _pairs(key: str) -> set[str]:
    return {key[place : place + 2] for place in range(len(key) - 1)}


@cache
def _lengths(length: int, score: float) -> list[int]:
    """How long another name may be, which is not the same, to be alike enough to one of this length."""
    missing = 1 - score / 100
    return [
        other for other in range(1, 4 * length + 1)
        if (abs(length - other) or 2) <= missing * (length + other) + _ROUNDED
    ]  # fmt: skip


@cache
def _lost(length: int, score: float) -> int:
    """How many pairs of a name of this length another may lack that scores enough; 0: it must be equal.

    The score is 1 - (taken out + put in) / (both lengths). Each character taken out costs two pairs at most,
    each put in between one.
    """
    missing = 1 - score / 100
    most = 0
    for out in range(length + 1):
        into = 0
        while out + into <= missing * (2 * length - out + into) + _ROUNDED and into <= 4 * length:
            most = max(most, 2 * out + into)
            into += 1
    return most


def _warning(row: int, other: str, name: str) -> Fault:
    return Fault(
        row,
        "名称",
        "name_similar",
        f"与“{name}”（{other}）相似，请确认不是同一组织",
        f"looks like '{name}' ({other}); make sure it is another organisation",
        other,
        Severity.WARNING,
    )
