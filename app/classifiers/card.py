"""What a version's `card.json` says, as far as the service shows it."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError

from app.classifiers.folder import ModelFolderError
from app.parsing.misfits import first_misfit


class RocAuc(BaseModel):
    """An area under the ROC curve with its 95 % interval."""

    value: float
    low: float
    high: float


class Figures(BaseModel):
    """How a model does on some held-out people; None where there are too few to tell."""

    n: int
    people: int | None = None
    """Of how many people `n` counts rows; None where each has one."""
    prevalence: float | None = None
    mean_risk: float | None = None
    roc_auc: RocAuc | None
    sensitivity: float | None
    specificity: float | None
    brier: float | None = None

    @property
    def counted(self) -> str:
        """Of whom the figures are: "84 held-out people", "551 held-out rows of 12 people"."""
        return held_out_words(self.n, self.people)


def held_out_words(rows: int, people: int | None) -> str:
    """Of whom figures are, in words; `people` is None where each has one row."""
    return f"{rows} held-out people" if people is None else f"{rows} held-out rows of {people} people"


class GroupFigures(Figures):
    """The same for one level of a group, such as "40-59" of "Age"."""

    group: str
    level: str


class SiteFigures(BaseModel):
    """How a refit without one site does on the people of that site."""

    site: str
    n: int
    roc_auc: RocAuc | None


class Performance(BaseModel):
    """Figures on held-out people: all of them, and by group; and on sites that refits did not learn from."""

    held_out: Figures | None = None
    groups: tuple[GroupFigures, ...] = ()
    sites_left_out: tuple[SiteFigures, ...] = ()


class Counts(BaseModel):
    """How many people took part, and how many did not, by why."""

    kept: int | None = None
    dropped: Mapping[str, int] = {}


class Data(BaseModel):
    """What is said of the people that a model learned from."""

    about: tuple[str, ...] = ()
    counts: Counts = Counts()


class Card(BaseModel):
    """A model card; one that somebody else wrote may say less."""

    made_by: str | None = None
    contact: str | None = None
    warnings: tuple[str, ...] = ()
    intended_use: tuple[str, ...] = ()
    data: Data = Data()
    not_for: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    performance: Performance = Performance()

    @property
    def counts_rows(self) -> bool:
        """Whether its figures count rows, such as days, of which a person has several."""
        held_out = self.performance.held_out
        return held_out is not None and held_out.people is not None


def read_card(home: Path) -> Card | None:
    """The card of a version; None if it has none.

    Raises:
        ModelFolderError: `card.json` is no card, or `card.md` beside it is no text.
    """
    path, text = home / "card.json", home / "card.md"
    try:
        card = Card.model_validate_json(path.read_bytes())
        text.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        if path.exists():
            raise ModelFolderError(f"{text} is missing, but {path.name} is there") from error
        return None
    except OSError as error:
        raise ModelFolderError(f"{error.filename} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise ModelFolderError(f"{path} is not a model card: {first_misfit(error, 'model card')}") from error
    except UnicodeDecodeError as error:
        raise ModelFolderError(f"{text} is not text") from error
    return card
