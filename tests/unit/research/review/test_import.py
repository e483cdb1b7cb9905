"""From forms with generated answers to a report, and forms that are refused. No answer is a clinician's."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from research.commands.main import cli
from research.review.errors import ReviewError
from research.review.importing import import_review
from research.review.key import Key
from research.review.methods import Reviewed
from tests.reviewing import (
    Rate,
    filled_rows,
    methods_by_option,
    setup_of,
    suggestions,
    written_form,
    written_packet,
)

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("review")
    written_packet(folder, suggestions(setup_of("dysglycaemia")))
    return folder


@pytest.fixture(scope="module")
def key(folder: Path) -> Key:
    return Key.model_validate_json((folder / "key.json").read_bytes())


def generated_lover_of(key: Key, method: Reviewed, why_not: str = "") -> Rate:
    """A generated answerer who looks into the key, and would advise one method's options alone."""
    methods = methods_by_option(key)

    def rate(case: str, option: str) -> tuple[int, bool, bool, str]:
        loved = method in methods[case, option]
        return (5, True, True, "") if loved else (2, True, False, why_not)

    return rate


def imported(folder: Path, out: Path, *forms: Path) -> dict[str, object]:
    import_review(forms, folder / "key.json", out)
    told: dict[str, object] = json.loads((out / "report.json").read_text())
    return told


def test_the_method_that_all_prefer_wins_every_pair(folder: Path, key: Key, tmp_path: Path) -> None:
    rate = generated_lover_of(key, Reviewed.NICE, "a reason with | and <b>")
    forms = [
        written_form(tmp_path / f"{code}.csv", filled_rows(folder, code, rate)) for code in ("r1", "r2", "r3")
    ]
    results = import_review(forms, folder / "key.json", tmp_path / "report")
    by_method = {one.method: one for one in results.methods}
    nice, search = by_method[Reviewed.NICE].would_advise, by_method[Reviewed.SEARCH].would_advise
    assert nice is not None
    assert search is not None
    assert nice.value == 1 > search.value
    for pair in results.pairs:
        if pair.second is Reviewed.NICE:
            assert (pair.wins, pair.losses + pair.ties) == (0, 3 * pair.cases)
        if pair.first is Reviewed.NICE:
            assert pair.share.value == 1
    told = results.agreement["would advise"]
    assert (told.statistic, told.kappa) == ("Fleiss' kappa", 1)
    assert results.agreement["safe"].kappa is None
    text = (tmp_path / "report" / "report.md").read_text()
    assert "a reason with \\| and \\<b\\>" in text
    assert "undefined: all answers are the same" in text
    assert not any(str(case.person) in text for case in key.cases)


def test_an_option_of_two_methods_is_a_tie_between_them(folder: Path, key: Key, tmp_path: Path) -> None:
    rate = generated_lover_of(key, Reviewed.SEARCH)
    form = written_form(tmp_path / "r1.csv", filled_rows(folder, "r1", rate))
    results = import_review([form], folder / "key.json", tmp_path / "report")
    pair = next(one for one in results.pairs if one.second is Reviewed.LANGUAGE_MODEL)
    assert (pair.first, pair.wins, pair.ties, pair.losses) == (Reviewed.SEARCH, pair.cases - 1, 1, 0)
    assert pair.share.value == pytest.approx((pair.cases - 0.5) / pair.cases)
    assert results.agreement == {}
    assert "there is no agreement to tell" in (tmp_path / "report" / "report.md").read_text()


def test_forms_as_spreadsheets_save_them_are_read(folder: Path, key: Key, tmp_path: Path) -> None:
    rows = filled_rows(folder, "r1", generated_lover_of(key, Reviewed.DICE, "zu mühsam"))
    plain = written_form(tmp_path / "plain.csv", rows)
    semicolons = written_form(
        tmp_path / "excel.csv", [row | {"safe": row["safe"].upper()} for row in rows[::-1]], ";"
    )
    semicolons.write_bytes(b"\xef\xbb\xbf" + semicolons.read_bytes() + b";;;;;;;\r\n")
    one, other = (imported(folder, tmp_path / name, form) for name, form in (("a", plain), ("b", semicolons)))
    for same in ("methods", "pairs", "agreement"):
        assert one[same] == other[same]


def changed(row: int, column: str, cell: str) -> Callable[[Rows], Rows]:
    def change(rows: Rows) -> Rows:
        rows[row] = rows[row] | {column: cell}
        return rows

    return change


