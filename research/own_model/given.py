"""A classifier that its owner brings: hosted as it is, with a committee that is made for it here."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from app.classifiers.forest_file import write_forest
from app.classifiers.onnx_local import SUFFIX
from app.classifiers.training_procedure import Sample
from app.domain.feature import MissingPolicy
from app.domain.schema import FeatureSchema
from app.domain.wording import and_list
from research.foreign.agreement import check_agreement
from research.foreign.given import GivenClassifier
from research.foreign.onnx_models import GivenOnnx, read_given_onnx
from research.foreign.reading import read_classifier
from research.own_model.against import directions_of_given
from research.own_model.fitting import Report, Size
from research.own_model.making import Made, write_booster
from research.own_model.taught import MOST_KEPT, bootstrap, drawn, sample_of
from research.training.card import Make
from research.training.committee import of_outputs
from research.training.errors import TrainingError
from research.training.influence import shuffled_shares
from research.training.masking import fit_people
from research.training.people import Participant

Given = GivenClassifier | GivenOnnx
_SHUFFLED = (
    "its share of what the Brier score on held-out people loses when the feature's values are dealt out anew "
    "among them."
)


def made_of_given(
    schema: FeatureSchema,
    path: Path,
    trusts_pickle: bool,
    training: Sequence[Participant],
    held_out: Sequence[Participant],
    size: Size,
    report: Report,
) -> Made:
    """The classifier in a file, and a committee for it; `held_out` are those whom its card tells of.

    Raises:
        TrainingError: the file holds no classifier that can be hosted with this schema, or gives people of
            the table other risks by what was read of it than by its library.
    """
    shown = drawn(held_out, MOST_KEPT)
    people, ids = sample_of(schema, training), [person.id for person in training]
    given: Given
    if path.suffix == SUFFIX:
        given = read_given_onnx(path, schema, people.rows)
    else:
        given = read_classifier(path, schema.columns, trusts_pickle)
    _check_unknown(schema, given, path)
    if isinstance(given, GivenClassifier):
        check_agreement(given, people.rows)
        check_agreement(given, sample_of(schema, held_out).rows)
    kind, members = _committee(schema, given, people, ids, size.members, report)
    write = partial(_write, schema, given, members)
    facts = {"given": given.made_by}
    if isinstance(given, GivenClassifier):
        facts["link"] = given.link.kind
    return Made(
        write=write,
        influence=partial(shuffled_shares, schema),
        fit=None,
        fit_facts=facts,
        committee_facts={"members": size.members, "seeds": [1, size.members], "kind": kind},
        make=Make(_kind_words(given, kind), _missing_words(given), _SHUFFLED, is_given=True),
        figures={},
        cautions=(
            "The classifier was given by its owner. Whether it learned from people who are held out here is "
            "not known; if it did, the figures are too good.",
            *directions_of_given(schema, given.hosted().risk, sample_of(schema, shown).rows),
        ),
        notes=tuple(_notes(given, path)),
        is_given=True,
    )


def _notes(given: Given, path: Path) -> Iterator[str]:
    if isinstance(given, GivenClassifier):
        return
    yield (
        "Options of an ONNX model are searched for by asking it in batches: nothing is proved of them, "
        "neither that none takes less effort nor that there is none."
    )
    if not given.names_columns:
        yield (
            f"{path.name} does not name its columns: they are given in the order of task.toml, and nobody "
            "can check that it is the one that the model learned. Compare some risks with your own."
        )


def _check_unknown(schema: FeatureSchema, given: Given, path: Path) -> None:
    unknown = [feature.name for feature in schema.features if feature.missing is MissingPolicy.UNKNOWN]
    if unknown and not given.takes_unknown:
        raise TrainingError(
            f"{path.name} gives no risk to a person of whom something is unknown, but task.toml lets "
            f"{and_list(unknown)} be unknown: take out their lines `missing`, or train without --classifier."
        )


_OWN_KIND, _OF_OUTPUTS = "own kind", "xgboost on outputs"
_Member = tuple[str, Callable[[Path], None]]
"""The ending of a member's file, and what writes it."""


def _committee(
    schema: FeatureSchema,
    given: Given,
    people: Sample,
    ids: Sequence[str],
    count: int,
    report: Report,
) -> tuple[str, list[_Member]]:
    """Which kind of refits the members are, and all of them."""
    kind = _OF_OUTPUTS if given.refit is None else _OWN_KIND
    members: list[_Member] = []
    for member in _members(schema, given, people, ids, count):
        members.append(member)
        report("Fitting the committee", len(members) / count)
    return kind, members


def _members(
    schema: FeatureSchema, given: Given, people: Sample, ids: Sequence[str], count: int
) -> Iterator[_Member]:
    risk = given.hosted().risk(people.rows)
    for seed in range(1, count + 1):
        chosen = bootstrap(ids, seed)
        if given.refit is not None:
            forest = given.refit(people.rows[chosen], people.outcome[chosen], seed)
            made_by = f"{given.made_by}, refit {seed}"
            yield (
                "forest",
                partial(
                    write_forest, forest=forest, link=given.link, columns=schema.columns, made_by=made_by
                ),
            )
        else:
            booster = fit_people(schema, of_outputs(people.rows[chosen], risk[chosen]), seed)
            yield "ubj", partial(write_booster, booster=booster)


def _write(schema: FeatureSchema, given: Given, members: Sequence[_Member], home: Path) -> None:
    given.write(home, schema.columns)
    for number, (ending, write) in enumerate(members):
        write(home / "committee" / f"{number:02d}.{ending}")


def _kind_words(given: Given, kind: str) -> str:
    told = _read_words(given) if isinstance(given, GivenClassifier) else _run_words(given)
    if kind == _OWN_KIND:
        return (
            f"{told} Its committee is of refits of its own kind and settings on bootstrap resamples of the "
            "people of the table."
        )
    return (
        f"{told} Its file does not say how to fit it again, so its committee is of XGBoost models fitted to "
        "its risks on bootstrap resamples of the people of the table: they tell how well those can be "
        "learned, and less of how the classifier would differ had other people been drawn."
    )


def _read_words(given: GivenClassifier) -> str:
    return (
        f"{given.kind} of {given.library} {given.library_version}, given by its owner and hosted as it is: "
        f"what was read of it was compared with {given.library}'s own risks."
    )


def _run_words(given: GivenOnnx) -> str:
    written = f", written by {given.classifier.made_by}," if given.classifier.made_by else ""
    order = "" if given.names_columns else " It does not name its columns: their order was taken on trust."
    return (
        f"An ONNX model{written} given by its owner and run as it is.{order} Its inside is not read: options "
        "are searched for by asking it in batches, and nothing is proved of them, neither that none takes "
        "less effort nor that there is none."
    )


def _missing_words(given: Given) -> str:
    if given.takes_unknown and isinstance(given, GivenOnnx):
        return (
            "Nothing is imputed. The model is given NaN for an unknown value and answers with a risk; "
            "whether it was made for that is its maker's to say. An unknown feature is never part of a "
            "suggestion."
        )
    if given.takes_unknown:
        return (
            "Nothing is imputed. What the classifier makes of an unknown value is its maker's. An unknown "
            "feature is never part of a suggestion."
        )
    return "The classifier takes nobody of whom something is unknown."
