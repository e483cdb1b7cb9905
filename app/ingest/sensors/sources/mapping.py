"""What a mapping file says: which column of a table of days is which feature."""

import difflib
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from app.ingest.sensors.features.table import BY_NAME, OF_DAYS
from app.ingest.sensors.sources.base import SourceError
from app.parsing.misfits import misfit_words

_RESERVED = frozenset({"person_id", "date", "minutes_in_day", "observed", "worn"})


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Told):
    """A column of the table, and what makes its numbers the feature's."""

    column: str
    """Its name in the header."""
    scale: float = Field(1.0, gt=0)
    """What a number is multiplied by, such as 0.001 for metres told in millimetres."""
    missing: tuple[float, ...] = ()
    """Numbers that stand for: not measured."""


class FactColumn(_Told):
    """A column that tells something of the person."""

    column: str
    """Its name in the header."""
    is_number: bool = False
    """Whether it is read as a number; else it stays text."""
    words: dict[str, str] = {}
    """Texts that are written otherwise, such as "<30", which is read as a laboratory's limit elsewhere."""


class Mapping(_Told):
    """A table of days, one row a person and day."""

    person: str
    """The column of the person's id."""
    date: str
    """The column of the day, such as 2024-02-14."""
    delimiter: str = Field(",", min_length=1, max_length=1)
    """What separates cells."""
    columns: dict[str, Column]
    """Columns by the name of the feature that they tell."""
    facts: dict[str, FactColumn] = {}
    """Columns that tell something of the person, by the name that the persons' table gives them."""

    @field_validator("columns", mode="before")
    @classmethod
    def _short(cls, given: object) -> object:
        """A column may be named by a text alone."""
        if not isinstance(given, dict):
            return given
        return {name: {"column": one} if isinstance(one, str) else one for name, one in given.items()}

    @field_validator("columns")
    @classmethod
    def _are_features(cls, given: dict[str, Column]) -> dict[str, Column]:
        for name in given:
            if name not in OF_DAYS:
                near = difflib.get_close_matches(name, OF_DAYS, n=1)
                raise ValueError(f"{name} is no feature of a day{f': {near[0]}?' if near else ''}")
        return given

    @field_validator("facts")
    @classmethod
    def _are_new(cls, given: dict[str, FactColumn]) -> dict[str, FactColumn]:
        taken = [name for name in given if name in BY_NAME or name in _RESERVED or name.startswith("days_")]
        if taken:
            raise ValueError(f"{taken[0]} is the name of another column")
        return given


def read_mapping(path: Path) -> Mapping:
    """The mapping of a TOML file.

    Raises:
        SourceError: it cannot be read, or says what it cannot; every fault is named by its key.
    """
    content = None
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return Mapping.model_validate(content)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise SourceError(f"{path} is not TOML.") from None
    except ValidationError as error:
        raise SourceError(f"{path}: {'; '.join(misfit_words(error, 'mapping', content))}.") from None
