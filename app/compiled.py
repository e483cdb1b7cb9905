"""The one place that knows how inner loops are compiled to machine code."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Compile a function over arrays and numbers with numba, when it is first called.

    Other threads run meanwhile (`nogil`). The machine code is kept beside the source, in NUMBA_CACHE_DIR or
    in the user's cache, so that only the first start on a machine compiles; where none of these can be
    written, every start does.
    """
    try:
        return cast(_Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
    except RuntimeError:  # numba found no folder for its cache
        return cast(_Function, numba.njit(nogil=True, error_model="numpy")(function))
