"""Every method's settings as a table, read from its adapter and from the package that is installed.

Nothing of it is written by hand: options and their defaults are of the adapter's class, keywords that it
gives its package are of its source, and what it leaves to the package is of the package's own signatures. A
keyword whose value is worked out may come to None, and what goes by position or `**` is under options alone.
"""

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from research.evaluation.methods.registry import Method

_HEAD = ("method", "package", "options", "given to the package", "left at the package's default", "limit, s")
_OURS = ("self", "setup", "endpoint")


def settings_table(methods: Sequence[Method]) -> str:
    """A Markdown table with a row a method; the packages of all of them must be installed."""
    lines = [f"| {' | '.join(_HEAD)} |", "|---" * len(_HEAD) + "|"]
    lines += [f"| {' | '.join(_cells(method))} |" for method in methods]
    return "\n".join(lines) + "\n"


def options_of(method: Method) -> dict[str, Any]:
    """What the adapter is made with: its own defaults, and over them the method's options."""
    adapter = resolve_name(method.adapter.target)
    return _defaults(adapter) | dict(method.options)


def given_to_package(method: Method) -> dict[str, str]:
    """The keywords that the adapter's source gives to functions of its package, as the source has them."""
    called = {path.rpartition(":")[2].rpartition(".")[2] for path in method.adapter.calls}
    module = resolve_name(method.adapter.target.partition(":")[0])
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    return {
        keyword.arg: ast.unparse(keyword.value)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and _name(call.func) in called
        for keyword in call.keywords
        if keyword.arg is not None
    }


def left_to_package(method: Method) -> dict[str, Any]:
    """The package's own defaults of what the adapter does not give it."""
    given = given_to_package(method)
    kept: dict[str, Any] = {}
    for path in method.adapter.calls:
        kept |= _defaults(resolve_name(path))
    return {name: value for name, value in kept.items() if name not in given}


def _cells(method: Method) -> Iterator[str]:
    yield method.name
    yield "Turnpoint" if method.package is None else f"{method.package} {version(method.package)}"
    yield _words(options_of(method))
    yield _given_words(given_to_package(method))
    yield _words(left_to_package(method))
    yield f"{method.hard_limit_s:g}"


def _defaults(called: Any) -> dict[str, Any]:
    return {
        name: parameter.default
        for name, parameter in inspect.signature(called).parameters.items()
        if parameter.default is not inspect.Parameter.empty and name not in _OURS
    }


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_plain(value: str) -> bool:
    try:
        ast.literal_eval(value)
    except ValueError:
        return False
    return True


def _given_words(given: Mapping[str, str]) -> str:
    """Constants with their value; of what is worked out, from options or for each person, the name."""
    constants = {name: value for name, value in given.items() if _is_plain(value)}
    others = ", ".join(f"`{name}`" for name in given if name not in constants)
    return "; ".join(part for part in (_words(constants), others and f"worked out: {others}") if part)


def _words(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"`{name}={_plain(value)}`" for name, value in settings.items())


def _plain(value: Any) -> str:
    return str(value).replace("'", "").replace('"', "").replace("|", "/")
