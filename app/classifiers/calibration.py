"""`calibration.json` of a version folder: how the margin of its XGBoost models becomes a risk.

Classifier and committee share it. Without the file the margin is the log-odds, as XGBoost has it.
"""

import json
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, FiniteFloat, ValidationError

from app.classifiers.base import ClassifierError
from app.classifiers.link import LOGISTIC, Link, LinkKind
from app.parsing.misfits import first_misfit

CALIBRATION = "calibration.json"
_MOST_BYTES = 1 << 20


class LinkForm(BaseModel):
    """A link as JSON; what is as usual is left out."""

    model_config = ConfigDict(extra="forbid")

    kind: LinkKind
    slope: FiniteFloat = 1.0
    intercept: FiniteFloat = 0.0
    margins: tuple[FiniteFloat, ...] = ()
    risks: tuple[FiniteFloat, ...] = ()

    @classmethod
    def of(cls, link: Link) -> Self:
        return cls(
            kind=link.kind,
            slope=link.slope,
            intercept=link.intercept,
            margins=link.margins,
            risks=link.risks,
        )

    def link(self) -> Link:
        """The link.

        Raises:
            ValueError: it is no map that never falls.
        """
        return Link(self.kind, self.slope, self.intercept, self.margins, self.risks)


def read_calibration(home: Path) -> Link:
    """How risks follow from the margins of a version's XGBoost models; the log-odds without the file.

    Raises:
        ClassifierError: the file cannot be read, or says something else.
    """
    path = home / CALIBRATION
    try:
        if not path.exists():
            return LOGISTIC
        if path.stat().st_size > _MOST_BYTES:
            raise ClassifierError(f"{path} is larger than any calibration")
        return LinkForm.model_validate_json(path.read_bytes()).link()
    except OSError as error:
        raise ClassifierError(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise ClassifierError(f"{path} is not a calibration: {first_misfit(error, 'calibration')}") from error
    except ValueError as error:
        raise ClassifierError(f"{path} is not a calibration: {error}") from error


def write_calibration(home: Path, link: Link) -> None:
    """Write a version's `calibration.json`."""
    content = LinkForm.of(link).model_dump(mode="json", exclude_defaults=True)
    (home / CALIBRATION).write_text(json.dumps(content) + "\n", encoding="utf-8")
