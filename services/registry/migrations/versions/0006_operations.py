"""What a hub does through the year: meetings, trainings, tasks, plans, inquiries, reports, visits."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is kept here yet."""


def downgrade() -> None:
    """Nothing was kept."""
