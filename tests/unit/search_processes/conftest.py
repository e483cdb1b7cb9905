"""What stands for processes here are threads of this process: none may be taken to be frozen, and killed."""

from collections.abc import Iterator

import pytest

from app.search_processes import process


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    """However slow the machine is."""
    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(process, "_START_S", 120.0)
        patching.setattr(process, "_LOOKS", 1_000)
        yield
