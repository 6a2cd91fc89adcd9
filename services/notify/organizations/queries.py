"""Under which name and id an organisation goes on: one that was merged is an alias of the one that stays."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from services.notify.organizations.tables import OrganizationCopy

_SAID, _NOW = aliased(OrganizationCopy), aliased(OrganizationCopy)


def joined_to(statement: Any, id: Any) -> Any:
    """The statement with the organisation that the column `id` names, for `NAME` and `going_on`."""
    return statement.join(_SAID, col(_SAID.id) == id, isouter=True).join(
        _NOW, col(_NOW.id) == col(_SAID.merged_into), isouter=True
    )


NAME: Any = sa.func.coalesce(col(_NOW.name), col(_SAID.name))
"""The present name."""


def going_on(id: Any) -> Any:
    """The id of the organisation that goes on."""
    return sa.func.coalesce(col(_SAID.merged_into), id)


def aliases(subject: str) -> Any:
    """The ids, as texts, of those that were merged into the organisation `subject`; none of what is no id."""
    try:
        id = UUID(subject)
    except ValueError:
        return sa.select(sa.null()).where(sa.false())
    return sa.select(sa.cast(col(OrganizationCopy.id), sa.Text)).where(
        col(OrganizationCopy.merged_into) == id
    )
