"""Proposers are named by how they are asked, or by the adapter they answer with."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.classifiers.model_version import ModelVersion
from app.proposers.llm.prompt import Style
from research.commands.main import cli
from research.evaluation.proposals.proposer_specs import ProposerSpecError, proposer_spec


@pytest.mark.parametrize("style", ["zero_shot", "few_shot"])
def test_a_style_needs_no_adapter(model: ModelVersion, style: str) -> None:
    subject = proposer_spec(style, model)
    assert (subject.name, subject.style, subject.adapter) == (style, Style(style), None)


def test_the_models_own_adapter_and_any_other(version_1: ModelVersion) -> None:
    own = proposer_spec("fine_tuned", version_1)
    other = proposer_spec(f"second round={version_1.folder / 'adapter'}", version_1)
    assert (other.name, other.style, other.adapter) == ("second round", Style.FINE_TUNED, own.adapter)


@pytest.mark.parametrize("said", ["gpt", "", "FEW_SHOT", "second=nowhere", "second="])
def test_whatever_else_is_refused(model: ModelVersion, said: str) -> None:
    with pytest.raises(ProposerSpecError):
        proposer_spec(said, model)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["nothing", "--methods", "ours"], "nothing"),
        (["dysglycaemia", "--proposers", "gpt"], "gpt is no proposer: say zero_shot"),
        (["dysglycaemia", "--proposers", "mine=nowhere"], "nowhere/manifest.json cannot be read"),
    ],
)
def test_the_command_says_in_a_sentence_what_is_wrong(words: list[str], why: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["evaluate", *words, "--home", str(tmp_path)])
    assert result.exit_code == 1
    assert why in result.output.replace("\n", " ")
    assert "Traceback" not in result.output
