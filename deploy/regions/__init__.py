"""Region profiles: `<code>-<name>.toml` with its division list and its published figures."""

from pathlib import Path

DIRECTORY = Path(__file__).parent


def profile_file(name: str) -> Path:
    """The profile called `name` (`120116-binhai` or its code); raises LookupError listing those there are."""
    found = sorted(file for file in DIRECTORY.glob("*.toml") if not file.name.endswith(".figures.toml"))
    for file in found:
        if name in {file.stem, file.stem.partition("-")[0]}:
            return file
    raise LookupError(f"no region '{name}'; there are: {', '.join(file.stem for file in found)}")
