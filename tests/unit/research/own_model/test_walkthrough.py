"""docs/own-model.md shows what the command drafts and advises for the table that it names."""

import re
from pathlib import Path

from app.domain.consultation import general_consultation
from app.paths import MODEL_STORE
from research.own_model.draft.advice import advice
from research.own_model.draft.drafting import draft_schema
from research.own_model.table.reading import read_table
from tests.unit.research.own_model.tables import accepted

DOCS = MODEL_STORE.parent / "docs" / "own-model.md"


def test_the_lines_of_the_ten_minutes_are_those_of_the_command(tmp_path: Path) -> None:
    text = DOCS.read_text(encoding="utf-8")
    action, links = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    table = read_table(MODEL_STORE / "dysglycaemia" / "2" / "population.parquet", "outcome", None, None)
    draft = draft_schema(table, "sugar", "outcome")
    commented = "".join(f"# {line}\n" for line in action.splitlines())

    assert commented in draft[draft.index('name = "bmi"') :]
    said = advice(table, accepted(tmp_path, draft))
    told = [words[words.index("[[link]]") :] for words in said if "[[link]]\n" in words]
    assert "\n\n".join(told) == links.strip()
    shown = accepted(tmp_path, f"{draft.replace(commented, action)}\n{links}")
    assert shown.link_of.keys() == {"weight", "waist"}


def test_the_general_words_are_those_of_a_model_without_its_own() -> None:
    text = " ".join(DOCS.read_text(encoding="utf-8").split())
    general = general_consultation("OUTCOME")
    findings = [words for one in general.measured.finding for words in (one.says, one.next)]

    for words in (general.estimate.says, *(step.says for step in general.next_step), *findings):
        assert f'"{words}"' in text
