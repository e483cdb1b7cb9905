"""An invented AI-READI: its exact layout in versions 1, 2 and 3, and no value of anybody.

Values come from textbook ranges and a seed, never from the release. Ids begin with 9, which no site has.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

PACIFIC, CENTRAL = "America/Los_Angeles", "America/Chicago"
GARMIN, DEXCOM = "garmin_vivosmart5", "dexcom_g6"
ACTIVITY, GLUCOSE = "wearable_activity_monitor", "wearable_blood_glucose"
Record = dict[str, Any]

# Folder, ending of the file, key of the list, name and version of the schema.
STREAMS: dict[str, tuple[str, str, str, tuple[str, str, Any]]] = {
    "heart_rate": ("heart_rate", "heartrate", "heart_rate", ("omh", "heart-rate", 2.0)),
    "stress": ("stress", "stress", "stress", ("", "", "")),
    "respiration": ("respiratory_rate", "respiratoryrate", "breathing", ("omh", "respiratory-rate", 2.0)),
    "oxygen_saturation": (
        "oxygen_saturation", "oxygensaturation", "breathing", ("omh", "oxygen-saturation", 2.0),
    ),
    "steps": ("physical_activity", "activity", "activity", ("", "", "")),
    "calories": ("physical_activity_calorie", "calorie", "activity", ("ieee", "physical-activity", 1.0)),
    "sleep": ("sleep", "sleep", "sleep", ("omh", "sleep-stages", 2.0)),
    "glucose": ("continuous_glucose_monitoring", "DEX", "cgm", ("omh", "blood-glucose", 3.0)),
}  # fmt: skip
MADE_AT = "2025-10-25T00:09:09Z"


@dataclass(frozen=True)
class Invented:
    """Somebody who never lived."""

    person_id: str = "9001"
    site: str = "UAB"
    first: date = date(2024, 2, 14)
    days: int = 3
    streams: tuple[str, ...] = tuple(STREAMS)
    junk_days: int = 0
    """Days after wear in which heart rate, stress and breathing go on."""
    heart_rate_every_s: int = 60
    study_group: str = "healthy"
    age: int = 57
    bmi: float = 27.4

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(CENTRAL if self.site == "UAB" else PACIFIC)

    @property
    def timezone(self) -> str:
        """As the header of version 3 has it."""
        return "cst" if self.site == "UAB" else "pst"

    def at(self, day: int, hour: float) -> datetime:
        """A moment by the clock of the person's zone; day 0 is the first."""
        midnight = datetime.combine(self.first + timedelta(days=day), datetime.min.time())
        return (midnight + timedelta(hours=hour)).replace(tzinfo=self.zone).astimezone(UTC)


