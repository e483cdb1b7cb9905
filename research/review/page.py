"""The packet as one page: read, printed, or filled in; nothing is fetched, and nothing is sent."""

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from research.review import form
from research.review.told import Packet

_TEMPLATES = Path(__file__).parent / "templates"


def review_page(packet: Packet, digest: str, name: str) -> str:
    """The page of a packet; style and script are inside, named by digest in the page's own policy.

    Without the script it can be read and printed; with it, answers are typed in and downloaded as the form.
    """
    css, script = (
        (_TEMPLATES / file).read_text(encoding="utf-8").strip() for file in ("page.css", "page.js")
    )
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(
        packet=packet,
        digest=digest,
        name=name,
        form=form,
        css=Markup(css),
        script=Markup(script),
        css_digest=_digest(css),
        script_digest=_digest(script),
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
