"""The release after this one, made of its files: one more migration, and one more field of an event."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.system.world import ROOT

COMMAND_S = 120.0
MIGRATION = '''"""What circle an organisation belongs to."""

import sqlalchemy as sa
from alembic import op

revision = "{number}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organization", sa.Column("circle", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("organization", "circle")
'''
CONTRACT = "contracts/shuniu_contracts/registry.py"
TABLES = "services/registry/organizations/tables.py"
COMMANDS = "services/registry/organizations/commands.py"
CHANGES = (
    (CONTRACT, 'zh="组织办理了社区备案。")', 'zh="组织办理了社区备案。", minor=1)'),
    (
        CONTRACT,
        '"""Filed (备案): no legal personality."""\n\n    state: OrganizationState\n',
        '"""Filed (备案): no legal personality."""\n\n    state: OrganizationState\n'
        "    circle: Code | None = None\n",
    ),
    (
        TABLES,
        "    import_id: UUID | None = None\n",
        '    circle: str | None = "neighbourhood"\n    import_id: UUID | None = None\n',
    ),
    (
        COMMANDS,
        "    uow.record(row, _ENTERED[status_on_record](state=row.public_state()))\n",
        "    more = {'circle': row.circle} if status_on_record is LegalStatus.FILED else {}\n"
        "    uow.record(row, _ENTERED[status_on_record](state=row.public_state(), **more))\n",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Release:
    """A tree of the project's code that processes can be started from."""

    root: Path

    @property
    def environment(self) -> dict[str, str]:
        """Whose code a process takes that is started with it."""
        return {"PYTHONPATH": f"{self.root}:{self.root / 'contracts'}"}

    def shuniu(self, *arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """A command of this release."""
        return self._run("chassis.command", *arguments, environment=environment)

    def contracts(self, *arguments: str) -> str:
        """What a command about its contracts prints; raises AssertionError where it fails."""
        done = self._run("shuniu_contracts", *arguments, environment={})
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _run(
        self, module: str, *arguments: str, environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", module, *arguments], cwd=self.root, capture_output=True, text=True,
            timeout=COMMAND_S, check=False, env={**os.environ, **self.environment, **environment},
        )  # fmt: skip


PRESENT = Release(ROOT)


def make_next(folder: Path) -> Release:
    """Copy this release, keep it as a revision that contracts are compared with, and change the copy."""
    made = Release(folder / "next")
    for part in ("contracts", "services"):
        shutil.copytree(ROOT / part, made.root / part)
    git = ["git", "-C", str(made.root), "-c", "user.name=release", "-c", "user.email=release@example.org"]
    for words in (["init", "--quiet"], ["add", "contracts"], ["commit", "--quiet", "--message", "released"]):
        subprocess.run([*git, *words], check=True, timeout=COMMAND_S)
    for file, before, after in CHANGES:
        content = (made.root / file).read_text(encoding="utf-8")
        assert content.count(before) == 1, (file, before)
        (made.root / file).write_text(content.replace(before, after), encoding="utf-8")
    versions = made.root / "services/registry/migrations/versions"
    newest = max(path.name[:4] for path in versions.glob("[0-9]*.py"))
    number = f"{int(newest) + 1:04d}"
    migration = MIGRATION.format(number=number, before=newest)
    (versions / f"{number}_circle.py").write_text(migration, encoding="utf-8")
    made.contracts("generate")
    return made
