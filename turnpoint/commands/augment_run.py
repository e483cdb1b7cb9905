"""What `turnpoint augment` does step by step; each step is noted, so that none is done twice."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from turnpoint import Job, Turnpoint, Upload
from turnpoint.augmenting import Options, format_of
from turnpoint.commands.resume import ResumeFile, digest_of


class AugmentRun:
    """Rows on their way from a file through a service into a file.

    Raises:
        UnsendableError: A file's ending names no format.
        AddressError: The URL or the token is not one.
        OtherWorkError: An earlier, interrupted run for this output was about something else.
        OSError: The input cannot be read, or there is no folder for the output.
    """

    def __init__(self, url: str, rows: Path, output: Path, options: Mapping[str, Any]) -> None:
        format_of(output)
        if not output.parent.is_dir():
            raise FileNotFoundError(f"There is no folder {output.parent} to write into.")
        self._rows, self.output, self._options = rows, output, options
        self._file = ResumeFile(output, digest_of(rows, {**options, "url": url}))
        self._state = self._file.read()
        self._client = Turnpoint(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @property
    def job_id(self) -> str | None:
        """The job, once there is one."""
        return self._state.job_id

    @property
    def card_path(self) -> Path:
        """Where the data card goes that belongs to the rows."""
        return self.output.with_name(f"{self.output.name}.README.md")

    def upload(self) -> Upload:
        """Give the file to the service."""
        if self._state.upload is None:
            self._state.upload = self._client.upload(
                self._rows,
                model=self._options["model"],
                id_column=self._options["id_column"],
                ignore_columns=self._options["ignore_columns"],
            )
            self._file.write(self._state)
        return self._state.upload

    def submit(self) -> None:
        """Start the job."""
        if self._state.job_id is None:
            upload = self.upload()
            options = Options(
                model=self._options["model"],
                per_row=self._options["per_row"],
                generator=self._options["generator"],
                seed=self._options["seed"],
                max_rows=self._options["max_rows"] or max(1, upload.valid * self._options["per_row"]),
                improvements=self._options["improvements"],
                on_invalid=self._options["on_invalid"],
                idempotency_key=self._state.key,
            )
            job = self._client.augment(upload, target_label=self._options["target_label"], **options)
            self._state.job_id = str(job.id)
            self._file.write(self._state)

    def reasons(self) -> Mapping[str, int]:
        """How many people gave no row, by reason; of a job that is complete."""
        counted: Mapping[str, int] = self._client.report(self._job())["acceptance"]["reasons"]
        return counted

    def wait(self, on_progress: Callable[[Job], object]) -> Job:
        """Wait for the job to be complete."""
        return self._client.wait(self._job(), on_progress=on_progress)

    def fetch(self) -> None:
        """Write the rows and their data card; with that all is done."""
        self._client.download(self._job(), self.output)
        self.card_path.write_text(self._client.data_card(self._job()))
        self.forget()

    def cancel(self) -> None:
        """End the job; there may be one whose start was not told any more."""
        if self._state.upload is not None:
            self.submit()
            self._client.cancel(self._job())
        self.forget()

    def forget(self) -> None:
        """Start anew next time."""
        self._file.remove()

    def _job(self) -> str:
        if self._state.job_id is None:
            self.submit()
        assert self._state.job_id is not None
        return self._state.job_id
