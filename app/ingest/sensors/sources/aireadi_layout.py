"""AI-READI on disk: which file is of whom and of which stream, in its three versions."""

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from app.ingest.sensors.files import files_below
from app.ingest.sensors.losses import Losses, Reason
from app.ingest.sensors.sources.base import SourceError, StreamFile
from app.ingest.sensors.streams import Stream
from app.ingest.sensors.tables import rows_of

WEARABLES = ("wearable_activity_monitor", "wearable_blood_glucose")
MODALITIES: dict[str, Stream] = {
    "heart_rate": Stream.HEART_RATE,
    "stress": Stream.STRESS,
    "respiratory_rate": Stream.RESPIRATION,
    "oxygen_saturation": Stream.OXYGEN_SATURATION,
    "physical_activity": Stream.STEPS,
    "physical_activity_calorie": Stream.CALORIES,
    "physical_activity_cal": Stream.CALORIES,  # as the documentation has it
    "sleep": Stream.SLEEP,
    "continuous_glucose_monitoring": Stream.GLUCOSE,
}
DEVICES = frozenset({"garmin_vivosmart5", "dexcom_g6"})
_NAME = re.compile(r"([0-9A-Za-z]+)_([0-9A-Za-z_]+)\.json")


@dataclass(slots=True)
class Layout:
    """What a folder holds."""

    files: dict[str, list[StreamFile]] = field(default_factory=dict)
    """By person."""
    listed: set[str] | None = None
    """Everybody whom a manifest lists; None where there is no manifest."""


def layout_of(root: Path, losses: Losses) -> Layout:
    """The files of wearables below a folder.

    Raises:
        SourceError: it has none.
    """
    present = [name for name in WEARABLES if (root / name).is_dir()]
    if not present:
        raise SourceError(_not_here(root))
    layout = Layout()
    for name in present:
        found = set()
        for path in files_below(root, losses, inside=name):
            if path.endswith(".json"):
                _place(path, layout, losses)
                found.add(path)
        _compare(root, f"{name}/manifest.tsv", found, layout, losses)
    return layout


def _not_here(root: Path) -> str:
    if not root.is_dir():
        return f"{root} is no folder."
    there = sorted(path.name for path in root.iterdir() if path.is_dir())[:8]
    inner = next((one for one in there if (root / one / WEARABLES[0]).is_dir()), None)
    if inner:
        return f"{root} holds the data set in its folder {inner}: name that one."
    holds = f" It holds {', '.join(there)}." if there else ""
    return f"{root} has neither {WEARABLES[0]} nor {WEARABLES[1]}: it is not the root of AI-READI.{holds}"


def _place(path: str, layout: Layout, losses: Losses) -> None:
    """Whose file it is; folders between modality and file name a device, a person, or are not there."""
    _, modality, *between, name = PurePosixPath(path).parts
    stream, named = MODALITIES.get(modality), _NAME.fullmatch(name)
    if stream is None or named is None:
        losses.add(path, Reason.OTHER_MODALITY)
    elif strange := [part for part in between if part not in DEVICES and part != named[1]]:
        losses.add(path, Reason.OTHER_PERSON if strange[0].isdigit() else Reason.OTHER_DEVICE)
    else:
        layout.files.setdefault(named[1], []).append(StreamFile(stream, path))


def _compare(root: Path, manifest: str, found: set[str], layout: Layout, losses: Losses) -> None:
    """Take note of whom a manifest lists, and count files that it lists and that are not there."""
    if not (root / manifest).is_file():
        return
    layout.listed = set() if layout.listed is None else layout.listed
    for _, row in rows_of(root, manifest, "\t", losses):
        layout.listed.add(person_of(row))
        for column, cell in row.items():
            path = cell.lstrip("/")
            is_path = column.endswith(("_filepath", "_filename")) and cell not in {"", "None"}
            if is_path and path not in found and not any(one.endswith(f"/{path}") for one in found):
                losses.add(manifest, Reason.LISTED_FILE_MISSING, place=path)


def person_of(row: dict[str, str]) -> str:
    """The person of a row: `person_id`, or `participant_id` before version 3."""
    return row.get("person_id") or row.get("participant_id") or ""
