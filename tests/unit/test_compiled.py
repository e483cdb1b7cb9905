"""The machine code of inner loops is made anew when, and only when, what it is made of has changed."""

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher
from numba.core.errors import NumbaError

import app
from app.compiled import compiled_in_place, compiled_sources
from app.domain import tolerances
from app.domain.schema import FloatArray

ROOT = Path(app.__file__).parent
MODULES = [
    importlib.import_module(".".join(["app", *path.relative_to(ROOT).with_suffix("").parts]))
    for path in compiled_sources()
]


def compiled_functions() -> Iterator[Any]:
    for module in MODULES:
        for value in vars(module).values():
            if isinstance(value, Dispatcher) and value.__module__ == module.__name__:
                yield value


@pytest.mark.parametrize("function", [*compiled_functions()], ids=lambda f: f"{f.__module__}.{f.__name__}")
def test_a_compiled_function_takes_names_from_compiled_modules_and_numpy_alone(function: Any) -> None:
    python = function.py_func
    for name in python.__code__.co_names:
        value = python.__globals__.get(name)
        if value is None or isinstance(value, ModuleType):
            continue
        home = inspect.getmodule(value)
        if home is None:  # a constant: of the function's own module, or imported from one that assigns it
            assert _assigns(_origin(importlib.import_module(function.__module__), name), name), name
        else:
            assert home in MODULES, f"{name} comes from {home.__name__}"


def test_modules_without_compiled_functions_do_not_count() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in compiled_sources()}
    assert "engine/exact/branch.py" in names
    assert "main.py" not in names


def test_tolerances_count_and_come_from_nowhere_else() -> None:
    """A constant worked out from another module's could change without the sources that are looked at."""
    assert tolerances in MODULES
    statements = ast.walk(ast.parse(inspect.getsource(tolerances)))
    assert not any(isinstance(statement, ast.Import | ast.ImportFrom) for statement in statements)


def test_what_works_in_place_makes_no_array() -> None:
    """It would count references, which took nine tenths of the time of what is called for each tree."""

    @compiled_in_place
    def doubled(values: FloatArray) -> FloatArray:
        return values + values

    with pytest.raises(NumbaError):
        doubled(np.zeros(2))


def _origin(module: ModuleType, name: str) -> ModuleType:
    """The compiled module that a constant is imported from; the given one where it is not imported."""
    statements = ast.parse(inspect.getsource(module)).body
    imports = [statement for statement in statements if isinstance(statement, ast.ImportFrom)]
    homes = [each.module for each in imports if name in [alias.asname or alias.name for alias in each.names]]
    origin = importlib.import_module(homes[0]) if homes and homes[0] else module
    assert origin in MODULES, f"{name} comes from {origin.__name__}"
    return origin


def _assigns(module: ModuleType, name: str) -> bool:
    statements = ast.parse(inspect.getsource(module)).body
    targets = [target for each in statements if isinstance(each, ast.Assign) for target in each.targets]
    names = {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
    return name in names
