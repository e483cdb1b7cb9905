"""The page of a packet, opened as a file: read without scripts, filled in with them by generated answers."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from research.review.importing import import_review
from research.review.methods import Reviewed
from research.review.writing import PAGE
from tests.browser.accessibility import PHONE, assert_accessible
from tests.browser.conftest import watching
from tests.browser.pictures import shot
from tests.reviewing import setup_of, suggestions, table_of, written_packet


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("review")
    written_packet(folder, suggestions(setup_of("dysglycaemia")))
    return folder


def opened(page: Page, folder: Path) -> None:
    page.goto((folder / "packet" / PAGE).as_uri())


def test_it_can_be_read_by_everybody_and_is_no_wider_than_its_screen(
    browser: Browser, folder: Path, subtests: pytest.Subtests
) -> None:
    with watching(browser, "file://", bypass_csp=True) as watched:
        opened(watched.page, folder)
        assert_accessible(watched.page, subtests, "review", (PHONE,))


def test_without_scripts_it_asks_for_the_form_and_has_nothing_to_press(
    browser: Browser, folder: Path
) -> None:
    with watching(browser, "file://", java_script_enabled=False) as watched:
        opened(watched.page, folder)
        assert watched.page.get_by_text("answers.csv").is_visible()
        assert not watched.page.get_by_role("button").is_visible()
        assert watched.page.get_by_role("article").count() == len(table_of(folder))


def test_answers_that_are_typed_in_are_downloaded_as_a_form_that_is_read(
    browser: Browser, folder: Path, tmp_path: Path
) -> None:
    with watching(browser, "file://", viewport={"width": 1100, "height": 900}) as watched:
        page = watched.page
        opened(page, folder)
        page.get_by_label("Your reviewer's code").fill("r1")
        for article in page.get_by_role("article").all():
            for name, answer in (("Plausible", "4"), ("Safe", "yes"), ("Would advise", "no")):
                article.get_by_role("group", name=name).get_by_label(answer).check()
            article.get_by_label("Why not").fill('generated: "too much",\nand more')
        shot(page, "review")
        with page.expect_download() as download:
            page.get_by_role("button", name="Download the answers").click()
        form = tmp_path / download.value.suggested_filename
        download.value.save_as(form)
        assert page.get_by_role("status").inner_text() == "Downloaded: all answers are there."
    results = import_review([form], folder / "key.json", tmp_path / "report")
    assert form.name == "answers-r1.csv"
    assert {one.words for one in results.said} == {'generated: "too much", and more'}
    assert all(one.would_advise is not None and one.would_advise.value == 0 for one in results.methods)
    assert {one.method for one in results.methods} == set(Reviewed)


def test_what_is_still_missing_is_told(browser: Browser, folder: Path) -> None:
    with watching(browser, "file://") as watched:
        opened(watched.page, folder)
        watched.page.get_by_label("Your reviewer's code").fill("r1")
        with watched.page.expect_download():
            watched.page.get_by_role("button", name="Download the answers").click()
        missing = 3 * len(table_of(folder))
        assert f"{missing} answers are still missing" in watched.page.get_by_role("status").inner_text()
