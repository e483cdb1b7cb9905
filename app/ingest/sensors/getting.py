"""Bringing in a public table: a file is kept only if it is the one that is known."""

import hashlib
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import httpx

from app.ingest.sensors.sources.base import SourceError
from app.ingest.sensors.sources.lifesnaps import SHA256

SIZE = 2_066_609
"""Bytes of the table."""
NAME = "lifesnaps_daily.csv"
_WAIT_S = 30.0


def get_lifesnaps(origin: str, folder: Path) -> Path:
    """Put LifeSnaps' daily table into a folder: from a file, a zip archive that has it, or a URL of either.

    Raises:
        SourceError: it cannot be had, or is another file than the one that is known.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".getting-") as place:
        path = _downloaded(origin, Path(place)) if "://" in origin else Path(origin)
        try:
            content = _table(path)
        except OSError as error:
            raise SourceError(f"{origin} cannot be read: {error.strerror}.") from None
        if content is None:
            raise SourceError(
                f"{origin} is not LifeSnaps' daily table: its SHA-256 is another than {SHA256}."
            )
        fresh = Path(place) / NAME
        fresh.write_bytes(content)
        fresh.replace(folder / NAME)
    return folder / NAME


def _downloaded(url: str, place: Path) -> Path:
    path = place / "download"
    try:
        with (
            httpx.stream("GET", url, follow_redirects=True, timeout=_WAIT_S) as answer,
            path.open("wb") as file,
        ):
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                file.write(chunk)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceError(
            f"{url} cannot be fetched ({type(error).__name__}). A file will do as well."
        ) from None
    return path


def _table(path: Path) -> bytes | None:
    """The table in a file or archive; None where it is not there."""
    if not zipfile.is_zipfile(path):
        return _known(lambda: path.open("rb")) if path.stat().st_size == SIZE else None
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.file_size == SIZE and (found := _known(lambda one=member: archive.open(one))):  # type: ignore[misc]
                return found
    return None


def _known(opened: Callable[[], IO[bytes]]) -> bytes | None:
    with opened() as file:
        content = file.read(SIZE + 1)
    return content if hashlib.sha256(content).hexdigest() == SHA256 else None
