"""Style, scripts and icon, under addresses that change with their content."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
MOUNT = "/static"
_A_YEAR = "public, max-age=31536000, immutable"


class Assets(StaticFiles):
    """Serves the folder; what is asked for by digest may be kept for good."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = _A_YEAR if scope["query_string"] else "no-cache"
        return response


@cache
def asset_url(name: str) -> str:
    """The address of a file of the folder, with the first half of its digest."""
    return f"{MOUNT}/{name}?{hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:32]}"


@cache
def integrity(name: str) -> str:
    """What a browser checks the file against (Subresource Integrity)."""
    return "sha384-" + base64.b64encode(hashlib.sha384((FOLDER / name).read_bytes()).digest()).decode()
