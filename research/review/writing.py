"""Writing a packet: a folder for reviewers, and beside it, not in it, the key."""

import json
import shutil
import tempfile
from pathlib import Path

from research.review.errors import ReviewError
from research.review.form import blank_form
from research.review.key import SHORT, Key, asked_of, digest_of, key_bytes, write_key
from research.review.page import review_page
from research.review.told import Packet

PAGE, FORM, ABOUT = "review.html", "answers.csv", "packet.json"


def write_packet(out: Path, key_file: Path, key: Key, packet: Packet) -> None:
    """Write packet and key, or neither: the packet is made beside its place and moved there whole.

    Raises:
        ReviewError: they cannot be written.
    """
    content = key_bytes(key)
    digest = digest_of(content)
    name = digest[:SHORT]
    try:
        work = Path(tempfile.mkdtemp(prefix=".review-", dir=out.parent))
    except OSError as error:
        raise _cannot_be_written(error) from error
    try:
        files = {
            PAGE: review_page(packet, digest, name),
            FORM: blank_form(name, asked_of(key)),
            ABOUT: json.dumps(_about(packet, digest, name), indent=1) + "\n",
        }
        for file, text in files.items():
            (work / file).write_text(text, encoding="utf-8", newline="")
        write_key(key_file, content)
        try:
            work.rename(out)
        except OSError:
            key_file.unlink()
            raise
    except OSError as error:
        raise _cannot_be_written(error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _cannot_be_written(error: OSError) -> ReviewError:
    return ReviewError(f"The packet cannot be written: {error.strerror}.")


def _about(packet: Packet, digest: str, name: str) -> dict[str, object]:
    """What a program may know of a packet; the key is told by its digest alone."""
    return {
        "format": "turnpoint-review/1",
        "what": "a research form, not advice",
        "packet": name,
        "key_sha256": digest,
        "model": packet.reference,
        "data": packet.data,
        "may_go": packet.may_go,
        "cases": {case.name: [option.name for option in case.options] for case in packet.cases},
    }
