"""The machine code of inner loops is made anew when, and only when, what it is made of has changed."""

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from numba.core.dispatcher import Dispatcher

import app
from app.compiled import compiled_sources

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
        if home is None:  # a constant: it is where its module assigns it
            assert any(_assigns(module, name) for module in MODULES), name
        else:
            assert home in MODULES, f"{name} comes from {home.__name__}"


def test_modules_without_compiled_functions_do_not_count() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in compiled_sources()}
    assert "engine/exact/branch.py" in names
    assert "main.py" not in names


def _assigns(module: ModuleType, name: str) -> bool:
    statements = ast.parse(inspect.getsource(module)).body
    targets = [target for one in statements if isinstance(one, ast.Assign) for target in one.targets]
    names = {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
    return name in names
