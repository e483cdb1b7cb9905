"""The methods whose options are reviewed: which can be asked here, and what each suggests to whom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from app.local.embedded.errors import EmbeddedError
from app.proposers.llm.adapter import load_adapter
from research.evaluation.benchmark_setup.people import BenchmarkSetup, CohortSpec
from research.evaluation.methods.registry import METHODS, Method
from research.evaluation.methods.reply import Ending
from research.evaluation.runner.language_models import LanguageModels, Report
from research.evaluation.runner.run_all import Answers, RunOptions, run_all
from research.evaluation.runner.worker import WorkerStartError
from research.evaluation.study.plan import PACKAGE_MODULES
from research.review.errors import ReviewError


class Reviewed(StrEnum):
    """A method by the name that key and report give it."""

    SEARCH = "search"
    LANGUAGE_MODEL = "language-model"
    DICE = "dice"
    NICE = "nice"
    SHUFFLED = "shuffled"
    """The control: an option of somebody else."""


ASKED = tuple(one for one in Reviewed if one is not Reviewed.SHUFFLED)
_KEYS = {Reviewed.SEARCH: "ours", Reviewed.DICE: "dice-random", Reviewed.NICE: "nice-sparsity"}

Row = tuple[float, ...]


@dataclass(frozen=True)
class Suggested:
    """The first answer of each method about each person, as the classifier's row.

    `names` says which method in full stands behind each; `left_out` why one was not asked.
    """

    rows: dict[Reviewed, Mapping[int, Row]] = field(default_factory=dict)
    names: dict[Reviewed, str] = field(default_factory=dict)
    left_out: dict[Reviewed, str] = field(default_factory=dict)


def ask_all(
    setup: BenchmarkSetup,
    spec: CohortSpec,
    wanted: Collection[Reviewed],
    language: LanguageModels,
    report: Report,
) -> Suggested:
    """Ask every method that is there; all of them unless some are `wanted`.

    Answers are kept where those of the study are, so that a run that was stopped goes on.

    Raises:
        ReviewError: a method that is wanted cannot be asked here, or one could not be started.
    """
    suggested, home = Suggested(), language.home / "evaluation" / "answers"
    for reviewed in ASKED:
        if wanted and reviewed not in wanted:
            suggested.left_out[reviewed] = "it was not asked for"
            continue
        method = _method(setup, reviewed)
        why = _why_not(method) or _ask(setup, spec, reviewed, method, home, language, suggested, report)
        if why and wanted:
            raise ReviewError(f"{reviewed} cannot be asked: {why}.")
        if why:
            suggested.left_out[reviewed] = why
    return suggested


def _method(setup: BenchmarkSetup, reviewed: Reviewed) -> Method:
    """A language model is asked as it was taught; where nobody taught it, by examples in its prompt."""
    key = _KEYS.get(reviewed)
    if key is None:
        key = "few-shot" if load_adapter(setup.model.folder) is None else "fine-tuned"
    return next(method for method in METHODS if method.key == key)


def _why_not(method: Method) -> str | None:
    package = method.package
    if package is not None and find_spec(PACKAGE_MODULES[package]) is None:
        return (
            f"the package {package} is not installed here (`make evaluate` makes an environment that has it)"
        )
    return None


def _ask(
    setup: BenchmarkSetup,
    spec: CohortSpec,
    reviewed: Reviewed,
    method: Method,
    home: Path,
    language: LanguageModels,
    suggested: Suggested,
    report: Report,
) -> str | None:
    """Ask one method about everybody; why it cannot be asked, if so."""
    people = len(setup.people)
    try:
        with language.endpoint(setup.model, method.style, report) as endpoint:
            answers: Answers = {}
            for answers in run_all(setup, spec, method, RunOptions(home, endpoint=endpoint)):
                report(f"{method.name}: {len(answers)} of {people}", len(answers) / people)
    except WorkerStartError as error:
        raise ReviewError(f"{method.name}: {error}. Ask again: answers so far are kept.") from error
    except EmbeddedError as error:
        return f"no language model can be run here: {str(error).removesuffix('.')}"
    replies = {person: answer.reply for person, answer in answers.items()}
    if all(reply.ending in (Ending.CRASHED, Ending.KILLED) for reply in replies.values()):
        return f"it answered no question; the first ended so: {next(iter(replies.values())).detail}"
    suggested.names[reviewed] = method.name
    suggested.rows[reviewed] = {
        person: reply.rows[0]
        for person, reply in replies.items()
        if reply.ending is Ending.FOUND and reply.rows
    }
    return None
