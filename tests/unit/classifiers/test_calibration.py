"""`calibration.json` comes back as it was written, and what is none is refused in a sentence."""

from pathlib import Path

import pytest

from app.classifiers.base import ClassifierError
from app.classifiers.calibration import CALIBRATION, read_calibration, write_calibration
from app.classifiers.link import LOGISTIC, Link, LinkKind

LINKS = [
    Link(LinkKind.PLATT, slope=0.7, intercept=-0.123456789012345),
    Link(LinkKind.ISOTONIC, margins=(-1.5, 0.1, 2.0), risks=(0.0, 0.3, 1.0)),
]


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.kind)
def test_what_was_written_is_read(tmp_path: Path, link: Link) -> None:
    write_calibration(tmp_path, link)
    assert read_calibration(tmp_path) == link


def test_without_a_file_margins_are_log_odds(tmp_path: Path) -> None:
    assert read_calibration(tmp_path) == LOGISTIC


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a calibration"),
        (b"[]", "not a calibration"),
        (b'{"kind": "cubic"}', "kind"),
        (b'{"kind": "platt", "slope": -1}', "slope"),
        (b'{"kind": "platt", "a": 1}', "a: "),
        (b'{"kind": "platt", "slope": NaN}', "slope"),
        (b'{"kind": "isotonic", "margins": [0, 1], "risks": [0.5]}', "two points"),
        (b'{"kind": "platt"', "not a calibration"),
        (b"\xff\xfe", "not a calibration"),
    ],
)
def test_what_is_none_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / CALIBRATION).write_bytes(content)
    with pytest.raises(ClassifierError, match=said) as caught:
        read_calibration(tmp_path)
    assert str(caught.value).startswith(str(tmp_path / CALIBRATION))
    assert "\n" not in str(caught.value)
