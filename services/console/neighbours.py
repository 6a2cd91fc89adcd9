"""A client of the other services' public HTTP, signed in as the person at the page."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpx

_TIMEOUT_S = 20.0
_FILE_TIMEOUT_S = 300.0
"""A workbook of a hundred thousand rows takes a minute to write or to read."""


class NotDone(Exception):
    """A service said no or did not answer; the message is for the person at the page."""

    def __init__(
        self, message: str, *, status: int = 0, changed: Mapping[str, Any] | None = None,
        faults: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.status = status
        self.faults = dict(faults or {})
        """what is wrong by field: JSON pointer -> sentence"""
        self.changed = dict(changed or {})
        """of a stale write: the record as it is now"""


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def client() -> httpx.AsyncClient:
    """An HTTP client for a few requests; never through a proxy."""
    return httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=False, verify=_tls())


@dataclass(frozen=True)
class Neighbours:
    """The services as one person may use them."""

    urls: Mapping[str, str]
    token: str
    language: str = "zh"

    async def get(self, service: str, path: str, **query: str | int | list[str]) -> Any:
        """The JSON answer; raises `NotDone`."""
        return (await self._ask("GET", service, path, params=query)).json()

    async def file(self, service: str, path: str, **query: str | int | list[str]) -> bytes:
        """A file as the service makes it; raises `NotDone`."""
        return (await self._ask("GET", service, path, params=query, timeout=_FILE_TIMEOUT_S)).content

    async def bring(self, service: str, path: str, name: str, content: bytes, **form: str) -> Any:
        """Hand in a file with the fields of a form; the JSON answer. Raises `NotDone`."""
        answer = await self._ask(
            "POST", service, path, files={"file": (name, content)}, data=form, timeout=_FILE_TIMEOUT_S
        )
        return answer.json()

    async def send(
        self, method: str, service: str, path: str, body: Mapping[str, Any] | None = None, *,
        revision: int | None = None,
    ) -> Any:  # fmt: skip
        """A command; `revision` is the one that the person has seen. Raises `NotDone`."""
        headers = {} if revision is None else {"if-match": f'"{revision}"'}
        answer = await self._ask(
            method, service, path, headers=headers, json=None if body is None else dict(body)
        )
        return answer.json()

    async def _ask(
        self, method: str, service: str, path: str, *, headers: Mapping[str, str] | None = None,
        **arguments: Any,
    ) -> httpx.Response:  # fmt: skip
        if service not in self.urls:
            zh = f"本控制台没有配置“{service}”服务的地址。"
            raise NotDone(self._said(zh, f"The console was given no address of the service '{service}'."))
        signed = {
            "authorization": f"Bearer {self.token}", "accept-language": self.language, **(headers or {})
        }  # fmt: skip
        try:
            async with client() as http:
                answer = await http.request(
                    method, f"{self.urls[service]}{path}", headers=signed, **arguments
                )
        except httpx.HTTPError:
            zh = f"“{service}”服务暂时没有回应，请稍后再试。"
            raise NotDone(self._said(zh, f"The service '{service}' does not answer; try again.")) from None
        if answer.is_success:
            return answer
        raise self._refused(service, answer)

    def _refused(self, service: str, answer: httpx.Response) -> NotDone:
        try:
            problem = answer.json()
        except ValueError:
            problem = {}
        errors = problem.get("errors") or ()
        faults = [fault["detail"] for fault in errors]
        detail = problem.get("detail") or self._said(
            f"“{service}”服务返回错误 {answer.status_code}。",
            f"The service '{service}' answered {answer.status_code}.",
        )
        sentences = [detail, *(fault for fault in faults if fault != detail)]
        return NotDone(
            " ".join(sentences), status=answer.status_code, changed=problem.get("changed"),
            faults={fault["pointer"]: fault["detail"] for fault in errors},
        )  # fmt: skip

    def _said(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en
