"""What no log line and no error message may say: tokens, passwords, and values of people's records.

Whoever logs need not think of it: the last step of every line's way out is here.
"""

import re
from typing import Any

_HIDDEN = "[hidden]"
_LEAST = 6
"""A shorter secret would hide ordinary words."""
_PATTERNS = (
    # A signed token, wherever it stands: its signature goes, so that what is left signs nobody in.
    (re.compile(r"(eyJ[A-Za-z0-9_-]{8,})\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"), rf"\1.{_HIDDEN}"),
    (re.compile(r"(?i)(\bbearer\s+)[^\s\"',\\]{8,}"), rf"\1{_HIDDEN}"),
    # The password of an address, up to the last @ before the host.
    (re.compile(r"(\b[a-z][a-z0-9+]*://[^\s:/@\"']*):[^\s\"']*@"), rf"\1:{_HIDDEN}@"),
    # PostgreSQL's detail of a refused row holds the row; `\n` may stand as two characters in JSON.
    (re.compile(r"(DETAIL:\s+)(?:[^\"\\\n]|\\[^n])*"), rf"\1{_HIDDEN}"),
)
_known: set[str] = set()


def conceal(*secrets: str | None) -> None:
    """Hide these values from now on in all that this process logs."""
    _known.update(secret for secret in secrets if secret is not None and len(secret) >= _LEAST)


def concealed(text: str) -> str:
    """The text without what must not be said."""
    for secret in _known:
        text = text.replace(secret, _HIDDEN)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def conceal_in_line(logger: Any, method: str, line: Any) -> str:
    """The same as the last processor of structlog, on the rendered line."""
    return concealed(str(line))
