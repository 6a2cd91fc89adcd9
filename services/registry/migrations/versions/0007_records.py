"""What is kept of an organisation year by year: returns, governance, service points, placements."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is kept here yet."""


def downgrade() -> None:
    """Nothing was kept."""
