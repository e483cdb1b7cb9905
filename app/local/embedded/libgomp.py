"""The OpenMP runtime that llama.cpp's wheel expects the system to have.

Slim Linux machines do not have it, but the wheels of XGBoost and scikit-learn carry a copy of their own
under another name: linked as `libgomp.so.1` it serves.
"""

import ctypes.util
import os
import sys
from importlib.metadata import files
from pathlib import Path


def library_path(home: Path) -> dict[str, str]:
    """Environment under which `libgomp.so.1` is found: nothing to add where the system has it."""
    if sys.platform != "linux" or ctypes.util.find_library("gomp") is not None:
        return {}
    bundled = bundled_libgomp()
    if bundled is None:
        return {}  # the server's own message names the library
    link = home / "lib" / "libgomp.so.1"
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(bundled)
    paths = [str(link.parent), os.environ.get("LD_LIBRARY_PATH", "")]
    return {"LD_LIBRARY_PATH": os.pathsep.join(path for path in paths if path)}


def bundled_libgomp() -> Path | None:
    """The copy inside XGBoost's wheel."""
    shipped = files("xgboost-cpu") or []
    libraries = [Path(str(file.locate())) for file in shipped if file.name.startswith("libgomp")]
    return libraries[0] if libraries else None
