"""What a caller asks for of a job's rows: a format by `Accept` or `format`, nothing by `If-None-Match`."""

import hashlib
from enum import StrEnum

from app.faces.http.negotiation import weights_of
from app.usecases.augmentation.formats import FORMATS, Format
from app.usecases.augmentation.schemas import Job


class Ending(StrEnum):
    """What a browser, which sends an Accept header of its own, asks for instead."""

    NDJSON = "ndjson"
    CSV = "csv"
    PARQUET = "parquet"


def format_ending(ending: Ending) -> Format:
    """The format whose files end so."""
    return next(one for one in FORMATS if one.ending == ending)


def format_for(accept: str) -> Format | None:
    """The format that an Accept header prefers, the first of equals, NDJSON for any; None without one."""
    by_type = {one.media_type: one for one in FORMATS}
    weights = weights_of(accept) or {"*/*": 1.0}
    named = [name for name, weight in weights.items() if weight > 0]
    for name in sorted(named, key=lambda one: -weights[one]):
        if name in by_type:
            return by_type[name]
        if name in ("*/*", "application/*", "application/json"):
            return next((one for one in FORMATS if weights.get(one.media_type, 1.0) > 0), None)
    return None


def version_of(job: Job, format_: Format, after: str | None) -> str:
    """A strong ETag: a job's rows do not change once it has ended."""
    text = f"{job.id} {job.finished_at} {format_.ending} {after}"
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def is_had(version: str, if_none_match: str) -> bool:
    """Whether a caller has this version already; proxies that compress mark it as weak."""
    had = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return version in had or "*" in had
