"""A real Chromium: the system's, or one that is fetched, for which `python -m tests.browser.chromium` is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (
    "--no-sandbox",  # containers and CI run as root, where Chromium has no sandbox
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""No service of Google's is to be called from a test."""


def chromium_path() -> str | None:
    """Where Chromium is: CHROMIUM, one of the system's, or one that Playwright fetched."""
    given = os.environ.get("CHROMIUM")
    if given:
        return given
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found:
        return found
    with sync_playwright() as playwright:
        fetched = playwright.chromium.executable_path
    return fetched if Path(fetched).exists() else None


def main() -> None:
    """Install Chromium where there is none: by apt as root on Debian and its kin, else by Playwright."""
    if chromium_path():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-q"], ["install", "-qy", "chromium"]):
            subprocess.run(["apt-get", *words], env=quiet, stdout=sys.stderr, check=False)
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if not chromium_path():
        sys.stderr.write("No Chromium could be installed: tests in a browser are left out.\n")


if __name__ == "__main__":
    main()
