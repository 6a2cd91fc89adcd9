"""Region profiles: `<code>-<name>.toml` with its division list and its published figures."""

from pathlib import Path

from chassis.settings import region_profile

DIRECTORY = Path(__file__).parent


def profile_file(name: str) -> Path:
    """The profile called `name` (`120116-binhai` or its code); raises LookupError listing those there are."""
    return region_profile(name, __name__)
