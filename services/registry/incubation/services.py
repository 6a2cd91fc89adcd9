"""The catalogue of incubation services, and that what is promised or given is in it."""

from collections.abc import Sequence

from chassis.model import Refusal, RefusalKind
from chassis.unit_of_work import UnitOfWork
from services.registry.policy import RegistryPolicy


class ServiceNotInCatalogue(Refusal):
    """A service that the profile's catalogue does not have."""

    code = "incubation_service_unknown"
    kind = RefusalKind.INVALID
    zh = "服务目录中没有“{service}”；目录有：{known}。"
    en = "The catalogue has no service '{service}'; it has {known}."


class NothingPromised(Refusal):
    """An agreement or contract without content."""

    code = "incubation_nothing_promised"
    kind = RefusalKind.INVALID
    zh = "应写明服务内容，请至少选择一项服务。"
    en = "Say which services are promised; name one at least."


def check_services(uow: UnitOfWork, services: Sequence[str], *, at: str) -> None:
    """Raise `NothingPromised`, `ServiceNotInCatalogue`."""
    if not services:
        raise NothingPromised(at=at)
    known = [one.code for one in uow.policy(RegistryPolicy).incubation.services]
    for service in services:
        if service not in known:
            raise ServiceNotInCatalogue(at=at, service=service, known=known)
