"""Pin images by digest: python deploy/digests.py FILE…, where docker and a registry are at hand.

Of each line like `image: name:tag` or `FROM name:tag` the tag is looked up and its digest written behind it.
Our own image, which is built here, stays as it is.
"""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

_IMAGE = re.compile(
    r"^(?P<before>\s*(?:image:|FROM)\s+)(?P<name>[a-z0-9][a-z0-9./-]*:[\w.-]+)(?P<digest>@sha256:[0-9a-f]{64})?",
    re.MULTILINE,
)
_OURS = "turnpoint:"


@cache
def digest_of(image: str) -> str:
    """The digest of what a tag stands for today, of all its platforms together.

    Raises:
        RuntimeError: it cannot be looked up.
    """
    look = ["docker", "buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}", image]
    try:
        done = subprocess.run(look, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RuntimeError(f"docker does not look {image} up: {type(error).__name__}") from error
    digest = done.stdout.strip()
    if done.returncode or not re.fullmatch(r"sha256:[0-9a-f]{64}", digest):
        raise RuntimeError(f"{image} is not found: {(done.stderr.strip() or 'no digest').splitlines()[-1]}")
    return digest


def pinned(text: str) -> str:
    """The text with each image's digest of today."""

    def pin(found: re.Match[str]) -> str:
        image = found["name"]
        return found[0] if image.startswith(_OURS) else f"{found['before']}{image}@{digest_of(image)}"

    return _IMAGE.sub(pin, text)


def main(files: list[Path]) -> None:
    try:
        texts = {file: pinned(file.read_text()) for file in files}
    except RuntimeError as error:
        sys.exit(f"Nothing is pinned: {error}")
    for file, text in texts.items():
        file.write_text(text)


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
