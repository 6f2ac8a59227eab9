"""The playground in a browser: the strip follows what is typed, and a teacher's link hides what it says."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from lessons.text import Text

from .conftest import Visit

MINUTE = 60_000


def answered(page: Page) -> None:
    """Wait until every cell of the strip has its answer."""
    expect(page.locator("#playground-strip .cell")).not_to_have_count(0, timeout=MINUTE)
    expect(page.locator("#playground-strip .cell.pending")).to_have_count(0, timeout=MINUTE)


def test_the_strip_follows_the_template_and_a_cell_loads_its_sentence(visit: Visit) -> None:
    page = visit.open("/?lesson=playground&pn=50")
    answered(page)
    flips = page.locator("#playground-strip :is(.gained, .lost)")
    expect(flips).to_have_count(0)
    page.locator("#playground-pt textarea").fill("A [MASK] film. {text}")
    expect(page.locator("#playground-numbers .score.before")).to_be_visible(timeout=MINUTE)
    answered(page)
    expect(flips).not_to_have_count(0)
    first = page.locator("#playground-strip .cell").first
    first.focus()
    page.keyboard.press("ArrowRight")
    cell = page.locator("#playground-strip .cell:focus")
    name, text = page.locator(".cell-detail b").inner_text(), page.locator(".cell-detail span").inner_text()
    assert cell.get_attribute("aria-label") == name
    assert cell.get_attribute("data-row") != first.get_attribute("data-row")
    page.keyboard.press("Enter")
    expect(page.locator("#sentence textarea")).to_have_value(text)
    page.locator("#playground-commit").click()
    expect(page.locator("#playground-numbers")).to_contain_text(Text("en")("playground.same"), timeout=MINUTE)
    expect(page).to_have_url(re.compile(r"rt=A\+%5BMASK%5D\+film"))
    expect(flips).to_have_count(0)


def test_a_chart_is_kept_as_a_picture(visit: Visit) -> None:
    page = visit.open("/?lesson=playground&pn=50")
    chart = page.locator("#playground-lens")
    expect(chart.locator(".plot svg").first).to_be_visible(timeout=MINUTE)
    for kind, begins in {"svg": b"<svg", "png": b"\x89PNG"}.items():
        chart.hover()
        with page.expect_download() as kept:
            chart.get_by_role("button", name=kind.upper()).click()
        assert kept.value.suggested_filename == f"playground-lens.{kind}"
        assert kept.value.path().read_bytes().startswith(begins)


def test_words_can_be_hidden_one_after_the_other_by_key(visit: Visit) -> None:
    """Each answer brings new buttons; the keyboard stays where it was."""
    page = visit.open("/?lesson=playground")
    words = page.locator("#playground-inputs .word-pick")
    for _ in range(2):
        expect(words.nth(2)).to_be_visible(timeout=MINUTE)
        hidden = words.nth(2).inner_text()
        words.nth(2).focus()
        page.keyboard.press("Enter")
        expect(page.locator("#playground-inputs span.slot").first).to_have_attribute("title", hidden)
        expect(page.locator("#playground-inputs .pick:focus")).to_have_count(1)


def test_a_link_for_the_class_hides_what_is_ticked(visit: Visit) -> None:
    page = visit.open("/zh?lesson=playground&pn=50&pt=%7Btext%7D+%5BMASK%5D")
    answered(page)
    for name in ("compare", "bayes", "verbalizer", "lens"):
        page.locator(f"#playground-link input[value='{name}']").check()
    page.locator("#playground-link input[name='lang']").check()
    link = page.locator("#class-link").input_value()
    page.goto(link.replace("/zh", "/"))  # the other language's page sends to the right one
    expect(page).to_have_url(re.compile("/zh.*lang=zh"))
    answered(page)
    expect(page.locator("#playground-pt textarea")).to_have_value("{text} [MASK]")
    expect(page.locator("#playground-pneg")).to_be_hidden()
    expect(page.locator("#playground-lens")).to_be_hidden()
    expect(page.locator("#header a")).to_be_hidden()
    for name, seen in (("compare", False), ("bayes", False), ("lstm", True), ("playground", True)):
        expect(page.locator(f"#lesson-{name}-button")).to_be_visible(visible=seen)
