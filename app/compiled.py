"""The one place that knows how inner loops are compiled to machine code."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

_Function = TypeVar("_Function", bound=Callable[..., Any])
_HERE = Path(__file__).resolve().parent
_TOLERANCES = _HERE / "domain" / "tolerances.py"
_WHOLE = "whole"
_IMPORTS_IT = b"\nfrom app.compiled import compiled"


def compiled(function: _Function) -> _Function:
    """Compile a function over arrays and numbers with numba, when it is first called.

    Other threads run meanwhile (`nogil`). The machine code is kept in NUMBA_CACHE_DIR, beside the source or
    in the user's cache, whichever can be written, so that only the first start on a machine compiles; where
    none can, every start does.
    """
    return _njit(function)


def compiled_in_place(function: _Function) -> _Function:
    """As `compiled`, for a function that makes no array but writes into those it is given.

    Other code counts references to each array of each named tuple that is passed on or looked into, which
    takes longer than asking a small tree. This does without; a function that makes an array fails to compile.
    """
    return _njit(function, _nrt=False)


def _njit(function: _Function, **options: Any) -> _Function:
    kept = _KEPT_IN is not None
    return cast(_Function, numba.njit(cache=kept, nogil=True, error_model="numpy", **options)(function))


def is_cold() -> bool:
    """Whether not all has been compiled yet that later starts could load."""
    return _KEPT_IN is not None and not (_KEPT_IN / _WHOLE).exists()


def note_all_compiled() -> None:
    """Whoever has had everything compiled says so; one that was broken off leaves a part."""
    if _KEPT_IN is not None:
        with suppress(OSError):  # a full disk: the next start looks once more
            (_KEPT_IN / _WHOLE).touch()


def compiled_sources() -> list[Path]:
    """The modules that machine code is made of: those that import a decorator, and the tolerances.

    A compiled function may call functions and take constants from these alone; a test sees to it.
    """
    importing = [path for path in _HERE.rglob("*.py") if _IMPORTS_IT in path.read_bytes()]
    return sorted([*importing, _TOLERANCES])


def _kept_in() -> Path | None:
    """A folder for the machine code of exactly these sources.

    Numba looks whether a function's own file has changed, but not whether another has that it calls or takes
    a constant from. So each state of the compiled modules has a folder of its own; a change anywhere else
    leaves it as it is.
    """
    digest = hashlib.sha256()
    for source in compiled_sources():
        digest.update(source.read_bytes())
    for base in _places():
        folder = base / f"compiled-{digest.hexdigest()[:16]}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return None


def _places() -> Iterator[Path]:
    if chosen := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(chosen)
    yield _HERE / "__pycache__"
    yield Path(os.path.expanduser("~/.cache/turnpoint"))  # noqa: PTH111 - expanduser of Path may raise


_KEPT_IN = _kept_in()
if _KEPT_IN is not None:
    numba.config.CACHE_DIR = str(_KEPT_IN)  # type: ignore[attr-defined]
