"""The rules of a service: keys of its policy, and what its code keeps without one; each with what it says,
where that is said, and how strongly."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import BaseModel, Field
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

Strength = Literal["must", "generally", "in_principle", "reported_practice", "reading", "ours"]
STRENGTHS: Final[Mapping[Strength, tuple[str, str]]] = {
    "must": ("必须", "a document or the law asks it without exception"),
    "generally": ("一般应", "comply, or explain"),
    "in_principle": ("原则上", "asked for, and no explanation is owed"),
    "reported_practice": ("报道的做法", "a document says that it is done, not that it has to be"),
    "reading": ("理解", "how we read a document that can be read otherwise"),
    "ours": ("本系统设定", "no document states it; somebody had to choose"),
}
Broken = Literal["refused", "recorded", "shown", "reckoned"]
BROKEN: Final[Mapping[Broken, tuple[str, str]]] = {
    "refused": ("不予办理", "the command is refused, with what to do instead"),
    "recorded": ("记录并催办", "it goes through or its day passes; that is recorded, told and followed up"),
    "shown": ("仅作提示", "it goes through; lists and figures show it"),
    "reckoned": ("仅供计算", "it says how something is reckoned: there is nothing to break"),
}
_SOURCE, _STRENGTH, _BROKEN = "source", "strength", "broken"


def rule(
    default: Any = PydanticUndefined, says: str = "", *, source: str, strength: Strength,
    broken: Broken | None = None, **limits: Any,
) -> Any:  # fmt: skip
    """A key of a policy: its default, what it says, the ids of its source, and how strongly that asks for it.

    The strength is that of the rule which the key serves, also where the number is ours: then `source` says
    so. `broken` is what comes of breaking it. `limits` are those of `pydantic.Field`.
    """
    told: JsonDict = {_SOURCE: source, _STRENGTH: strength, _BROKEN: broken}
    return Field(default, description=says, json_schema_extra=told, **limits)


@dataclass(frozen=True)
class Kept:
    """A rule that the code keeps and in which a region has nothing to choose."""

    says: str
    source: str
    strength: Strength
    broken: Broken
    facts: tuple[str, ...]


def kept(says: str, *, source: str, strength: Strength, broken: Broken, facts: tuple[str, ...]) -> Kept:
    """A rule without a value, beside the keys of the policy that it belongs to, as a `ClassVar` of it.

    `facts` are those in which the service keeps it, as `<aggregate>.<fact>`.
    """
    return Kept(says, source, strength, broken, facts)


@dataclass(frozen=True)
class Rule:
    """One key of a policy with its value, or a rule that has none."""

    key: str
    says: str
    source: str
    strength: Strength | None
    broken: Broken | None
    value: Any
    of_profile: bool
    """whether the region's profile sets it; else it is the default"""
    facts: tuple[str, ...] = ()
    """of a rule that the code keeps, in which facts: it has no value, and a profile cannot set it"""


def rules_of(policy: BaseModel, name: str) -> Iterator[Rule]:
    """Every key of a policy and of the sections in it, in their order, and what is kept without one; `name`
    stands before each.

    A key that is not declared by `rule` has no source and no strength.
    """
    values = policy.model_dump(mode="json")
    for field, info in type(policy).model_fields.items():
        section = getattr(policy, field)
        if isinstance(section, BaseModel):
            yield from rules_of(section, f"{name}.{field}")
        else:
            yield _rule(f"{name}.{field}", info, values[field], field in policy.model_fields_set)
    for key, one in vars(type(policy)).items():
        if isinstance(one, Kept):
            yield Rule(
                f"{name}.{key}", one.says, one.source, one.strength, one.broken, None, False, one.facts
            )


def _rule(key: str, info: FieldInfo, value: Any, of_profile: bool) -> Rule:
    told = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    strength: Any = told.get(_STRENGTH)
    broken: Any = told.get(_BROKEN)
    return Rule(
        key, info.description or "", str(told.get(_SOURCE) or ""), strength, broken, value, of_profile
    )
