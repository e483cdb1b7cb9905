"""A forest comes back as it was written; what was cut off or spoilt is refused before anybody walks it."""

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.base import ClassifierError
from app.classifiers.forest import Forest, forest_of, joined
from app.classifiers.forest_checks import MOST_LEAVES, check_forest
from app.classifiers.forest_file import ForestClassifier, ForestCommittee, write_forest
from app.classifiers.forest_format import read_forest
from app.classifiers.link import LOGISTIC, Link, LinkKind
from tests.unit.classifiers.boosters import COLUMNS, people, trained

FOREST = forest_of([trained(1, 4, None, max_depth=3)])
NAMES = tuple(COLUMNS)


def content_of(forest: Forest = FOREST, link: Link = LOGISTIC) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "classifier.forest"
        write_forest(path, forest, link, NAMES, "xgboost 3")
        return path.read_bytes()


def read(content: bytes) -> ForestClassifier:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "classifier.forest"
        path.write_bytes(content)
        return ForestClassifier.load(path, COLUMNS)


@pytest.mark.parametrize(
    "link", [LOGISTIC, Link(LinkKind.IDENTITY, slope=0.1), Link(LinkKind.PLATT, 0.3, 1.0)]
)
def test_what_was_written_is_read(link: Link) -> None:
    classifier = read(content_of(FOREST._replace(slope=np.array([[0.1, 0.0, -2.0]])), link))
    assert classifier.link == link
    assert classifier.made_by == "xgboost 3"
    np.testing.assert_array_equal(classifier.forest.slope, [[0.1, 0.0, -2.0]])
    for name in set(Forest._fields) - {"slope"}:
        own, given_ = getattr(classifier.forest, name), getattr(FOREST, name)
        assert own.dtype == given_.dtype
        np.testing.assert_array_equal(own, given_)


def test_equal_forests_give_equal_bytes() -> None:
    assert content_of() == content_of()


def test_linear_terms_count_what_is_known_alone() -> None:
    slope = np.array([[0.5, 0.0, -1.0]])
    rows, _ = people(3)
    before = ForestClassifier(FOREST, Link(LinkKind.PLATT, 1.0, 0.0))
    after = ForestClassifier(FOREST._replace(slope=slope), before.link)
    single = np.nan_to_num(rows.astype(np.float32).astype(float))
    odds = [np.log(risk / (1 - risk)) for risk in (before.risk(rows), after.risk(rows))]
    np.testing.assert_allclose(odds[1] - odds[0], single @ slope[0], atol=1e-9)


def test_a_committee_is_its_members(tmp_path: Path) -> None:
    rows, _ = people(3)
    forests = [FOREST, FOREST._replace(prior=FOREST.prior + 1)]
    paths = [tmp_path / f"{place:02}.forest" for place in range(2)]
    for path, forest in zip(paths, forests, strict=True):
        write_forest(path, forest, LOGISTIC, NAMES, "")
    committee = ForestCommittee.load(paths, COLUMNS)
    assert committee.size == 2
    alone = [ForestClassifier.load(path, COLUMNS).risk(rows) for path in paths]
    np.testing.assert_array_equal(committee.risk(rows), np.stack(alone))


def test_members_with_several_links_are_refused(tmp_path: Path) -> None:
    paths = [tmp_path / f"{place:02}.forest" for place in range(2)]
    for path, link in zip(paths, [LOGISTIC, Link(LinkKind.IDENTITY)], strict=True):
        write_forest(path, FOREST, link, NAMES, "")
    with pytest.raises(ClassifierError, match=r"01\.forest has another link than 00\.forest"):
        ForestCommittee.load(paths, COLUMNS)
    with pytest.raises(ClassifierError, match="no members"):
        ForestCommittee.load([], COLUMNS)


