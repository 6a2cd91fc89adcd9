"""Problem details (RFC 9457): every answer that is a no, with a stable code, in Chinese or English."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.http.language import Language, preferred
from chassis.model import Refusal, RefusalKind, Refusals

MEDIA_TYPE = "application/problem+json"

STATUS = {
    RefusalKind.INVALID: 422,
    RefusalKind.CONFLICT: 409,
    RefusalKind.FORBIDDEN: 403,
    RefusalKind.MISSING: 404,
    RefusalKind.STALE: 412,
    RefusalKind.TOO_LARGE: 413,
    RefusalKind.UNAVAILABLE: 503,
}
# Which status several refusals of different kinds share: the one that decides, first.
_PRECEDENCE = (403, 404, 412, 409, 413, 422)

TITLES: dict[int, tuple[str, str]] = {
    400: ("请求格式错误", "Bad request"),
    401: ("需要登录", "Sign-in required"),
    403: ("没有权限", "Not permitted"),
    404: ("未找到", "Not found"),
    405: ("不支持的方法", "Method not allowed"),
    408: ("请求过慢", "The request came too slowly"),
    409: ("与当前状态冲突", "Conflict with the present state"),
    412: ("记录已被修改", "The record was changed"),
    413: ("内容过大", "Content too large"),
    415: ("不支持的内容类型", "Unsupported content type"),
    422: ("内容有误", "The content is not valid"),
    500: ("系统错误", "Internal error"),
    503: ("服务暂不可用", "Temporarily unavailable"),
}


class Fault(BaseModel):
    """One field that is wrong."""

    pointer: str = Field(
        description="JSON pointer into the body, or /name of a parameter, or a workbook cell"
    )
    location: str = Field("body", description="body, query, path or header")
    code: str
    detail: str


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="stable, for programs")
    instance: str
    correlation_id: str | None = None
    errors: list[Fault] | None = None
    parameters: dict[str, Any] | None = Field(None, description="the values that the sentence names")
    changed: dict[str, Any] | None = Field(None, description="of a stale write: the record as it is now")


class Explained(Exception):
    """A no that the HTTP layer itself gives, with its sentence in both languages."""

    def __init__(
        self, status: int, code: str, zh: str, en: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(en)
        self.status, self.code, self.zh, self.en = status, code, zh, en
        self.headers = dict(headers or {})

    def message(self, language: Language) -> str:
        """The sentence for people."""
        return self.zh if language == "zh" else self.en


def problem(
    request: Request, status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None,
    errors: Sequence[Fault] | None = None, parameters: Mapping[str, Any] | None = None,
    changed: Mapping[str, Any] | None = None,
) -> Response:  # fmt: skip
    """The response that says no."""
    language = preferred(request.headers)
    zh, en = TITLES.get(status, ("请求未完成", "The request was not done"))
    body: dict[str, Any] = {
        "type": f"urn:shuniu:problem:{code}",
        "title": zh if language == "zh" else en,
        "status": status,
        "detail": detail,
        "code": code,
        "instance": request.url.path,
        "correlation_id": getattr(request.state, "correlation_id", None),
        "errors": [fault.model_dump() for fault in errors] if errors else None,
        "parameters": dict(parameters) if parameters else None,
        "changed": changed,
    }
    content = msgspec.json.encode({k: v for k, v in body.items() if v is not None}, enc_hook=str)
    return Response(
        content,
        status,
        {"content-language": language, "vary": "Accept-Language", **(headers or {})},
        MEDIA_TYPE,
    )


def of_explained(request: Request, error: Explained) -> Response:
    """A no of the HTTP layer as a response."""
    detail = error.message(preferred(request.headers))
    return problem(request, error.status, error.code, detail, headers=error.headers)


def of_refusal(request: Request, refusal: Refusal) -> Response:
    """A domain's no as a response; a stale write says what the record is now."""
    language = preferred(request.headers)
    parameters = {k: v for k, v in refusal.details.items() if k != "present"}
    present = refusal.details.get("present")
    return problem(
        request,
        STATUS[refusal.kind],
        refusal.code,
        refusal.message(language),
        errors=[_fault(refusal, language)] if refusal.at is not None else None,
        parameters=parameters,
        changed=present if isinstance(present, Mapping) else None,
    )


def of_refusals(request: Request, found: Refusals) -> Response:
    """All faults of one command as one response."""
    language = preferred(request.headers)
    statuses = {STATUS[refusal.kind] for refusal in found.refusals}
    status = next((s for s in _PRECEDENCE if s in statuses), 422)
    count = len(found.refusals)
    detail = f"共有 {count} 处问题。" if language == "zh" else f"{count} things are wrong."
    return problem(
        request, status, "several_refusals", detail, errors=[_fault(r, language) for r in found.refusals]
    )


def _fault(refusal: Refusal, language: Language) -> Fault:
    pointer = refusal.at or ""
    return Fault(pointer=pointer, code=refusal.code, detail=refusal.message(language))
