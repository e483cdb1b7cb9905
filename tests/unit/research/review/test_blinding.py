"""What reviewers get says nothing of methods: swap all their names, and the packet stays what it was."""

import json
import re
import stat
from collections import Counter
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from research.review.cases import as_shown, cases_of
from research.review.key import Key
from research.review.methods import ASKED, Reviewed, Suggested
from research.review.permitted import moved_on
from research.review.writing import ABOUT, FORM, PAGE
from tests.reviewing import methods_by_option, setup_of, suggestions, written_packet

MODELS = ("dysglycaemia", "heart-disease")


def renamed(suggested: Suggested, names: tuple[Reviewed, ...]) -> Suggested:
    """The same suggestions under other methods' names, told in another order."""
    rows = {new: suggested.rows[old] for old, new in zip(ASKED, names, strict=True)}
    return replace(suggested, rows={name: rows[name] for name in sorted(rows)})


def without_digest(folder: Path, key: Key) -> dict[str, str]:
    """The packet's files, with a word in place of the key's digest."""
    digest = json.loads((folder / "packet" / ABOUT).read_text())["key_sha256"]
    files = {path.name: path.read_text(encoding="utf-8") for path in (folder / "packet").iterdir()}
    assert sorted(files) == sorted([PAGE, FORM, ABOUT])
    assert key.nonce not in "".join(files.values())
    return {
        name: text.replace(digest, "digest").replace(digest[:16], "packet") for name, text in files.items()
    }


@pytest.mark.parametrize("model", MODELS)
def test_a_packet_is_the_same_whichever_method_suggested_what(model: str, tmp_path: Path) -> None:
    suggested, packets, keys = suggestions(setup_of(model)), [], []
    for place, names in enumerate(list(permutations(ASKED))[::7]):
        folder = tmp_path / str(place)
        folder.mkdir()
        keys.append(written_packet(folder, renamed(suggested, names), model))
        packets.append(without_digest(folder, keys[-1]))
    assert all(packet == packets[0] for packet in packets)
    assert len({str(methods_by_option(key)) for key in keys}) > 1


def test_no_word_of_a_method_and_no_id_of_a_person_is_in_the_packet(tmp_path: Path) -> None:
    key = written_packet(tmp_path, suggestions(setup_of("dysglycaemia")))
    text = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "packet").iterdir()).lower()
    for word in ("dice", "nice", "turnpoint@", "shuffled", "language model", "language-model", "generated"):
        assert not re.search(rf"\b{word}\b", text)
    for case in key.cases:
        assert not re.search(rf"\b{case.person}\b", text)


def test_the_key_is_its_owners_alone(tmp_path: Path) -> None:
    written_packet(tmp_path, suggestions(setup_of("dysglycaemia")))
    assert stat.S_IMODE((tmp_path / "key.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "packet").stat().st_mode) == 0o700


def test_each_method_is_at_each_place_about_equally_often() -> None:
    setup, places = setup_of("dysglycaemia"), Counter[tuple[int, Reviewed]]()
    suggested = suggestions(setup)
    cases = cases_of(setup, [person.source_id for person in setup.people], suggested)
    draws = 200
    for seed in range(draws):
        for case in as_shown(cases[:4], cases[4:], seed):
            for place, option in enumerate(case.options):
                places.update((place, method) for method in option.methods)
    for method in (Reviewed.SEARCH, Reviewed.DICE, Reviewed.SHUFFLED):
        own = [places[place, method] for place in range(4)]
        assert max(own) < 1.35 * min(own)


def test_an_option_of_two_methods_is_shown_once_and_the_key_names_both(tmp_path: Path) -> None:
    key = written_packet(tmp_path, suggestions(setup_of("dysglycaemia")))
    both = {Reviewed.SEARCH, Reviewed.LANGUAGE_MODEL}
    assert any(both <= set(methods) for methods in methods_by_option(key).values())
    for case in key.cases:
        texts = [option.text for option in case.options]
        assert len(set(texts)) == len(texts)
        methods = [method for option in case.options for method in option.methods]
        assert len(set(methods)) == len(methods)


def test_a_control_is_made_of_those_who_are_no_cases_and_of_each_option_once() -> None:
    setup = setup_of("dysglycaemia")
    cases = cases_of(setup, [person.source_id for person in setup.people], suggestions(setup))
    shown, donors = cases[:3], cases[3:]
    made = [
        {tuple(moved_on(case.problem, donor.problem, np.array(option.levels)).tolist()) for case in shown}
        for donor in donors
        for option in donor.options
    ]
    controls = [
        option.levels
        for case in as_shown(shown, donors, seed=2)
        for option in case.options
        if Reviewed.SHUFFLED in option.methods
    ]
    assert len(controls) == len(shown)
    assert all(any(control in own for own in made) for control in controls)


def test_a_control_is_of_somebody_else_and_none_of_the_methods_options(tmp_path: Path) -> None:
    key = written_packet(tmp_path, suggestions(setup_of("dysglycaemia")))
    controls = [methods for methods in methods_by_option(key).values() if Reviewed.SHUFFLED in methods]
    assert len(controls) == len(key.cases)
    assert set(controls) == {(Reviewed.SHUFFLED,)}
