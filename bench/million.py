"""A job of a million rows from an upload of 200 MB: what memory and time it takes at each end.

Its people are synthetic: high-risk people of the model's population with every number moved a little, since
there are not as many real ones.
"""

import csv
import io
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import psutil
from rich.console import Console

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_of
from app.classifiers.store import load_model
from app.domain.feature import Feature, MissingPolicy
from app.domain.schema import Value
from app.local.components import start_worker
from app.settings import Settings
from bench.measurement import Measurement
from bench.running import Json, Run, machine_in, running

PER_ROW = 3
_SEED = 11
_PART = 2_000
_MARKS = (10_000, 100_000, 1_000_000)


@dataclass
class _Watch:
    """The most memory seen, in MiB, of the process started here whose command line ends in `word`."""

    word: str
    most: float = 0.0
    found: list[psutil.Process] = field(default_factory=list)

    def look(self) -> float:
        if not self.found:
            started = psutil.Process().children(recursive=True)
            self.found = [one for one in started if _is(one.cmdline(), self.word)]
        now = max((p.memory_info().rss / 2**20 for p in self.found), default=0.0)
        self.most = max(self.most, now)
        return now


def measure_million(scratch: Path, rows: int, upload_mb: int, console: Console) -> list[Measurement]:
    """Start everything in a scratch home, upload, have the rows made, download them."""
    settings = Settings()
    model = load_model(settings.model_store / settings.default_model)
    with running(scratch / "home") as run, ExitStack() as stack:
        start_worker(machine_in(stack, scratch / "worker"), run.environment)
        gateway, worker = _Watch("serve"), _Watch("worker")
        before = gateway.look()
        console.print(f"Uploading {upload_mb} MB …")
        started = time.perf_counter()
        upload = _upload(run, model, upload_mb << 20, gateway)
        uploaded = time.perf_counter() - started
        console.print(f"{upload['rows']} people in {uploaded:.0f} s; making up to {rows} rows …")
        made, seconds, marks, ended = _make(run, upload, rows, worker)
        after_upload = gateway.most
        console.print(f"{made} rows in {seconds:.0f} s, {ended:.0f} s with the report; downloading them …")
        downloads = [
            _download(run, upload["job"], kind, gateway)
            for kind in ("application/x-ndjson", "text/csv", "application/vnd.apache.parquet")
        ]
    return [
        Measurement("people uploaded", upload["rows"]),
        Measurement("upload", uploaded, unit="s"),
        Measurement("gateway before", before, unit="MB"),
        Measurement("gateway, most while uploading", after_upload, unit="MB"),
        Measurement("rows made", made),
        Measurement("rows a second", made / seconds, unit="/s"),
        *(
            Measurement(f"worker, most up to {mark} rows", most, unit="MB", promised=500)
            for mark, most in marks
        ),
        Measurement("from the last row to the end of the report", ended - seconds, unit="s"),
        *(
            Measurement(f"download, {kind}, {size / 2**20:.0f} MB", took, unit="s")
            for kind, size, took in downloads
        ),
        Measurement("gateway, most while downloading", gateway.most, unit="MB"),
    ]


def _upload(run: Run, model: ModelVersion, size: int, watch: _Watch) -> Json:
    def body() -> Iterator[bytes]:
        for part in _table(model, size):
            watch.look()
            yield part

    with httpx.Client(base_url=run.http.base_url, timeout=1800, trust_env=False) as http:
        sent = http.post("/augmentations/uploads", content=body(), headers={"Content-Type": "text/csv"})
    watch.look()
    upload: Json = sent.raise_for_status().json()
    return upload


def _make(
    run: Run, upload: Json, rows: int, watch: _Watch
) -> tuple[int, float, list[tuple[int, float]], float]:
    """Rows, seconds until the last one, the worker's memory at each mark, seconds until the end."""
    body = {
        "source": {"kind": "upload", "upload_id": upload["id"]},
        "target_label": "low",
        "per_row": PER_ROW,
        "generator": "search",
        "max_rows": rows,
        "on_invalid": "skip",
    }
    job = run.http.post("/augmentations", json=body).raise_for_status().json()
    upload["job"], link = job["id"], job["links"]["self"]
    started, last, marks = time.perf_counter(), 0.0, dict.fromkeys(_MARKS, 0.0)
    while job["state"] in {"queued", "running"}:
        time.sleep(1.0)
        job = run.http.get(link).raise_for_status().json()
        made, now = job["progress"]["accepted"], watch.look()
        for mark in _MARKS:
            if made <= mark:
                marks[mark] = max(marks[mark], now)
        if job["progress"]["done"] == job["progress"]["total"] and not last:
            last = time.perf_counter() - started
    assert job["state"] == "completed", job
    reached = [(mark, most) for mark, most in marks.items() if most]
    return job["progress"]["accepted"], last, reached, time.perf_counter() - started


def _download(run: Run, job_id: str, kind: str, watch: _Watch) -> tuple[str, int, float]:
    size, started = 0, time.perf_counter()
    with run.http.stream("GET", f"/augmentations/{job_id}/rows", headers={"Accept": kind}) as reply:
        reply.raise_for_status()
        for number, part in enumerate(reply.iter_raw()):
            size += len(part)
            if number % 50 == 0:
                watch.look()
    return kind, size, time.perf_counter() - started


def _table(model: ModelVersion, size: int) -> Iterator[bytes]:
    """CSV of so many bytes, no more."""
    schema = model.schema
    features = [f for f in schema.features if f.missing is not MissingPolicy.DERIVED]
    high = [p.features for p in people_of(model, Side.TRAINING) if p.risk > schema.model.threshold]
    rng = np.random.default_rng(_SEED)
    left = size
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([f.name for f in features])
    while True:
        for _ in range(_PART):
            person = high[int(rng.integers(len(high)))]
            writer.writerow([_moved(f, person[f.name], rng) for f in features])
        part = text.getvalue().encode()
        if len(part) > left:
            return
        left -= len(part)
        yield part
        text.seek(0)
        text.truncate()


def _moved(feature: Feature, value: Value, rng: np.random.Generator) -> Value:
    """A number moved by a fiftieth, on the feature's grid and in its range; anything else as it is."""
    if not feature.is_numeric or feature.clinical is None or value is None:
        return value
    low, high = feature.clinical
    moved = float(value) * (1 + 0.02 * rng.standard_normal())
    return float(np.clip(round(round(moved / feature.precision) * feature.precision, 6), low, high))


def _is(words: list[str], word: str) -> bool:
    return words[-2:] == ["app.cli", word] and "supervisor.py" not in " ".join(words)
