"""All methods asked about the same rows of every fold, in both directions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from research.evaluation.benchmark_setup.people import BenchmarkSetup, CohortSpec, load_setup
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.methods.registry import Method
from research.evaluation.runner.language_models import LanguageModels, Report
from research.evaluation.runner.run_all import Answers, RunOptions, run_all
from research.papers_study.fold_versions import Fold
from research.papers_study.judged import Judge, JudgedRow, judge_of
from research.papers_study.rows_asked import rows_asked


class Way(StrEnum):
    """From which class to which: the second is how rows are made, and no advice."""

    LOWER = "high risk to low"
    RAISE = "low risk to high"


@dataclass(frozen=True)
class Asked:
    """One way in all folds: a judge of each fold, and every method's judged rows, fold by fold."""

    way: Way
    judges: Sequence[Judge]
    rows: Mapping[str, Sequence[Sequence[JudgedRow]]]
    """By the method's key."""

    def of(self, method: str) -> list[JudgedRow]:
        """A method's rows of all folds."""
        return [one for fold in self.rows[method] for one in fold]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: by which methods, about how many rows a fold; `fresh` asks anew."""

    methods: Sequence[Method]
    rows: int
    fresh: bool = False


def ask(
    folds: Sequence[Fold],
    way: Way,
    question: Question,
    home: Path,
    language: LanguageModels,
    report: Report,
) -> Asked:
    """Ask every method that can be asked; answers are kept in `home`.

    A language model is asked for low risk alone: that is what it is told.

    Raises:
        EmbeddedError: the language model's server cannot start.
    """
    specs = [_spec(fold, way, question.rows) for fold in folds]
    setups = [load_setup(spec) for spec in specs]
    judges = [judge_of(fold, setup) for fold, setup in zip(folds, setups, strict=True)]
    rows: dict[str, list[list[JudgedRow]]] = {}
    for method in question.methods:
        if method.style is not None and way is Way.RAISE:
            continue
        with language.endpoint(setups[0].model, method.style, report) as endpoint:
            if method.style is not None and endpoint is None:
                continue
            options = RunOptions(home / "answers", fresh=question.fresh, endpoint=endpoint)
            rows[method.key] = [
                list(judge.judged(_answers(judge.setup, spec, method, options, report, judge.fold)))
                for judge, spec in zip(judges, specs, strict=True)
            ]
    return Asked(way, judges, rows)


def _spec(fold: Fold, way: Way, count: int) -> CohortSpec:
    raising = way is Way.RAISE
    ids = rows_asked(fold, raising, count)
    return CohortSpec(
        fold.model, SettingKind.ACTIONABLE, people=count, ids=ids, store=fold.store, raising=raising
    )


def _answers(
    setup: BenchmarkSetup, spec: CohortSpec, method: Method, options: RunOptions, report: Report, fold: Fold
) -> Answers:
    answers: Answers = {}
    for answers in run_all(setup, spec, method, options):
        report(f"{method.name}, fold {fold.number}: {len(answers)} of {len(setup.people)}", 0.0)
    return answers
