"""Which services are installed, told without loading any of them."""

from importlib.metadata import EntryPoint, entry_points


def points() -> dict[str, EntryPoint]:
    """The entry points of the installed services by name, in order of start."""
    return {point.name: point for point in entry_points(group="shuniu.services")}


def installed() -> tuple[str, ...]:
    """The names of the installed services, in order of start."""
    return tuple(points())
