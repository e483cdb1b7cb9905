"""Open mHealth data points in general: JSON files of single points, lists of them, or one a line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from app.ingest.sensors.files import files_below
from app.ingest.sensors.json_records import Item, JsonBrokenError, Point, header_of
from app.ingest.sensors.losses import Losses, Reason
from app.ingest.sensors.person import FileCount, PersonData
from app.ingest.sensors.raw import RawRecords, clean
from app.ingest.sensors.sources.base import Fact, PersonRef, SourceError, StreamFile
from app.ingest.sensors.sources.omh_points import STREAMS, read_point
from app.ingest.sensors.stream_files import Sample, take_records
from app.ingest.sensors.streams import Samples, Stream, merged, readings
from app.ingest.sensors.times import Clock, RecordError, WithoutZone, clock_of, zone_named

_ENDINGS = (".json", ".ndjson", ".jsonl")
_IDS = ("user_id", "patient_id", "subject_id")


@dataclass(frozen=True, slots=True)
class OpenMHealth:
    """A folder of data points; a file is of one person."""

    root: Path
    zone: str
    """IANA name of the zone in which the people lived: data points tell offsets at most."""
    without_zone: WithoutZone = WithoutZone.REFUSE

    name: ClassVar[str] = "omh"
    facts: ClassVar[tuple[Fact, ...]] = ()

    def people(self, losses: Losses) -> list[PersonRef]:
        """Everybody whom a file's first header names, or the folder that the file is in.

        Raises:
            SourceError: there is no folder, no such file in it, or the zone is none.
        """
        if not self.root.is_dir():
            raise SourceError(f"{self.root} is no folder.")
        if zone_named(self.zone) is None:
            raise SourceError(f"{self.zone} is no time zone: give one such as Europe/Berlin.")
        files: dict[str, list[StreamFile]] = {}
        seen = 0
        for below in files_below(self.root, losses):
            if not below.endswith(_ENDINGS):
                continue
            seen += 1
            person, stream = self._first(below, losses)
            if stream is not None:
                files.setdefault(person, []).append(StreamFile(stream, below))
        if not seen:
            raise SourceError(f"{self.root} holds no file that ends in {', '.join(_ENDINGS)}.")
        return [PersonRef(person, self.zone, tuple(files[person])) for person in sorted(files)]

    def read(self, ref: PersonRef, losses: Losses) -> PersonData | None:
        """All points of the person's files."""
        zone = zone_named(self.zone)
        assert zone is not None, "people() has looked"
        parts: dict[Stream, list[Samples]] = {}
        counts: list[FileCount] = []
        for file in ref.files:
            for stream, samples, count in self._read_file(
                ref, file, clock_of(self.without_zone, zone), losses
            ):
                parts.setdefault(stream, []).append(samples)
                counts.append(count)
        streams = {}
        for stream, found in parts.items():
            streams[stream], twice = merged(found)
            losses.add(f"person {ref.person_id}, {stream}", Reason.DUPLICATE, twice)
        return PersonData(ref.person_id, zone, streams, files=tuple(counts)) if streams else None

    def _first(self, below: str, losses: Losses) -> tuple[str, Stream | None]:
        """Whose file it is and what its first point tells; no stream where it is none."""
        try:
            header = header_of(self.root / below)
        except JsonBrokenError as error:
            losses.add(below, error.reason, place=error.place)
            return "", None
        except OSError:
            losses.add(below, Reason.UNREADABLE)
            return "", None
        stream = _stream_of(header)
        if stream is None:
            losses.add(below, Reason.OTHER_MODALITY, place="first header")
            return "", None
        person = _person_of(header, below)
        if not person:
            losses.add(below, Reason.PERSON_UNKNOWN, place="first header")
            return "", None
        return person, stream

    def _read_file(
        self, ref: PersonRef, file: StreamFile, clock: Clock, losses: Losses
    ) -> list[tuple[Stream, Samples, FileCount]]:
        raws: dict[Stream, RawRecords] = {}
        where = file.path

        def take(told: Item | Point, number: int) -> None:
            stream, sample = self._point(ref, told, where, clock)
            raws.setdefault(stream, RawRecords()).add(*sample, number)

        take_records(self.root, where, losses, take)
        told_of = []
        for stream, raw in raws.items():
            samples = clean(stream, raw, where, losses, None)
            told_of.append((stream, samples, FileCount(where, stream, len(raw), readings(stream, samples))))
        return told_of

    def _point(self, ref: PersonRef, told: Item | Point, where: str, clock: Clock) -> tuple[Stream, Sample]:
        if not isinstance(told, Point) or not isinstance(told.header, dict):
            raise RecordError(Reason.WRONG_SCHEMA)
        if _person_of(told.header, where) != ref.person_id:
            raise RecordError(Reason.OTHER_PERSON)
        stream = _stream_of(told.header)
        if stream is None:
            raise RecordError(Reason.WRONG_SCHEMA)
        return stream, read_point(stream, told.body, clock)


def _person_of(header: Mapping[str, Any], below: str) -> str:
    """As the header says it; else the first folder below the source's."""
    for key in _IDS:
        said = header.get(key)
        if isinstance(said, str) and said:
            return said if said == said.encode("utf-8", "replace").decode() else ""
    parts = PurePosixPath(below).parts
    return parts[0] if len(parts) > 1 else ""


def _stream_of(header: Any) -> Stream | None:
    schema = header.get("schema_id") if isinstance(header, dict) else None
    return STREAMS.get(str(schema.get("name"))) if isinstance(schema, dict) else None
