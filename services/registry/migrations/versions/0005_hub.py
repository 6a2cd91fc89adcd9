"""Hub bodies and the people around them: contacts, liaisons, posts, teams, partners, guidelines."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is kept here yet."""


def downgrade() -> None:
    """Nothing was kept."""
