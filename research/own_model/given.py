"""A classifier that its owner brings: hosted as it is, with a committee that is made for it here."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from app.classifiers.forest_file import write_forest
from app.classifiers.training_procedure import Sample
from app.domain.feature import MissingPolicy
from app.domain.schema import FeatureSchema
from app.domain.wording import and_list
from research.foreign.given import GivenClassifier
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
        TrainingError: the file holds no classifier that can be hosted with this schema.
    """
    given = read_classifier(path, schema.columns, trusts_pickle)
    _check_unknown(schema, given, path)
    shown = drawn(held_out, MOST_KEPT)
    people, ids = sample_of(schema, training), [person.id for person in training]
    kind, members = _committee(schema, given, people, ids, size.members, report)
    write = partial(_write, schema, given, members)
    facts = {"given": given.made_by, "link": given.link.kind}
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
        is_given=True,
    )


def _check_unknown(schema: FeatureSchema, given: GivenClassifier, path: Path) -> None:
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
    given: GivenClassifier,
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
    schema: FeatureSchema, given: GivenClassifier, people: Sample, ids: Sequence[str], count: int
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


def _write(schema: FeatureSchema, given: GivenClassifier, members: Sequence[_Member], home: Path) -> None:
    classifier = home / "classifier.forest"
    write_forest(classifier, given.forest, given.link, schema.columns, given.made_by)
    for number, (ending, write) in enumerate(members):
        write(home / "committee" / f"{number:02d}.{ending}")


def _kind_words(given: GivenClassifier, kind: str) -> str:
    told = (
        f"{given.kind} of {given.library} {given.library_version}, given by its owner and hosted as it is: "
        f"what was read of it was compared with {given.library}'s own risks."
    )
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


def _missing_words(given: GivenClassifier) -> str:
    if given.takes_unknown:
        return (
            "Nothing is imputed. What the classifier makes of an unknown value is its maker's. An unknown "
            "feature is never part of a suggestion."
        )
    return "The classifier takes nobody of whom something is unknown."
