"""The OpenAPI document: problem responses, command headers and permissions added to what FastAPI derives."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from chassis.http.problems import MEDIA_TYPE, TITLES, Fault, Problem

_METHODS = {"get", "post", "put", "patch", "delete"}
_COMMANDS = _METHODS - {"get"}
_COMMAND_HEADERS = (
    ("If-Match", "the ETag read before; a record saved by somebody else meanwhile is a 412"),
    ("Idempotency-Key", "chosen by the caller; a retry with the same key gets the first answer"),
)


def describe(app: FastAPI) -> dict[str, Any]:
    """The document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for model in (Problem, Fault):
            schemas[model.__name__] = model.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas[model.__name__].pop("$defs", None)
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        for operations in document["paths"].values():
            for method, operation in operations.items():
                if method in _METHODS:
                    _complete(method, operation)
        app.openapi_schema = document
    return app.openapi_schema


def _complete(method: str, operation: dict[str, Any]) -> None:
    responses = operation.setdefault("responses", {})
    for status, (zh, en) in TITLES.items():
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        present = responses.get(str(status))
        if present is None or status == 422:
            responses[str(status)] = {"description": f"{en} ({zh})", "content": content}
        else:
            present.setdefault("content", {}).update(content)
    parameters = operation.setdefault("parameters", [])
    if method in _COMMANDS:
        parameters += [
            {
                "name": name,
                "in": "header",
                "required": False,
                "description": text,
                "schema": {"type": "string"},
            }
            for name, text in _COMMAND_HEADERS
        ]