UNANSWERED = {"plausible": "", "safe": "", "would_advise": ""}
REFUSED: dict[str, tuple[Callable[[Rows], Rows], str]] = {
    "unknown case": (changed(1, "case", "case-99"), "row 3, column case: is no case of the packet"),
    "unknown option": (changed(1, "option", "Z"), "row 3, column option: is no option of this case"),
    "answered twice": (
        lambda rows: [*rows, rows[0]],
        "row 30, column option: answers again what row 2 answers",
    ),
    "a row is missing": (lambda rows: rows[:-1], "has no row for case-"),
    "empty": (changed(2, "safe", ""), "row 4, column safe: is empty"),
    "off the scale": (changed(2, "plausible", "6"), "row 4, column plausible: is none of 1 to 5"),
    "half a rating": (changed(2, "plausible", "3.5"), "row 4, column plausible: is none of 1 to 5"),
    "neither yes nor no": (
        changed(3, "would_advise", "perhaps"),
        "row 5, column would_advise: is neither yes",
    ),
    "long": (changed(3, "why_not", "x" * 501), "row 5, column why_not: has more than 500 signs"),
    "another packet": (
        changed(0, "packet", "0" * 16),
        "row 2, column packet: is of another packet than the key",
    ),
    "no packet": (changed(4, "packet", ""), "row 6, column packet: is empty"),
    "no code": (changed(0, "reviewer", ""), "column reviewer: is empty in all rows"),
    "a name": (changed(0, "reviewer", "Dr. A. Person"), "row 2, column reviewer: is no code"),
    "two codes": (changed(3, "reviewer", "r2"), "row 5, column reviewer: is another code than in row 2"),
    "half of it": (
        lambda rows: [row if at < 3 else row | {"plausible": ""} for at, row in enumerate(rows)],
        "row 5, column plausible: is empty",
    ),
    "half of the rows": (
        lambda rows: [row if at < 3 else row | UNANSWERED for at, row in enumerate(rows)],
        "no answers in rows 5 to 29",
    ),
    "a row here and there": (
        lambda rows: [row | UNANSWERED if at in (2, 4, 5) else row for at, row in enumerate(rows)],
        "no answers in rows 4 and 6 to 7",
    ),
    "a column more": (lambda rows: [row | {"note": "x"} for row in rows], "row 1: has other columns"),
    "a column less": (
        lambda rows: [{name: cell for name, cell in row.items() if name != "safe"} for row in rows],
        "row 1: has other columns",
    ),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_fault_is_named_by_file_row_and_column_and_nothing_is_written(
    folder: Path, key: Key, tmp_path: Path, fault: str
) -> None:
    change, told = REFUSED[fault]
    rate = generated_lover_of(key, Reviewed.SEARCH)
    right = written_form(tmp_path / "right.csv", filled_rows(folder, "r0", rate))
    wrong = written_form(tmp_path / "wrong.csv", change(filled_rows(folder, "r1", rate)))
    with pytest.raises(ReviewError) as refused:
        import_review([right, wrong], folder / "key.json", tmp_path / "report")
    assert f"{wrong}, {told}" in str(refused.value) or f"{wrong}: {told}" in str(refused.value)
    assert "Person" not in str(refused.value)
    assert str(right) not in str(refused.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["right.csv", "wrong.csv"]


def test_files_that_are_no_forms(folder: Path, key: Key, tmp_path: Path) -> None:
    rate = generated_lover_of(key, Reviewed.SEARCH, "zu mühsam")
    whole = written_form(tmp_path / "whole.csv", filled_rows(folder, "r1", rate))
    text = whole.read_text(encoding="utf-8")
    contents = {
        "latin.csv": (text.encode("latin-1"), "is not UTF-8 text"),
        "utf16.csv": (text.encode("utf-16"), "is not UTF-8 text"),
        "empty.csv": (b"", "has other columns"),
        "header.csv": (text.splitlines()[0].encode(), "has no rows below its header"),
        "quote.csv": (text.replace("case-01", '"case-01', 1).encode(), "has a quotation mark"),
        "short.csv": (text.replace(",A,", ",A", 1).encode(), "row 2: has 7 cells in place of 8"),
    }
    paths = []
    for name, (content, _) in contents.items():
        paths.append(tmp_path / name)
        paths[-1].write_bytes(content)
    with pytest.raises(ReviewError) as refused:
        import_review([*paths, tmp_path / "absent.csv", whole, whole], folder / "key.json", tmp_path / "out")
    for name, (_, told) in contents.items():
        assert any(name in line and told in line for line in str(refused.value).splitlines()), name
    assert "absent.csv: cannot be read" in str(refused.value)
    assert f"{whole}, column reviewer: the code is that of {whole} already" in str(refused.value)


def test_a_key_that_was_touched_or_is_none(folder: Path, key: Key, tmp_path: Path) -> None:
    form = written_form(
        tmp_path / "r1.csv", filled_rows(folder, "r1", generated_lover_of(key, Reviewed.NICE))
    )
    content = (folder / "key.json").read_text()
    swapped = content.replace('"nice"', '"x"').replace('"dice"', '"nice"').replace('"x"', '"dice"')
    wrong = {"swapped": swapped, "form": form.read_text(), "cut": content[:200], "of an extra": '{"a": 1}'}
    for name, text in wrong.items():
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(
            ReviewError, match="another packet than the key" if name == "swapped" else "no key"
        ):
            import_review([form], path, tmp_path / "report")
    assert not (tmp_path / "report").exists()


def test_the_command_tells_the_report_and_where_it_is(folder: Path, key: Key, tmp_path: Path) -> None:
    forms = [
        written_form(tmp_path / f"{code}.csv", filled_rows(folder, code, generated_lover_of(key, method)))
        for code, method in (("r1", Reviewed.NICE), ("r2", Reviewed.DICE), ("r3", Reviewed.NICE))
    ]
    words = ["review", "import", *map(str, forms), "--key", str(folder / "key.json"), "--out"]
    done = CliRunner().invoke(cli, [*words, str(tmp_path / "report")])
    assert done.exit_code == 0
    assert "| would advise | Fleiss' kappa |" in done.output
    assert stat.S_IMODE((tmp_path / "report").stat().st_mode) == 0o700
    again = CliRunner().invoke(cli, [*words, str(tmp_path / "report")])
    assert (again.exit_code, "is there already" in again.stderr) == (1, True)