def utc(moment: datetime) -> str:
    """As the files write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def point(key: str, value: Any, unit: str, moment: datetime) -> Record:
    return {key: {"value": value, "unit": unit}, "effective_time_frame": {"date_time": utc(moment)}}


def interval(start: datetime, end: datetime, as_text: Any = utc) -> Record:
    return {"time_interval": {"start_date_time": as_text(start), "end_date_time": as_text(end)}}


def reading(value: Any, moment: datetime, unit: str = "mg/dL") -> Record:
    """A reading of the Dexcom."""
    return {
        "effective_time_frame": interval(moment, moment),
        "event_type": "EGV",
        "source_device_id": "AB12345678",
        "blood_glucose": {"unit": unit, "value": value},
        "transmitter_time": {"unit": "long integer", "value": 7573},
        "transmitter_id": "123ABC",
    }


def stage(state: str, start: datetime, end: datetime, version: int = 3) -> Record:
    """An interval of sleep; version 1 has a whole night in hours."""
    if version == 1:
        hours = (end - start).total_seconds() / 3600
        return {
            "sleep_duration": {"value": hours, "unit": "h"},
            "effective_time_frame": interval(start, end),
        }
    key = "effective_time_frame" if version == 3 else "sleep_stage_time_frame"
    return {"sleep_stage_state": state, key: interval(start, end)}


def activity(name: str, value: Any, start: datetime, end: datetime, version: int = 3) -> Record:
    def as_text(moment: datetime) -> str:
        return moment.strftime("%Y-%m-%d %H:%M:%S") if version == 1 else utc(moment)

    return {
        "activity_name": name,
        "base_movement_quantity": {"value": value, "unit": "steps"},
        "effective_time_frame": interval(start, end, as_text),
    }


def calories(value: float, moment: datetime, version: int = 3) -> Record:
    key = "duration" if version == 1 else "calories_value"
    return {"activity_name": "kcal_burned"} | point(key, value, "kcal", moment)


def records_of(person: Invented, stream: str, version: int = 3) -> list[Record]:
    """Records of the days from the first midnight on; the same for the same person."""
    random = np.random.default_rng([int(person.person_id), list(STREAMS).index(stream)])
    worn, whole = range(person.days), range(person.days + person.junk_days)
    if stream == "heart_rate":
        return list(_heart_rate(person, whole, random))
    if stream == "stress":
        values = random.integers(5, 70, 1500 * len(whole))
        values[::97] = -2
        return _series("stress", "stress level", values.tolist(), _every(person, whole, 60))
    if stream == "respiration":
        values = np.round(random.normal(14.5, 1, 1500 * len(whole)), 2)
        values[::61] = -2.0
        return _series("respiratory_rate", "breaths/min", values.tolist(), _every(person, whole, 60))
    if stream == "oxygen_saturation":
        moments = [person.at(day, 1) + timedelta(minutes=m) for day in worn for m in range(240)]
        return [
            point("oxygen_saturation", int(random.integers(90, 99)), "%", m)
            | {"measurement_method": "pulse oximetry"}
            for m in moments
        ]
    if stream == "steps":
        return list(_activity(person, worn, version))
    if stream == "calories":
        return [
            calories(round(2.5 * quarter), person.at(day, 0) + timedelta(minutes=15 * quarter), version)
            for day in worn
            for quarter in range(92)
        ]
    if stream == "sleep":
        return [one for day in worn for one in night(person, day, version)]
    return [
        reading(int(110 + 40 * np.sin(number / 30) + random.integers(-5, 6)), moment)
        for number, moment in enumerate(_every(person, worn, 300))
    ]


def night(person: Invented, day: int, version: int = 3) -> list[Record]:
    """The night from which the person wakes at 06:30 of a day: 22:30 to 06:30, 7 hours of it asleep."""
    start = person.at(day - 1, 22.5)
    if version == 1:
        return [stage("", start, start + timedelta(hours=8), 1)]
    told, at = [], start
    for state, minutes in (("light", 150), ("deep", 90), ("awake", 60), ("rem", 90), ("light", 90)):
        told.append(stage(state, at, at + timedelta(minutes=minutes), version))
        at += timedelta(minutes=minutes)
    return told


def _every(person: Invented, days: Iterable[int], seconds: int) -> list[datetime]:
    """Moments of whole local days, which have 23, 24 or 25 hours."""
    moments = []
    for day in days:
        start, end = person.at(day, 0), person.at(day + 1, 0)
        moments += [
            start + timedelta(seconds=one) for one in range(0, int((end - start).total_seconds()), seconds)
        ]
    return moments


def _series(key: str, unit: str, values: Sequence[Any], moments: Sequence[datetime]) -> list[Record]:
    """A record for each moment; there may be more values."""
    return [point(key, value, unit, moment) for value, moment in zip(values, moments, strict=False)]


def _heart_rate(person: Invented, days: Sequence[int], random: np.random.Generator) -> Iterable[Record]:
    for moment in _every(person, days, person.heart_rate_every_s):
        asleep = moment.astimezone(person.zone).hour < 6
        value = int(random.normal(56 if asleep else 76, 4))
        yield point("heart_rate", value, "beats/min", moment)


def _activity(person: Invented, days: Iterable[int], version: int) -> Iterable[Record]:
    """By quarters of an hour: sedentary, but three of walking at noon; one that the watch cannot tell."""
    for day in days:
        for quarter in range(24 * 4):
            start = person.at(day, quarter / 4)
            end = start + timedelta(minutes=15)
            if 48 <= quarter < 51:
                yield activity("walking", "900", start, end, version)
            elif quarter == 60:
                yield activity("", "", start, end, version)
            else:
                yield activity("sedentary", 0, start, end, version)


def header_of(person: Invented, stream: str, version: int = 3, **changes: Any) -> Record:
    """A file's header; `changes` replace keys."""
    namespace, name, number = STREAMS[stream][3]
    told: Record = {"uuid": f"AIREADI-{person.person_id}", "creation_date_time": MADE_AT}
    schema = {"namespace": namespace, "name": name, "version": number}
    if stream == "glucose":
        told |= {
            "patient_id": f"AIREADI-{person.person_id}",
            "schema_id": schema,
            "modality": "sensed",
            "acquistion_rate": {"number_of_times": 1, "time_window": {"value": 5, "unit": "min"}},
            "external_datasheets": {
                "datasheet_type": "source_device", "datasheet_reference": "iri-of-cgm-device",
            },
        }  # fmt: skip
    else:
        told |= {"user_id": f"AIREADI-{person.person_id}", "schema_id": schema}
    if version == 3:
        told["timezone"] = person.timezone
    return told | changes


def path_of(person: Invented, stream: str, levels: int = 2, device: str | None = None) -> str:
    """Where a stream's file is; with one level there is no folder of the device."""
    folder, ending, _, _ = STREAMS[stream]
    parent = GLUCOSE if stream == "glucose" else ACTIVITY
    named = device or (DEXCOM if stream == "glucose" else GARMIN)
    between = f"{named}/{person.person_id}" if levels == 2 else person.person_id
    return f"{parent}/{folder}/{between}/{person.person_id}_{ending}.json"


