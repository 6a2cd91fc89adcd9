"""Initials by which people find a Chinese name: `ygmm` for 阳光妈妈.

Each character has its commonest reading: to look names up in a dictionary of phrases changes few initials,
costs an import of 100,000 names ten times as much, and every process 40 MB.
"""

import os
from collections.abc import Callable
from functools import cache


@cache
def _reader() -> Callable[[str], str]:
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")  # it is read once, when the library is loaded
    from pypinyin import Style, lazy_pinyin

    return lambda character: lazy_pinyin(character, style=Style.FIRST_LETTER)[0][:1].lower()


class _Initials(dict[int, str]):
    """Each character's initial, found when it is first met; in the form in which a text is translated."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _reader()(chr(code))
        return found


_INITIALS = _Initials()


def initials(text: str) -> str:
    """Lower case; letters, digits and signs stay as they are: 120社工A组 is `120sgaz`."""
    return text.translate(_INITIALS)
