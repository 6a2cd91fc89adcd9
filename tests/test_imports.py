"""What a `model.py` may import: the standard library, other `model.py` files, and the basis of a fact."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODELS = sorted([*ROOT.glob("services/**/model.py"), ROOT / "chassis" / "model.py"])


def imported(tree: ast.Module) -> list[str]:
    """The modules that the file imports, `from a import model` counted as `a.model`."""
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if module.split(".")[0] in sys.stdlib_module_names or module.endswith("model"):
                names.append(module)
            else:
                names += [f"{module}.{alias.name}" for alias in node.names]
    return names


def allowed(name: str) -> bool:
    """Whether the name is of the standard library or a `model` module, or the basis that every fact has."""
    return (
        name == "shuniu_contracts.Basis"
        or name.split(".")[0] in sys.stdlib_module_names
        or name.rpartition(".")[2] == "model"
    )


@pytest.mark.parametrize("file", MODELS, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_model_imports_only_the_standard_library_and_other_models(file: Path) -> None:
    foreign = [name for name in imported(ast.parse(file.read_text(encoding="utf-8"))) if not allowed(name)]
    assert foreign == [], f"{file.relative_to(ROOT)} imports {foreign}"


def test_the_rule_sees_a_framework() -> None:
    tree = ast.parse(
        "import sqlmodel\nfrom chassis.unit_of_work import UnitOfWork\nfrom datetime import date"
    )
    assert [name for name in imported(tree) if not allowed(name)] == [
        "sqlmodel",
        "chassis.unit_of_work.UnitOfWork",
    ]
