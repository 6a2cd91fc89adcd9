"""The classes of organisations (分类), by which they are cultivated and guided."""

from chassis.model import Refusal, RefusalKind
from chassis.unit_of_work import UnitOfWork
from services.registry.incubation.policy import CultivationClass
from services.registry.policy import RegistryPolicy


class UnknownClass(Refusal):
    """A class that the profile does not have."""

    code = "cultivation_class_unknown"
    kind = RefusalKind.INVALID
    zh = "没有“{code_}”这个培育类别；有：{known}。"
    en = "There is no class '{code_}'; there are {known}."


def class_of(uow: UnitOfWork, code: str, *, at: str = "/cultivation_class") -> CultivationClass:
    """The class of this code; raises `UnknownClass`."""
    classes = uow.policy(RegistryPolicy).incubation.cultivation_classes
    found = next((one for one in classes if one.code == code), None)
    if found is None:
        raise UnknownClass(at=at, code_=code, known=[one.code for one in classes])
    return found
