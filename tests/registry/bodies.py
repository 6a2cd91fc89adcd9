"""Bodies of requests as a caller may write them, drawn from the form that the API itself describes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from hypothesis import strategies as st

Schema = Mapping[str, Any]
_WORDS = st.text(alphabet="整改材料会议通知已按期完成0123456789", min_size=1, max_size=12)


def bodies(schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
    """Objects of this JSON schema: every required field, and any of the others."""
    definitions = schema.get("$defs", {})
    required = set(schema.get("required", ()))
    fields = {name: values(field, definitions) for name, field in schema.get("properties", {}).items()}
    return st.fixed_dictionaries(
        {name: value for name, value in fields.items() if name in required},
        optional={name: value for name, value in fields.items() if name not in required},
    )


def values(schema: Schema, definitions: Schema) -> st.SearchStrategy[Any]:
    """Values of a field; raises NotImplementedError for a form that no body has had so far."""
    if "$ref" in schema:
        return values(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        return st.one_of([values(one, definitions) for one in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    match schema.get("type"):
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer":
            return _integers(schema)
        case "number":
            return st.floats(schema.get("minimum", 0), schema.get("maximum", 1e6), allow_nan=False)
        case "array":
            most = min(schema.get("maxItems", 4), 4)
            return st.lists(
                values(schema["items"], definitions), min_size=schema.get("minItems", 0), max_size=most
            )
        case "object" if "properties" in schema:
            return bodies({**schema, "$defs": definitions})
        case "object":
            inner = schema.get("additionalProperties")
            value = values(inner, definitions) if isinstance(inner, Mapping) else _WORDS
            return st.dictionaries(st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True), value, max_size=3)
        case "string":
            return _strings(schema)
    raise NotImplementedError(f"no values for {dict(schema)}")


def _integers(schema: Schema) -> st.SearchStrategy[int]:
    least = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    return st.integers(least, schema.get("maximum", max(least, 0) + 1000))


def _strings(schema: Schema) -> st.SearchStrategy[str]:
    if schema.get("format") == "date":
        return st.dates(date(2000, 1, 1), date(2190, 1, 1)).map(date.isoformat)
    if schema.get("format") == "uuid":
        return st.uuids(version=4).map(str)
    if "pattern" in schema:
        pattern = schema["pattern"].replace("$", r"\Z")
        printable = st.characters(max_codepoint=126) if pattern.isascii() else st.characters(codec="utf-8")
        return st.from_regex(pattern, alphabet=printable).filter(lambda text: text.strip() == text)
    return _WORDS.map(lambda words: words[: schema.get("maxLength", 12)])
