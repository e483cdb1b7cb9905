"""AI-READI, versions 1 to 3: Garmin Vivosmart 5 and Dexcom G6, clinical rows, participants.

Its licence is the user's own; docs/sensors.md says what it asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from app.ingest.sensors.losses import Losses, Reason
from app.ingest.sensors.person import FileCount, PersonData
from app.ingest.sensors.sources.aireadi_layout import layout_of, person_of
from app.ingest.sensors.sources.aireadi_records import AT_LIMIT, FORMS, is_of_form, record_in
from app.ingest.sensors.sources.base import Fact, PersonRef, StreamFile
from app.ingest.sensors.sources.clinical import VARIABLES, clinical_facts
from app.ingest.sensors.stream_files import read_header, read_samples
from app.ingest.sensors.streams import Samples, Stream, merged
from app.ingest.sensors.tables import rows_of
from app.ingest.sensors.times import Clock, RecordError, WithoutZone, clock_of, zone_named

_PACIFIC, _CENTRAL = "America/Los_Angeles", "America/Chicago"
_ZONES = {"pst": _PACIFIC, "pdt": _PACIFIC, "cst": _CENTRAL, "cdt": _CENTRAL}
_SITES = {"UW": _PACIFIC, "UCSD": _PACIFIC, "UAB": _CENTRAL}
_FIRST_DIGITS = {"1": _PACIFIC, "4": _PACIFIC, "7": _CENTRAL}
_PREFIX = "AIREADI-"
_WORDS = ("clinical_site", "study_group", "recommended_split")


@dataclass(frozen=True, slots=True)
class AiReadi:
    """The root folder of a release, or of a part of it."""

    root: Path
    zone: str | None = None
    """The zone of people of whom nothing else tells it."""
    without_zone: WithoutZone = WithoutZone.REFUSE

    name: ClassVar[str] = "aireadi"
    facts: ClassVar[tuple[Fact, ...]] = (
        Fact("age", is_number=True),
        *(Fact(name, is_number=False) for name in _WORDS),
        *(Fact(one.name, is_number=True) for one in VARIABLES),
    )

    def people(self, losses: Losses) -> list[PersonRef]:
        """Everybody with a file of a wearable whom participants or, without these, manifests list."""
        layout = layout_of(self.root, losses)
        participants = self._participants(losses)
        listed = layout.listed if participants is None else set(participants)
        clinical = clinical_facts(self.root, losses)
        people = []
        for person, files in sorted(layout.files.items()):
            if listed is not None and person not in listed:
                losses.add(f"person {person}", Reason.NOT_LISTED, len(files))
                continue
            told = (participants or {}).get(person, {})
            facts: dict[str, float | str] = {name: told[name] for name in _WORDS if told.get(name)}
            if told.get("age", "").isdigit():
                facts["age"] = float(told["age"])
            ordered = tuple(sorted(files, key=lambda one: one.path))
            zone = _SITES.get(told.get("clinical_site", "")) or self.zone or _FIRST_DIGITS.get(person[0])
            people.append(PersonRef(person, zone, ordered, facts | clinical.get(person, {})))
        return people

    def read(self, ref: PersonRef, losses: Losses) -> PersonData | None:
        """Streams of the files that are this person's, of the right device and schema."""
        headers = {file: self._header(ref, file, losses) for file in ref.files}
        usable = {file: header for file, header in headers.items() if header is not None}
        zone = self._zone(ref, usable, losses)
        if zone is None or not usable:
            return None
        clock = clock_of(self.without_zone, zone)
        parts: dict[Stream, list[Samples]] = {}
        counts: list[FileCount] = []
        for file, header in usable.items():
            form = FORMS[file.stream]
            samples, count = read_samples(
                self.root, file.path, file.stream, partial(record_in, form), form.read, clock, losses,
                _made_at(header),
            )  # fmt: skip
            parts.setdefault(file.stream, []).append(samples)
            counts.append(count)
            if file.stream is Stream.GLUCOSE:
                losses.add(file.path, Reason.AT_SENSOR_LIMIT, int((samples.kind == AT_LIMIT).sum()))
        streams = {}
        for stream, found in parts.items():
            streams[stream], twice = merged(found)
            losses.add(f"person {ref.person_id}, {stream}", Reason.DUPLICATE, twice)
        return PersonData(ref.person_id, zone, streams, {}, ref.facts, tuple(counts))

    def _participants(self, losses: Losses) -> dict[str, dict[str, str]] | None:
        if not (self.root / "participants.tsv").is_file():
            return None
        return {person_of(row): row for _, row in rows_of(self.root, "participants.tsv", "\t", losses)}

    def _header(self, ref: PersonRef, file: StreamFile, losses: Losses) -> Mapping[str, Any] | None:
        header = read_header(self.root, file.path, losses)
        if header is None:
            return None
        ids = [header[key] for key in ("uuid", "user_id", "patient_id") if isinstance(header.get(key), str)]
        if any(one.removeprefix(_PREFIX) != ref.person_id for one in ids):
            losses.add(file.path, Reason.OTHER_PERSON, place="header")
            return None
        if not is_of_form(FORMS[file.stream], header):
            losses.add(file.path, Reason.WRONG_SCHEMA, place="header")
            return None
        return dict(header)

    def _zone(
        self, ref: PersonRef, headers: Mapping[StreamFile, Mapping[str, Any]], losses: Losses
    ) -> ZoneInfo | None:
        """As the headers tell it, else the site, else the option, else the id's first digit."""
        said = [str(header["timezone"]) for header in headers.values() if header.get("timezone")]
        told = [zone for one in said if (zone := zone_named(_ZONES.get(one.lower(), one)))]
        if len({zone.key for zone in told}) > 1:
            losses.add(f"person {ref.person_id}", Reason.ZONES_DIFFER)
        zone = told[0] if told else zone_named(ref.zone) if ref.zone else None
        if zone is None:
            losses.add(f"person {ref.person_id}", Reason.ZONE_UNKNOWN)
        return zone


def _made_at(header: Mapping[str, Any]) -> int | None:
    try:
        return Clock().read(header.get("creation_date_time"))
    except RecordError:
        return None
