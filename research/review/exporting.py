"""Making a packet: a folder for reviewers, and beside it, not in it, the key."""

import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from research.evaluation.benchmark_setup.people import BenchmarkSetup, CohortSpec, load_setup
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.runner.language_models import LanguageModels, Report
from research.review.cases import FEWEST, ReviewCase, as_shown, cases_of, drawn
from research.review.errors import ReviewError
from research.review.key import Key, KeyCase, KeyOption
from research.review.methods import Reviewed, Suggested, ask_all
from research.review.permitted import reaches
from research.review.told import Packet, ToldCase, option_text, packet_of
from research.review.writing import write_packet

MOST_ROUNDS = 10
"""People are asked about in at most so many rounds, each of half as many again as there are to be cases."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be exported; `out` is the packet's folder, which is not there yet, `key` the key's file."""

    model: str
    store: Path
    people: int
    seed: int
    out: Path
    key: Path
    methods: Collection[Reviewed] = ()
    reduction: float | None = None
    """Each person is to come so far below their own risk; to the model's threshold when None."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """What the last round was asked of, and how many people all rounds were about."""

    setup: BenchmarkSetup
    suggested: Suggested
    people: int


def export(order: Order, language: LanguageModels, report: Report) -> Key:
    """Ask the methods, and write packet and key; both, or neither.

    Raises:
        ReviewError: a place is taken, a method that is asked for cannot be asked, or nobody has an option.
        ModelFolderError: there is no such model.
    """
    _check_places(order)
    asked, cases, donors = _found(order, language, report)
    if len(cases) < FEWEST:
        raise ReviewError(
            f"Of {asked.people} people asked about, {len(cases)} have options to compare: a review "
            f"takes {FEWEST} or more. Where the target is out of reach, ask for a fall by --reduction."
        )
    return write(order, asked, cases, donors)


def write(order: Order, asked: Rounds, found: Sequence[ReviewCase], donors: Sequence[ReviewCase] = ()) -> Key:
    """Write packet and key of cases that were found, with controls of `donors`; both files, or neither.

    Raises:
        ReviewError: they cannot be written.
    """
    cases = as_shown(found, donors, order.seed)
    packet = packet_of(
        asked.setup.model,
        [(case.problem, case.risk, [option.levels for option in case.options]) for case in cases],
    )
    key = _key(order, asked, cases, packet)
    write_packet(order.out, order.key, key, packet)
    return key


def _found(
    order: Order, language: LanguageModels, report: Report
) -> tuple[Rounds, list[ReviewCase], list[ReviewCase]]:
    """Ask about drawn people, some at a time, until there are as many cases as are wanted.

    Half as many again are asked about at a time: options of those who become no cases are made controls.
    """
    ids, step = drawn(order.store, order.model, order.seed), order.people * 3 // 2
    found, names = list[ReviewCase](), dict[Reviewed, str]()
    for first in range(0, min(len(ids), MOST_ROUNDS * step), step):
        some = ids[first : first + step]
        spec = CohortSpec(
            order.model,
            SettingKind.ACTIONABLE,
            people=len(some),
            ids=some,
            reduction=order.reduction,
            store=order.store,
        )
        setup = load_setup(spec)
        if order.reduction is not None and order.reduction >= setup.target:
            raise ReviewError(f"--reduction has to be below the model's threshold of {setup.target:g}.")
        suggested = ask_all(setup, spec, order.methods, language, report)
        found += cases_of(setup, some, suggested)
        names |= suggested.names
        left_out = {method: why for method, why in suggested.left_out.items() if method not in names}
        asked = Rounds(setup, replace(suggested, names=names, left_out=left_out), first + len(some))
        fewest = min(2, len(suggested.rows))  # of options of methods; of one method alone there is one
        cases = [case for case in found if len(case.options) >= fewest][: order.people]
        if len(cases) == order.people:
            break
    return asked, cases, [one for one in found if all(one is not case for case in cases)]


def _check_places(order: Order) -> None:
    """Before anything long is done, and again by the system when it is written."""
    if order.out == order.key or order.out in order.key.parents:
        raise ReviewError("The key may not lie in the packet, which reviewers get: give --key another place.")
    for place in (order.out, order.key):
        if place.exists():
            raise ReviewError(f"{place} is there already. Packets and keys are never written over.")
        if not place.parent.is_dir():
            raise ReviewError(f"There is no folder {place.parent}.")
        try:
            tempfile.TemporaryFile(dir=place.parent).close()
        except OSError as error:
            raise ReviewError(f"Nothing can be written into {place.parent}: {error.strerror}.") from error


def _key(order: Order, asked: Rounds, cases: Sequence[ReviewCase], packet: Packet) -> Key:
    return Key(
        model=packet.reference,
        model_digest=asked.setup.model_digest,
        seed=order.seed,
        reduction=order.reduction,
        asked_about=asked.people,
        methods=asked.suggested.names | {Reviewed.SHUFFLED: "an option of somebody else: a control"},
        left_out=asked.suggested.left_out,
        cases=tuple(_key_case(case, told) for case, told in zip(cases, packet.cases, strict=True)),
    )


def _key_case(case: ReviewCase, told: ToldCase) -> KeyCase:
    return KeyCase(
        case=told.name,
        person=case.source_id,
        options=tuple(
            KeyOption(
                option=words.name,
                methods=option.methods,
                cut=option.cut,
                reaches_target=reaches(case.problem, option.levels),
                text=option_text(words),
            )
            for option, words in zip(case.options, told.options, strict=True)
        ),
    )
