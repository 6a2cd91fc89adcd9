"""What a service's process loads before it is ready: large libraries wait until they are needed."""

import subprocess
import sys

import pytest

LARGE = ("openpyxl", "numpy", "pypinyin", "matplotlib", "pandas")


@pytest.mark.parametrize("service", ["registry", "grants", "partybuild", "notify", "console"])
def test_a_service_starts_without_large_libraries(service: str) -> None:
    code = f"import sys, services.{service}.app; print(*(m for m in {LARGE!r} if m in sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []


def test_a_process_that_serves_no_api_makes_no_routes_of_the_kinds() -> None:
    code = "from services.registry.app import service; print(service.routers.cache_info().currsize)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "0"
