"""Places to choose from, in forms and above lists: all below one's own divisions, however far."""

from collections.abc import Collection

from chassis.model import ancestors, is_within
from chassis.region import Division, Region
from services.console.pages.words import Words


def places_below(region: Region, own: Collection[str], said: Words) -> dict[str, str]:
    """Code -> name: those directly below first, then all others, each with what it lies in before its name,
    so that who types a street's name finds its communities. Those that ended come last, with their day."""
    near = {one.code for code in own for one in region.children(code)}
    below = {one.code: one for code in own for one in region.below(code)}
    in_order = sorted(
        below.values(), key=lambda one: (one.valid_to is not None, one.code not in near, one.code)
    )
    return {one.code: _called(one, region, own, said) for one in in_order}


def _called(one: Division, region: Region, own: Collection[str], said: Words) -> str:
    between = (
        code for code in ancestors(one.code) if any(is_within(code, above) and code != above for above in own)
    )
    name = " · ".join(map(region.division_name, (*between, one.code)))
    return name if one.valid_to is None else said("place_until", name=name, day=one.valid_to)
