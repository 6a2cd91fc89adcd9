"""Work on one connection behind the back of whoever prepares the next: one statement after another."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, Self, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Behind:
    """What is done behind the block that it is opened for; when that ends, however, nothing is left of it.

    An error is raised where its task is awaited, as it is: a group of tasks would wrap it.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()  # fair: who asked first is first
        self._tasks: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def do(
        self, work: Callable[P, Coroutine[Any, Any, T]], *arguments: P.args, **named: P.kwargs
    ) -> asyncio.Task[T]:  # fmt: skip
        """Begin it when all that was asked for before is done."""

        async def in_turn() -> T:
            async with self._turn:
                return await work(*arguments, **named)

        return self._begun(in_turn())

    def beside(
        self, work: Callable[P, Coroutine[Any, Any, T]], *arguments: P.args, **named: P.kwargs
    ) -> asyncio.Task[T]:  # fmt: skip
        """Begin it now: it does not need the connection."""
        return self._begun(work(*arguments, **named))

    def _begun(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # of one that nobody awaits any more, since another's was raised
