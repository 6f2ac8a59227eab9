"""The grid in a browser: it fills row by row, is sorted, opened cell by cell, stopped, and its words are tried."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from lessons.text import Text

from .conftest import Visit

MINUTE = 60_000
LINES = {
    "gt": "{text} It was [MASK].\nA [MASK] film. {text}\n{text} [MASK]",
    "gv": "negative=terrible;positive=great\nnegative=great;positive=terrible",
}


def opened(visit: Visit, **state: str) -> Page:
    query = urlencode({"lesson": "grid", "gn": "50", **LINES, **state})
    return visit.open(f"/?{query}")


def numbers(page: Page) -> list[float]:
    cells = page.locator("#grid-table tbody td:nth-child(3)").all_inner_texts()
    return [float(cell.removesuffix("%")) for cell in cells]


def test_a_grid_is_computed_sorted_and_looked_into(visit: Visit) -> None:
    page = opened(visit)
    rows = page.locator("#grid-table tbody tr")
    expect(rows).to_have_count(6, timeout=MINUTE)
    expect(page.locator("#grid-heat .plot[data-drawn]")).to_be_visible()
    expect(page.locator("#grid-by-template .plot[data-drawn]")).to_be_visible()
    best_first = numbers(page)
    assert best_first == sorted(best_first, reverse=True)
    page.locator("#grid-table .sorts").nth(2).click()
    assert numbers(page) == best_first[::-1]
    rows.first.locator("[data-pick]").click()
    expect(page.locator("#grid-detail strong")).to_have_text(f"{best_first[-1]:.1f}%")
    expect(page.locator("#grid-detail a")).to_have_attribute("href", re.compile("lesson=playground"))


def test_the_grid_is_saved_as_it_is_shown(visit: Visit) -> None:
    page = opened(visit)
    expect(page.locator("#grid-table tbody tr")).to_have_count(6, timeout=MINUTE)
    with page.expect_download() as download:
        page.locator("[data-save='grid.json']").click()
    saved = json.loads(download.value.path().read_text(encoding="utf8"))
    accuracies = sorted((round(100 * cell["accuracy"], 1) for cell in saved["cells"]), reverse=True)
    assert accuracies == numbers(page)


def test_a_stopped_grid_keeps_what_it_has(visit: Visit) -> None:
    many = "\n".join(f"{{text}} It was {word} [MASK]." for word in ("so", "just", "quite", "all", "too", "rather") * 5)
    page = opened(visit, gt=many, gn="200")
    rows = page.locator("#grid-table tbody tr")
    expect(rows).not_to_have_count(0, timeout=MINUTE)
    page.locator("#grid-stop").click()
    expect(page.locator("#grid-progress progress")).to_have_count(0, timeout=MINUTE)
    assert 0 < rows.count() < 2 * 30


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_bad_line_is_named_and_loses_nothing(visit: Visit, language: str) -> None:
    t = Text(language)
    page = visit.open(("/zh" if language == "zh" else "/") + "?lesson=grid")
    box = page.locator("#grid-gt textarea")
    box.fill("{text} It was [MASK].\n{text} It was good.")
    said = t("grid.line", line=2, said=t("error.no_mask"))
    expect(page.locator("#grid-gt-hint")).to_contain_text(said)
    assert box.input_value().endswith("It was good.")


def test_one_word_of_the_template_is_exchanged(visit: Visit) -> None:
    page = opened(visit, ot="{text} It was [MASK].", ow="is, seems")
    page.locator("#grid-word-picks [data-pick='1']").click()
    expect(page.locator("#grid-word-picks [data-pick='1']")).to_have_attribute("aria-pressed", "true")
    page.locator("#grid-word-start").click()
    words = page.locator("#grid-word dd span")
    expect(words).to_have_count(3, timeout=MINUTE)
    assert set(words.all_inner_texts()) == {"was", "is", "seems"}
    expect(page.locator("#grid-word .original")).to_have_text("was")
