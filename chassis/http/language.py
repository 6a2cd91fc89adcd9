"""Which of the two languages a caller wants, by `Accept-Language`; Chinese unless English is preferred."""

from typing import Literal

from starlette.datastructures import Headers

Language = Literal["zh", "en"]


def preferred(headers: Headers) -> Language:
    """`en` where the header ranks English above Chinese, else `zh`."""
    ranks: dict[str, float] = {}
    for part in headers.get("accept-language", "").split(","):
        name, _, quality = part.strip().partition(";q=")
        primary = name.partition("-")[0].lower()
        ranks[primary] = max(ranks.get(primary, 0.0), _quality(quality))
    return "en" if ranks.get("en", 0.0) > ranks.get("zh", 0.0) else "zh"


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
