"""The client for code that waits."""

import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self, Unpack
from uuid import UUID

import httpx

from turnpoint import augmenting, requests
from turnpoint.answer import Answer
from turnpoint.answers import Feedback, Model, Prediction
from turnpoint.augmenting import Format, JobId, Options, Source
from turnpoint.bundles_synchronous import Bundles
from turnpoint.connection import REPEATS, connection_options
from turnpoint.errors import UnreachableError
from turnpoint.frames.table import FrameLike
from turnpoint.frames_synchronous import Frames
from turnpoint.jobs import Job, Upload
from turnpoint.planning_synchronous import Planning
from turnpoint.requests import Features, RequestOptions
from turnpoint.transfer import TRANSFERS, DownloadFile, Row, RowReader
from turnpoint.transport import Driver
from turnpoint.waiting import PATIENCE, Waiting


class Turnpoint(Frames, Planning, Bundles):
    """A running Turnpoint service.

    `url` and `token` come from TURNPOINT_URL and TURNPOINT_TOKEN where they are not given; without either the
    service is looked for on this machine. `timeout` is for each request; `repeats` says how often a call
    that can be repeated is, after a passing fault. `verify` as in httpx, for a certificate authority of
    one's own. All methods raise a `TurnpointError`; none of its messages repeats a value.
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        timeout: httpx.Timeout | None = None,
        repeats: int = REPEATS,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        self._driver = Driver(connection_options(url, token, timeout, verify), repeats)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give connections back."""
        self._driver.close()

    def ask(
        self, patient_id: str, features: Features | None = None, **options: Unpack[RequestOptions]
    ) -> Answer:
        """The smallest verified changes that bring a patient's risk to the target, or lower it all the same.

        Raises:
            UnsendableError: Several targets are given at once.
        """
        return self._driver.run(requests.ask(patient_id, features, options))

    def recorded(self, answer_id: UUID | str) -> Answer:
        """A recorded answer."""
        return self._driver.run(requests.recorded(answer_id))

    def interventions(self, patient_id: str, *, page_size: int = 20) -> Iterator[Answer]:
        """All that was suggested for a patient, newest first; pages are fetched as they are needed."""
        before: UUID | None = None
        while True:
            page = self._driver.run(requests.interventions(patient_id, before, page_size))
            yield from page.answers
            if (before := page.next) is None:
                return

    def give_feedback(
        self,
        answer_id: UUID | str,
        counterfactual_id: UUID | str,
        verdict: str,
        *,
        reason: str | None = None,
        note: str | None = None,
        replaces: UUID | str | None = None,
    ) -> Feedback:
        """Say what becomes of an option: accepted, declined (for a `reason`), or withdrawn.

        `replaces` is the id of the verdict that stands so far, where there is one.
        """
        call = requests.give_feedback(answer_id, counterfactual_id, verdict, reason, note, replaces)
        return self._driver.run(call)

    def predict_many(
        self, vectors: Sequence[Features], *, model: str | None = None, patient_id: str | None = None
    ) -> list[Prediction]:
        """The risk of each of up to 1,000 feature vectors, in their order."""
        return self._driver.run(requests.predict_many(vectors, model, patient_id))

    def models(self) -> list[Model]:
        """The hosted models."""
        return self._driver.run(requests.models())

    def upload(
        self,
        path: Path,
        *,
        model: str | None = None,
        id_column: str | None = None,
        ignore_columns: Sequence[str] | None = None,
    ) -> Upload:
        """Give the service a CSV or Parquet file for a job to come; it is streamed from disk.

        The rows made carry what is in `id_column` as `source_id`; `ignore_columns` are left out.
        """
        return self._driver.run(augmenting.upload(path, model, id_column, ignore_columns))

    def augment(
        self, source: Source | Path | FrameLike, *, target_label: str, **options: Unpack[Options]
    ) -> Job:
        """Start a job that makes verified rows of the class `target_label`, low or high.

        The source is rows, a DataFrame or another table, a CSV or Parquet file, what `upload` gave, or the
        `POPULATION` of the model.

        Raises:
            FrameError: the table has faults; names each by row and column.
        """
        rows = self._source(source, options)
        return self._driver.run(augmenting.submit(rows, target_label, options))

    def job(self, job_id: JobId) -> Job:
        """How far a job is."""
        return self._driver.run(augmenting.job(job_id))

    def jobs(self, *, page_size: int = 20) -> Iterator[Job]:
        """All jobs, newest first; pages are fetched as they are needed."""
        before: UUID | None = None
        while True:
            page = self._driver.run(augmenting.jobs(before, page_size))
            yield from page.jobs
            if (before := page.next) is None:
                return

    def wait(
        self,
        job_id: JobId,
        *,
        on_progress: Callable[[Job], object] | None = None,
        at_most: float | None = None,
    ) -> Job:
        """Wait until a job is complete, for `at_most` seconds or as long as it takes.

        A service that is away for a while is waited for, too.

        Raises:
            JobEndedError: It failed or was cancelled.
            StillRunningError: The time is over; the job goes on.
        """
        waiting = Waiting(at_most)
        while True:
            job = self._driver.run(augmenting.job(job_id), PATIENCE)
            if on_progress is not None:
                on_progress(job)
            if (pause := waiting.pause(job)) is None:
                return job
            time.sleep(pause)

    def rows(self, job_id: JobId) -> Iterator[Row]:
        """The rows of a job that has ended, one at a time as they arrive.

        When the connection breaks they go on where they were, as long as that gets any further.
        """
        reader = RowReader()
        while True:
            reached = reader.last
            try:
                call = augmenting.rows(job_id, Format.NDJSON, reached)
                with self._driver.streamed(call) as response:
                    for data in response.iter_bytes():
                        for row in reader.feed(data):
                            yield row
                for row in reader.end():
                    yield row
                return
            except UnreachableError:
                if reader.last == reached:
                    raise
                reader.restart()

    def download(self, job_id: JobId, path: Path, *, kind: Format | None = None) -> None:
        """Write the rows of a job that has ended into a file of a format that `kind` says, or its ending.

        The file appears when it is complete, and not before.
        """
        call = augmenting.rows(job_id, kind or augmenting.format_of(path))
        for left in reversed(range(TRANSFERS)):
            try:
                with self._driver.streamed(call) as response, DownloadFile(path) as file:
                    for data in response.iter_bytes():
                        file.write(data)
                return
            except UnreachableError:
                if left == 0:
                    raise

    def cancel(self, job_id: JobId) -> Job:
        """Stop a job."""
        return self._driver.run(augmenting.cancel(job_id))

    def report(self, job_id: JobId) -> dict[str, Any]:
        """The quality report of a completed job."""
        return self._driver.run(augmenting.report(job_id))

    def report_page(self, job_id: JobId) -> str:
        """The quality report of a completed job as an HTML page."""
        return self._driver.run(augmenting.report_page(job_id))

    def data_card(self, job_id: JobId) -> str:
        """What the rows of a completed job are and are not good for, as Markdown; it belongs beside them."""
        return self._driver.run(augmenting.data_card(job_id))