def write_stream(
    root: Path,
    person: Invented,
    stream: str,
    records: list[Record] | None = None,
    *,
    version: int = 3,
    path: str | None = None,
    header: Record | None = None,
    levels: int = 2,
) -> Path:
    """Write a stream's file as the release's pipeline does."""
    told = records_of(person, stream, version) if records is None else records
    body: Any = {STREAMS[stream][2]: told}
    if stream == "glucose" and version == 1:
        body = told
    whole = {"header": header or header_of(person, stream, version), "body": body}
    file = root / (path or path_of(person, stream, levels))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text_of(whole), encoding="utf-8")
    return file


def text_of(whole: Record) -> str:
    """JSON as the pipeline indents it, short of the records of long files, which would take long to write."""
    lists = whole["body"] if isinstance(whole["body"], list) else next(iter(whole["body"].values()))
    if len(lists) < 300:
        return json.dumps(whole, indent=4)
    lines = ",\n".join(map(json.dumps, lists))
    emptied: Any = [] if isinstance(whole["body"], list) else {key: [] for key in whole["body"]}
    return json.dumps(whole | {"body": emptied}, indent=4).replace("[]", f"[\n{lines}\n]")


def write_release(root: Path, people: Sequence[Invented], version: int = 3, levels: int = 2) -> Path:
    """Write everybody's streams, manifests, participants and clinical rows."""
    for person in people:
        for stream in person.streams:
            write_stream(root, person, stream, version=version, levels=levels)
    write_tables(root, people, version, levels)
    return root


def write_tables(root: Path, people: Sequence[Invented], version: int = 3, levels: int = 2) -> None:
    """Participants, both manifests, measurements and observations."""
    key = "person_id" if version == 3 else "participant_id"
    header = f"{key}\tclinical_site\tstudy_group\tage\tstudy_visit_date\trecommended_split"
    rows = [
        f"{one.person_id}\t{one.site}\t{one.study_group}\t{one.age}\t{one.first}\ttrain" for one in people
    ]
    (root / "participants.tsv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    _write_manifest(root, people, ACTIVITY, key, levels)
    _write_manifest(root, people, GLUCOSE, key, levels)
    write_clinical(root, people, version)


def _write_manifest(root: Path, people: Sequence[Invented], parent: str, key: str, levels: int) -> None:
    """A row a person; those of the first of several streams and of the rest stand in rows of their own."""
    own = [one for one in STREAMS if (one == "glucose") == (parent == GLUCOSE)]
    columns = [f"{STREAMS[one][0]}_filepath" for one in own]
    lines = ["\t".join([key, *columns, "manufacturer"])]
    for person in people:
        there = {one: f"/{path_of(person, one, levels)}" for one in own if one in person.streams}
        for half in (own[:1], own[1:]) if len(own) > 1 else (own,):
            cells = [there.get(one, "None") if one in half else "None" for one in own]
            if there:
                lines.append("\t".join([person.person_id, *cells, "None"]))
    (root / parent).mkdir(parents=True, exist_ok=True)
    (root / parent / "manifest.tsv").write_text("\n".join([*lines, ""]), encoding="utf-8")


def write_clinical(root: Path, people: Sequence[Invented], version: int = 3) -> None:
    """Rows with index columns, cut source values, two blood pressures, a sentinel and a censored result."""
    hba1c = "import_hba1c, Hemoglobin A1c/Hemoglobin.total in " if version == 3 else "HbA1c (%)"
    bmi = "bmi_vsorres, BMI" if version > 1 else "BMI"
    measured = [
        ("3004249", 128, "bp1_sysbp_vsorres, Systolic blood pressure, 1st re", ""),
        ("3004249", 122, "bp2_sysbp_vsorres, Systolic blood pressure, 2nd re", ""),
        ("3004410", 5.6, hba1c, "4172703"),
        ("3000963", 13.9, "lbscat_a1c, Hemoglobin", ""),
        ("3010156", 0.2, "import_crp_hs, C reactive protein", "4171756"),
        ("0", 777, "moca_total_score", ""),
    ]
    lines = [
        '"","X",measurement_id,person_id,measurement_concept_id,value_as_number,operator_concept_id,measurement_source_value'
    ]
    for number, person in enumerate(people):
        own = [*measured, ("4245997", person.bmi, bmi, "")]
        for place, (concept, value, source, operator) in enumerate(own):
            lines.append(
                f'{place},{place},{number}{place},{person.person_id},{concept},{value},{operator},"{source}"'
            )
    folder = root / "clinical_data"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "measurement.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    lines = ['"",observation_id,person_id,value_as_number,observation_source_value']
    for person in people:
        lines.append(f'0,1,{person.person_id},7,"cestl, CES-D-10 total"')
        lines.append(f'0,2,{person.person_id},999,"years_of_education, Years of education"')
    (folder / "observation.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