def test_several_models_in_one_file_and_other_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "classifier.forest"
    write_forest(path, joined([FOREST, FOREST]), LOGISTIC, NAMES, "")
    with pytest.raises(ClassifierError, match="holds 2 models, not one"):
        ForestClassifier.load(path, COLUMNS)
    write_forest(path, FOREST, LOGISTIC, NAMES[::-1], "")
    with pytest.raises(ClassifierError, match="in another order"):
        ForestClassifier.load(path, COLUMNS)
    with pytest.raises(ClassifierError, match="cannot be read"):
        read_forest(tmp_path / "nothing.forest")


@given(end=st.integers(0, len(content_of()) - 1))
@settings(max_examples=60, deadline=None)
def test_a_file_that_is_cut_off_is_refused(end: int) -> None:
    with pytest.raises(ClassifierError):
        read(content_of()[:end])


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_file_with_any_byte_changed_is_refused_or_gives_risks(data: st.DataObject) -> None:
    content = bytearray(content_of())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        classifier = read(bytes(content))
    except ClassifierError:
        return
    risk = classifier.risk(people(2)[0])
    assert ((risk >= 0) & (risk <= 1)).all()


def rewritten(**changes: Any) -> bytes:
    """The file with other things in its header."""
    content = content_of()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    for name, change in changes.items():
        header[name] = {**header[name], **change}
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + content[8 + size :]


@pytest.mark.parametrize(
    "changes",
    [
        {"left": {"shape": [2**62, 4]}},
        {"left": {"data_offsets": [0, 2**60]}},
        {"left": {"data_offsets": [8, 0]}},
        {"left": {"dtype": "F64"}},
        {"slope": {"shape": [1]}},
        {"__metadata__": {"columns": "not JSON"}},
        {"__metadata__": {"link": '{"kind": "platt", "slope": -1}'}},
        {"__metadata__": {"format": "another"}},
        {"value": {"shape": [0], "data_offsets": [0, 0]}},
    ],
)
def test_a_header_that_says_what_is_not_there_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ClassifierError):
        read(rewritten(**changes))


@pytest.mark.parametrize(
    ("name", "place", "absurd", "said"),
    [
        ("left", 0, 10**6, "not there"),
        ("left", 0, 0, "lead back"),
        ("right", 0, -1, "not there"),
        ("column", 0, 3, "does not have"),
        ("column", 0, -1, "does not have"),
        ("threshold", 0, np.nan, "threshold"),
        ("value", -1, np.inf, "not finite"),
        ("prior", 0, np.nan, "not finite"),
        ("root", 1, 10**6, "follow one another"),
        ("root", 1, 0, "follow one another"),
        ("first", 1, 2**31 - 1, "follow one another"),
        ("first", 0, -1, "follow one another"),
    ],
)
def test_trees_that_cannot_be_walked_are_refused(name: str, place: int, absurd: float, said: str) -> None:
    spoilt = getattr(FOREST, name).copy()
    spoilt[place] = absurd
    with pytest.raises(ClassifierError, match=said):
        read(content_of(FOREST._replace(**{name: spoilt})))


def stairs(leaves: int) -> Forest:
    """One tree that parts a leaf off with every split."""
    splits = leaves - 1
    node = np.arange(2 * leaves - 1)
    left = np.where(node < splits, node + splits, -1)
    right = np.where(node < splits - 1, node + 1, np.where(node == splits - 1, 2 * splits, -1))
    return FOREST._replace(
        column=np.zeros(len(node), np.int32),
        threshold=np.zeros(len(node), np.float32),
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        default_left=np.zeros(len(node), np.bool_),
        value=np.zeros(len(node)),
        root=np.zeros(1, np.int32),
        first=np.array([0, 1], np.int32),
    )


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_tree_of_too_many_leaves_is_refused_wherever_it_stands(place: int) -> None:
    trees = [FOREST, FOREST]
    check_forest(joined([*trees[:place], stairs(MOST_LEAVES), *trees[place:]]), len(COLUMNS))
    with pytest.raises(ClassifierError, match=f"a tree has {MOST_LEAVES + 1} leaves"):
        check_forest(joined([*trees[:place], stairs(MOST_LEAVES + 1), *trees[place:]]), len(COLUMNS))
