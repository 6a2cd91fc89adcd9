"""Names so alike that a person should look: compared within one street, with bounded work."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process

from services.registry.imports.model import Fault, Severity

COMPARISONS = 2_000_000
"""How many pairs of names one import compares at most: about half a second."""
_KINDS = re.compile(
    r"(协会|商会|联合会|促进会|学会|研究会|基金会|服务中心|中心|服务站|工作站|服务社|俱乐部|队|小组|社)$"
)


def core(normalized: str, places: Sequence[str]) -> str:
    """A name without the place before and the kind of body after it: what tells two apart."""
    for place in places:
        normalized = normalized.removeprefix(place)
    return _KINDS.sub("", normalized) or normalized


def similar_names(
    rows: Iterable[tuple[int, str, str]],
    known: Iterable[tuple[str, str, str]],
    *,
    places: Sequence[str],
    score: float,
) -> list[Fault]:
    """Warnings for rows (number, division, normalised name) whose name is nearly that of a known organisation
    (id, division, normalised name) of the same street, or of an earlier row. Equal names are no warning here.
    """
    longest_first = sorted(places, key=len, reverse=True)
    streets: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for id_, division, name in known:
        streets[division[:9]].setdefault(core(name, longest_first), (name, id_))
    warnings, left = [], COMPARISONS
    for row, division, name in rows:
        names = streets[division[:9]]
        key = core(name, longest_first)
        left -= len(names)
        if left < 0:
            break
        found = process.extractOne(key, names.keys(), scorer=fuzz.ratio, score_cutoff=score)
        if found is not None:
            other_name, other = names[found[0]]
            if other_name != name:
                warnings.append(_warning(row, other_name, other))
        names.setdefault(key, (name, f"row {row}"))
    return warnings


def _warning(row: int, name: str, other: str) -> Fault:
    return Fault(
        row,
        "名称",
        "name_similar",
        f"与“{name}”（{other}）相似，请确认不是同一组织",
        f"looks like '{name}' ({other}); make sure it is another organisation",
        other,
        Severity.WARNING,
    )
