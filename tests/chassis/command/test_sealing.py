"""`shuniu sealing keys`: made once, turned as often as asked, also twice on a day."""

from pathlib import Path

from typer.testing import CliRunner

from chassis.command.sealing import app
from chassis.sealing import SealingKeys


def ask(*words: str) -> None:
    """Run the command; it has to succeed."""
    done = CliRunner().invoke(app, ["sealing", *words])
    assert done.exit_code == 0, done.output


def test_keys_are_made_once_and_every_turn_puts_a_new_one_in_use(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    ask("keys", str(file))
    first = SealingKeys.read(file)
    ask("keys", str(file))
    assert SealingKeys.read(file) == first
    seen = [first.in_use]
    for _ in range(2):
        ask("keys", "--turn", str(file))
        turned = SealingKeys.read(file)
        assert turned.in_use not in seen
        assert turned.wrapping[first.in_use] == first.wrapping[first.in_use]
        seen.append(turned.in_use)
