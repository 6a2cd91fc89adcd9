"""`shuniu` whose commands write no event log and no outbox: what the benchmark of commands compares with."""

from chassis.command.main import main
from chassis.unit_of_work import UnitOfWork


def _forget(work: UnitOfWork, *event: object, **place: object) -> None:
    """Take the place of `UnitOfWork.append`: nothing is encoded, written or announced."""


if __name__ == "__main__":
    UnitOfWork.append = _forget  # type: ignore[method-assign, assignment]
    main()
