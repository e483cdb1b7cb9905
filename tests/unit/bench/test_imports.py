"""Benchmarks run where no test tools are installed, whatever they share with the tests."""

import ast
from collections.abc import Iterator
from pathlib import Path

from app.paths import ROOT

TEST_TOOLS = {"pytest", "hypothesis"}


def test_benchmarks_take_no_test_tools_along() -> None:
    """Of what they share with the tests, too: `make screenshots` ended at an import of pytest."""
    todo = [*(ROOT / "bench").glob("*.py")]
    seen, taken = set(todo), {}
    while todo:
        path = todo.pop()
        for name in imported_by(path):
            if name.split(".")[0] in TEST_TOOLS:
                taken[path.relative_to(ROOT).as_posix()] = name
            fresh = [one for one in files_of(name) if one not in seen]
            seen.update(fresh)
            todo += fresh
    assert any("tests" in path.parts for path in seen)
    assert taken == {}


def imported_by(path: Path) -> Iterator[str]:
    """What a module imports as it is imported itself, by name; names in modules among them."""
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def files_of(name: str) -> list[Path]:
    """The file of a module of the tests or the benchmarks; none of what is neither, or no module."""
    if name.split(".", maxsplit=1)[0] not in ("tests", "bench"):
        return []
    path = ROOT / Path(*name.split(".")).with_suffix(".py")
    return [path] if path.exists() else []
