"""Bases, intakes, stays and what is done for those who stay."""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is kept here yet."""


def downgrade() -> None:
    """Nothing was kept."""
