"""What else happens in the transaction in which organisations come onto the record, or are found to be one.

An area that has something to do then says so here; the commands of organisations know of no area.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, ParamSpec
from uuid import UUID

from chassis.unit_of_work import UnitOfWork
from services.registry.organizations.tables import OrganizationRow

P = ParamSpec("P")
Follower = Callable[P, Awaitable[None]]


class Hook(Generic[P]):
    """A moment; called, it calls its followers one after another in the caller's transaction."""

    def __init__(self) -> None:
        self._followers: list[Follower[P]] = []

    def follow(self, function: Follower[P]) -> Follower[P]:
        """Declare a function as one that follows, as a decorator."""
        self._followers.append(function)
        return function

    async def __call__(self, *arguments: P.args, **named: P.kwargs) -> None:
        """Raises what a follower refuses."""
        for follower in self._followers:
            await follower(*arguments, **named)


CAME_ON_RECORD: Final = Hook[[UnitOfWork, Sequence[UUID | str]]]()
"""These organisations were filed or registered, one by a command or many by an import; this transaction has
their rows. Ids as texts where there are many."""
IDENTIFIED: Final = Hook[[UnitOfWork, Sequence[UUID | str]]]()
"""These organisations have a code that this stack did not know of them: own ones that were corrected, and
those of the stacks below as they are heard of."""
TAKEN_DIRECT: Final = Hook[[UnitOfWork, Sequence[UUID | str]]]()
"""The hub supervises these organisations itself from now on (直管)."""
ENDED: Final = Hook[[UnitOfWork, Sequence[UUID | str]]]()
"""These organisations, which are locked, were deregistered, revoked or dissolved, or it was a mistake that
they were ever entered; one that was merged goes on in another and is not among them."""
MERGING: Final = Hook[[UnitOfWork, OrganizationRow, OrganizationRow]]()
"""The first was found to be the second, both locked; what is about the first is so still."""
MERGED: Final = Hook[[UnitOfWork, OrganizationRow, OrganizationRow]]()
"""The same, when what was about the first is about the second, which goes on."""
RELOCATED: Final = Hook[[UnitOfWork, OrganizationRow, str]]()
"""The organisation, which is locked, is in another division now: `moved` there, or it was a `mistake` that it
ever was elsewhere."""
