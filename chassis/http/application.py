"""Makes a service's ASGI application: its routers, the chassis' own, and what every refusal looks like."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chassis.http import events, health, operations, policies
from chassis.http.authentication import Verifier
from chassis.http.call import Authenticator
from chassis.http.description import describe
from chassis.http.guard import Guard, body_refused
from chassis.http.language import preferred
from chassis.http.problems import Explained, of_explained, of_refusal, of_refusals, problem
from chassis.http.validation import faults
from chassis.model import Refusal, Refusals
from chassis.runtime import Runtime

_CODES = {
    400: "content_malformed",
    404: "not_found",
    405: "method_not_allowed",
    415: "unsupported_content_type",
}
_SENTENCES = {
    400: (
        "无法解析请求内容，请检查格式与编码。",
        "The content cannot be parsed; check its format and encoding.",
    ),
    404: ("没有这个地址。", "There is no such address."),
    405: ("该地址不支持此方法。", "The address does not take this method."),
}


def create_app(runtime: Runtime, *, api: bool = True, authenticator: Authenticator | None = None) -> FastAPI:
    """The application of one service; with `api=False` health and metrics only, for a process without it.

    `authenticator` replaces the bearer token check of the settings. The application's `state` carries
    `runtime` and `authenticator`, for `Service.mount`.
    """
    service = runtime.service
    # No documentation pages: they load scripts from outside, which a closed network has not.
    app = FastAPI(title=f"Shuniu {service.name}", version="1", docs_url=None, redoc_url=None)
    app.state.runtime = runtime
    app.state.authenticator = authenticator or Verifier(
        runtime.settings.auth, runtime.settings.environment, service.roles
    )
    app.include_router(health.router)
    if api:
        for router in (*service.routers(), operations.router, policies.router, events.router):
            app.include_router(router)
    _handle_errors(app)
    app.add_middleware(Guard, service=service.name, settings=runtime.settings.http)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    if api and service.mount is not None:
        service.mount(app, runtime)
    return app


def _handle_errors(app: FastAPI) -> None:
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(Refusals, _refusals)
    app.add_exception_handler(Explained, _explained)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return of_refusal(request, error)


async def _refusals(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusals)
    return of_refusals(request, error)


async def _explained(request: Request, error: Exception) -> Response:
    assert isinstance(error, Explained)
    return of_explained(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    language = preferred(request.headers)
    found = faults(error.errors(), language)
    detail = f"有 {len(found)} 处填写有误。" if language == "zh" else f"{len(found)} fields are not valid."
    return problem(request, 422, "request_invalid", detail, errors=found)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if (response := body_refused(request)) is not None:
        return response
    zh, en = _SENTENCES.get(error.status_code, (str(error.detail), str(error.detail)))
    detail = zh if preferred(request.headers) == "zh" else en
    code = _CODES.get(error.status_code, f"http_{error.status_code}")
    return problem(request, error.status_code, code, detail, headers=error.headers)
