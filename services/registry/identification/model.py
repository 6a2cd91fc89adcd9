"""What identifies an organisation: the unified social credit code (GB 32100-2015), the number it had before
2016, and its name in a form in which equal names are equal."""

import re
import unicodedata
from functools import lru_cache
from operator import mul

from chassis.model import Refusal, RefusalKind, listed

CODE_SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100: digits and letters without I, O, S, V, Z; a symbol's value is its place."""
BODY_SYMBOLS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""GB 11714, positions 9-17 of the code: here a letter counts ten more than its place in the alphabet."""
_CODE_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CODE_VALUE = {symbol: value for value, symbol in enumerate(CODE_SYMBOLS)}
_ALLOWED = frozenset(CODE_SYMBOLS)
_BODY_VALUE = {symbol: value for value, symbol in enumerate(BODY_SYMBOLS)}
_LONGEST_NUMBER = 60
_NOT_IN_NAMES = re.compile(r"[\W_]+")


class MalformedCreditCode(Refusal):
    """Not a unified social credit code."""

    code = "credit_code_malformed"
    kind = RefusalKind.INVALID
    zh = "统一社会信用代码“{value}”有误：{fault_zh}。请对照登记证书核对。"
    en = "Unified social credit code '{value}' is wrong: {fault_en}. Compare it with the certificate."


class MalformedLegacyNumber(Refusal):
    """Not a registration number of the time before 2016."""

    code = "legacy_number_malformed"
    kind = RefusalKind.INVALID
    zh = "登记证号“{value}”应为 4 至 60 个字符，且至少含一个数字。"
    en = "Registration number '{value}' must have 4 to 60 characters, one of them a digit."


class EmptyName(Refusal):
    """A name without a single letter or character."""

    code = "name_empty"
    kind = RefusalKind.INVALID
    zh = "名称“{value}”不能为空，长度不超过 200 字。"
    en = "The name '{value}' must not be empty nor longer than 200 characters."


def _body_check(body: str) -> str:
    """The check symbol of GB 11714 for the eight symbols `body`."""
    total = sum(map(mul, map(_BODY_VALUE.__getitem__, body), _BODY_WEIGHTS))
    return "0123456789X0"[11 - total % 11]


def _code_check(first: str) -> str:
    """The check symbol of GB 32100 for the seventeen symbols `first`."""
    total = sum(map(mul, map(_CODE_VALUE.__getitem__, first), _CODE_WEIGHTS))
    return CODE_SYMBOLS[(31 - total % 31) % 31]


def credit_code(text: str, *, at: str | None = None) -> str:
    """`text` as a unified social credit code: upper case, no spaces, both check symbols right.

    Full-width characters are accepted. Raises `MalformedCreditCode` that says which check failed
    (GB 32100-2015: symbol 18; GB 11714: symbol 17).
    """
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    code = "".join(plain.split()).replace("-", "").upper()
    if len(code) != 18:
        raise MalformedCreditCode(
            at=at,
            value=text,
            fault_zh=f"应为 18 位，实为 {len(code)} 位",
            fault_en=f"18 symbols, not {len(code)}",
        )
    if not _ALLOWED.issuperset(code):
        symbols = dict.fromkeys(symbol for symbol in code if symbol not in _ALLOWED)
        raise MalformedCreditCode(
            at=at, value=text, fault_zh=f"不应含有 {listed(symbols, 'zh')}",
            fault_en=f"{listed(symbols, 'en')} may not occur",
        )  # fmt: skip
    if _body_check(code[8:16]) != code[16]:
        raise MalformedCreditCode(
            at=at, value=text, fault_zh="第 17 位校验不符", fault_en="symbol 17 does not check"
        )
    if _code_check(code[:17]) != code[17]:
        raise MalformedCreditCode(
            at=at, value=text, fault_zh="第 18 位校验不符", fault_en="symbol 18 does not check"
        )
    return code


def complete_credit_code(authority_and_kind: str, division: str, body: str) -> str:
    """The code of 2 + 6 + 8 symbols with both check symbols added, for generators and tests."""
    first = authority_and_kind + division + body
    first += _body_check(body)
    return first + _code_check(first)


def legacy_number(text: str, *, at: str | None = None) -> str:
    """A number of before 2016 (`津滨社证字第0123号`), trimmed; raises `MalformedLegacyNumber`."""
    number = unicodedata.normalize("NFKC", text).strip()
    if not 4 <= len(number) <= _LONGEST_NUMBER or not any(c.isdigit() for c in number):
        raise MalformedLegacyNumber(value=text, at=at)
    return number


def organization_name(text: str, *, at: str | None = None) -> str:
    """A name as it is shown: no outer or doubled white space, no control characters. Raises `EmptyName`."""
    printable = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    name = " ".join(printable.split())
    if len(name) > 200 or not normalized_name(name):
        raise EmptyName(value=text[:200], at=at)
    return name


@lru_cache(maxsize=1024)
def normalized_name(name: str) -> str:
    """The name in which duplicates are equal: width, case, spaces and punctuation do not count.

    Cached, since a row of an import asks first whether its name has one, and a little later for it.
    """
    return _NOT_IN_NAMES.sub("", unicodedata.normalize("NFKC", name)).casefold()
