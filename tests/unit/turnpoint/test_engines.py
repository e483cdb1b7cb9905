"""What answers in process is found where it is installed, and said in a sentence where it is not."""

from pathlib import Path

import pytest

from turnpoint import engines
from turnpoint.errors import LackingError, LoadError
from turnpoint.recourse import Recourse


def test_without_an_engine_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "GROUP", "turnpoint.nothing_is_here")
    with pytest.raises(LackingError, match="pip install turnpoint-server"):
        Recourse.load()


def test_a_model_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="nothing"):
        Recourse.load("nothing", store=tmp_path)
