"""The command that has a running service make rows of a class out of a file's people."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from turnpoint.commands.console import progress, say

if TYPE_CHECKING:
    from turnpoint import Fault, InvalidRequestError, Job
    from turnpoint.commands.augment_run import AugmentRun

REFUSED, WRONG_USE, AWAY, INTERRUPTED = 1, 2, 3, 130
"""Exit codes: refused or failed; wrongly used; the service is away; Ctrl-C."""

_FAULTS_SAID = 20
REASONS = {
    "already_of_the_class": "of the class already",
    "out_of_reach": "out of reach",
    "llm_no_proposal": "without a proposal that can be read",
    "invalid": "with faults",
}
"""Why people gave no row, as the service counts them."""


def augment(
    rows: Annotated[
        Path, typer.Argument(help="CSV or Parquet, a column for each feature.", exists=True, dir_okay=False)
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file to write: .parquet, .csv, .ndjson or .jsonl.")
    ],
    target_label: Annotated[Literal["low", "high"], typer.Option(help="The class that the rows shall have.")],
    url: Annotated[
        str, typer.Option(envvar="TURNPOINT_URL", help="The service; TURNPOINT_TOKEN is its token.")
    ] = "http://127.0.0.1:8000",
    model: Annotated[str | None, typer.Option(help="The service's default unless told.")] = None,
    per_row: Annotated[int, typer.Option(min=1, max=10, help="Rows to make of each.")] = 1,
    generator: Annotated[Literal["auto", "llm", "search"], typer.Option(help="Who proposes.")] = "auto",
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal rows of the search.")] = 0,
    max_rows: Annotated[
        int | None, typer.Option(min=1, help="The most rows to make; as many as the file gives unless told.")
    ] = None,
    improvements: Annotated[
        bool,
        typer.Option(
            "--improvements",
            help="For the low class: of people who cannot be brought to it, write what lowers their risk "
            "most. Such rows are still high: reached is false, label is high.",
        ),
    ] = False,
    on_invalid: Annotated[
        Literal["reject", "skip"], typer.Option(help="What a row with faults does: stop all, or be left out.")
    ] = "reject",
    id_column: Annotated[
        str | None, typer.Option(help="A column of your own ids: the rows made have them as source_id.")
    ] = None,
    ignore_columns: Annotated[
        str | None, typer.Option(help="Columns that are left out, separated by commas.")
    ] = None,
    cancel_on_interrupt: Annotated[
        bool, typer.Option("--cancel-on-interrupt", help="Ctrl-C ends the job, too.")
    ] = False,
) -> None:
    """Make verified rows of a class with a running service; goes on where it was interrupted."""
    from turnpoint import AddressError, UnsendableError
    from turnpoint.commands.augment_run import AugmentRun
    from turnpoint.commands.resume import OtherWorkError

    options: dict[str, object] = {
        "target_label": target_label,
        "model": model,
        "per_row": per_row,
        "generator": generator,
        "seed": seed,
        "max_rows": max_rows,
        "improvements": improvements,
        "on_invalid": on_invalid,
        "id_column": id_column,
        "ignore_columns": None if ignore_columns is None else ignore_columns.split(","),
    }
    try:
        augment_run = AugmentRun(url, rows, output, options)
    except (AddressError, UnsendableError, OtherWorkError, OSError) as error:
        _end(str(error), WRONG_USE)
    with _failing(augment_run), augment_run:
        try:
            _make(augment_run)
        except KeyboardInterrupt:
            _interrupted(augment_run, cancel_on_interrupt)


@contextmanager
def _failing(augment_run: "AugmentRun") -> Iterator[None]:
    """Say what went wrong in a sentence; what cannot be gone on with is forgotten."""
    from turnpoint import (
        InvalidRequestError,
        JobEndedError,
        NotFoundError,
        TurnpointError,
        UnauthorizedError,
        UnavailableError,
        UnreachableError,
    )

    try:
        yield
    except InvalidRequestError as error:
        augment_run.forget()
        _end(_with_faults(error), REFUSED)
    except JobEndedError as error:
        augment_run.forget()
        why = f" {error.job.failure}" if error.job.failure else ""
        _end(f"{error}{why} Run the command again to start anew.", REFUSED)
    except NotFoundError as error:
        augment_run.forget()
        _end(f"{error} Run the command again to start anew.", REFUSED)
    except UnauthorizedError:
        _end("The service wants a token that it knows: set TURNPOINT_TOKEN.", REFUSED)
    except (UnavailableError, UnreachableError) as error:
        _end(f"{error} Run the command again to go on.", AWAY)
    except (TurnpointError, OSError) as error:
        _end(str(error), REFUSED)


def _make(augment_run: "AugmentRun") -> None:
    if augment_run.job_id is not None:
        say(f"Going on with job {augment_run.job_id}.")
    upload = augment_run.upload()
    augment_run.submit()
    if upload.invalid:
        say(f"{upload.invalid} of {upload.rows} rows have faults and are left out.")
    with progress() as show:
        job = augment_run.wait(lambda job: show(_words(job), _fraction(job)))
    reasons = augment_run.reasons() if job.progress.rejected else {}  # before the job is forgotten
    augment_run.fetch()
    counts = job.progress
    written = counts.accepted + counts.improved
    say(f"Wrote {written} rows to {augment_run.output}; what they are is in {augment_run.card_path}.")
    if counts.improved:
        say(f"{counts.improved} of them lower the risk, but are still high: reached is false, label is high.")
    if counts.rejected:
        say(f"{counts.rejected} of {counts.total} people gave none{_why(reasons)}.")
    if counts.total < upload.valid:
        say(f"{counts.total} of {upload.valid} people were taken: --max-rows leaves no room for more.")


def _why(reasons: Mapping[str, int]) -> str:
    told = [f"{count} {REASONS.get(reason, reason)}" for reason, count in reasons.items()]
    return f" ({', '.join(told)})" if told else ""


def _words(job: "Job") -> str:
    if job.progress.done == job.progress.total and not job.has_ended:
        return "Measuring the rows' quality"
    return f"{job.progress.accepted + job.progress.improved} rows"


def _fraction(job: "Job") -> float:
    return job.progress.done / job.progress.total if job.progress.total else 1.0


def _interrupted(augment_run: "AugmentRun", cancel: bool) -> NoReturn:
    from turnpoint import TurnpointError

    if cancel:
        try:
            augment_run.cancel()
        except TurnpointError as error:
            _end(f"The job could not be cancelled: {error}", AWAY)
        _end("Cancelled.", INTERRUPTED)
    if augment_run.job_id is None:
        _end("Interrupted before the job began.", INTERRUPTED)
    _end(f"Job {augment_run.job_id} goes on. Run the same command again to fetch its rows.", INTERRUPTED)


def _with_faults(error: "InvalidRequestError") -> str:
    """The problem in a sentence and a line for each of the first faults; rows count from 0, as everywhere."""
    lines = [f"  {_place(fault)} {fault.detail}" for fault in error.errors[:_FAULTS_SAID]]
    more = len(error.errors) - len(lines)
    return "\n".join([error.detail or error.title, *lines, *([f"  and {more} more"] if more else [])])


def _place(fault: "Fault") -> str:
    row = re.fullmatch(r"/(\d+)(?:/(\w+))?", fault.pointer or "")
    if row is None:
        return fault.where or "The file"
    return f"row {row[1]}: {row[2]}" if row[2] else f"row {row[1]}:"


def _end(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)
