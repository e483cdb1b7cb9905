"""Where the service finds what it brings along, and where it keeps what it makes.

A checkout has `migrations` and `model_store` beside the packages. A wheel carries both as data of this
package (pyproject.toml puts them there), so that they are found from any folder.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_DATA = _PACKAGE / "_data"
_IS_WHEEL = _DATA.is_dir()

ROOT = _PACKAGE.parent
"""The folder of the packages: the checkout, or where a wheel is installed."""

MIGRATIONS = (_DATA if _IS_WHEEL else ROOT) / "migrations"
"""Alembic's environment and its versions."""

MODEL_STORE = (_DATA if _IS_WHEEL else ROOT) / "model_store"
"""The models that are shipped; the setting MODEL_STORE names another folder."""

HOME = Path("~/.turnpoint") if _IS_WHEEL else ROOT / ".turnpoint"
"""Where data and weights are kept unless TURNPOINT_HOME says otherwise; `~` is not expanded yet."""
