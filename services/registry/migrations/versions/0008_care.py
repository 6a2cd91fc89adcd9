"""Records of people in need: encrypted, purpose-bound, every look logged."""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is kept here yet."""


def downgrade() -> None:
    """Nothing was kept."""
