"""FHIR R4 bundles, read by a model's mapping of an EHR: its features, and days where these are ours.

What is read of a bundle, and what of it is not, is for `app/ingest/fhir` to say: the same as in a request.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from app.domain.ehr import EhrMapping
from app.domain.errors import InvalidInputError
from app.domain.feature import Kind
from app.domain.schema import Value
from app.ingest.fhir.bundle import Located, in_bundle
from app.ingest.fhir.observations import ObservationReader, Reading
from app.ingest.fhir.reading import read_bundle
from app.ingest.fhir.subject import subject_of
from app.ingest.fhir.versions import newest_versions
from app.ingest.sensors.features.table import BY_NAME, OF_DAYS
from app.ingest.sensors.files import files_below
from app.ingest.sensors.losses import Losses, Reason
from app.ingest.sensors.person import FileCount, PersonData
from app.ingest.sensors.sources.base import Fact, PersonRef, SourceError
from app.parsing.json_text import JsonError, JsonFaultsError, read_json

MOST_BYTES = 32 * 2**20
Days = dict[date, dict[str, float]]


@dataclass(frozen=True)
class FhirBundles:
    """A folder of bundles; several of one patient are read together."""

    root: Path
    mapping: EhrMapping
    as_of: date
    """Values later than a day after it are not used, and old ones as the mapping says."""

    name: ClassVar[str] = "fhir"

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The model's features but those that are told by the day."""
        schema = self.mapping.schema
        numbers = (Kind.NUMBER, Kind.INTEGER)
        return tuple(
            Fact(self._column(name), schema[name].kind in numbers)
            for name in self.mapping.by_name
            if name not in self._of_days
        )

    def people(self, losses: Losses) -> list[PersonRef]:
        """Everybody whom a bundle is about, by the id that its resources have.

        Raises:
            SourceError: there is no folder, or no bundle in it.
        """
        if not self.root.is_dir():
            raise SourceError(f"{self.root} is no folder.")
        paths: dict[str, list[str]] = defaultdict(list)
        for below in files_below(self.root, losses):
            if below.endswith(".json") and (bundle := self._bundle(below, losses)) is not None:
                person = _person_of(bundle, below, losses)
                if person is not None:
                    paths[person].append(below)
        if not paths:
            raise SourceError(f"{self.root} holds no R4 bundle of a patient in a file that ends in .json.")
        return [PersonRef(person, others=tuple(paths[person])) for person in sorted(paths)]

    def read(self, ref: PersonRef, losses: Losses) -> PersonData | None:
        """The model's features, and days of those that are ours."""
        read = [(where, self._bundle(where, losses)) for where in ref.others]
        bundles = [bundle for _, bundle in read if bundle is not None]
        entries = [entry for bundle in bundles for entry in bundle.get("entry") or []]
        whole = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        try:
            located = [one for one in in_bundle(whole) if isinstance(one, Located)]
            record = read_bundle(self.mapping, whole, self.as_of)
        except InvalidInputError as error:
            losses.add(ref.others[0], Reason.WRONG_SCHEMA, place=error.issues[0].detail)
            return None
        for one in record.not_used:
            place = f"{one.reference or 'resources'}: {one.reason}"
            losses.add(ref.others[0], Reason.RESOURCE_NOT_USED, one.count, place)
        facts = {
            self._column(name): _told(value)
            for name, value in record.features.items()
            if value is not None and name not in self._of_days
        }
        # Its files are read as one record: it is counted at the first, as what was dropped of it is.
        first, *others = ref.others
        counts = (
            FileCount(first, None, len(entries), len(record.provenance)),
            *(FileCount(where, None, 0, 0) for where in others),
        )
        return PersonData(ref.person_id, ZoneInfo("UTC"), {}, self._days(located), facts, counts)

    @cached_property
    def _of_days(self) -> frozenset[str]:
        """Features of the model that are ours by name and unit, and told by the day."""
        schema = self.mapping.schema
        return frozenset(
            name
            for name in self.mapping.by_name
            if name in OF_DAYS and (schema[name].unit or "") == BY_NAME[name].unit
        )

    def _column(self, name: str) -> str:
        """Features of ours in another unit, or of persons alone, keep their columns."""
        return f"ehr_{name}" if name in BY_NAME or name == "person_id" or name.startswith("days_") else name

    def _days(self, located: Sequence[Located]) -> Days:
        """Means of each day's readings."""
        if not self._of_days:
            return {}
        newest, _ = newest_versions(located)
        reader = ObservationReader(self.mapping, subject_of(located), self.as_of)
        found: dict[date, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for one in newest:
            for told in reader.read(one) if one.type == "Observation" else ():
                if isinstance(told, Reading) and told.feature in self._of_days and told.when.is_exact:
                    value = told.value
                    if isinstance(value, int | float) and not isinstance(value, bool):
                        found[told.when.first][told.feature].append(float(value))
        return {
            day: {name: sum(several) / len(several) for name, several in values.items()}
            for day, values in found.items()
        }

    def _bundle(self, where: str, losses: Losses) -> dict[str, Any] | None:
        path = self.root / where
        try:
            if path.stat().st_size > MOST_BYTES:
                losses.add(where, Reason.TOO_LARGE)
                return None
            bundle = read_json(path.read_bytes())
        except JsonError as error:
            losses.add(where, Reason.NOT_JSON, place=str(error))
            return None
        except JsonFaultsError as error:
            losses.add(where, Reason.NOT_JSON, place=error.faults[0][1])
            return None
        except OSError:
            losses.add(where, Reason.UNREADABLE)
            return None
        if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
            losses.add(where, Reason.OTHER_MODALITY)
            return None
        return bundle


def _person_of(bundle: dict[str, Any], where: str, losses: Losses) -> str | None:
    try:
        ids = subject_of([one for one in in_bundle(bundle) if isinstance(one, Located)]).ids
    except InvalidInputError as error:
        losses.add(where, Reason.WRONG_SCHEMA, place=error.issues[0].detail)
        return None
    if len(ids) != 1:
        losses.add(where, Reason.PERSON_UNKNOWN)
        return None
    return next(iter(ids))


def _told(value: Value) -> float | str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return float(value) if isinstance(value, int | float) else str(value)
