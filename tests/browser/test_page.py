"""The frame of the page: opening, languages, links, typing, hostile input, keyboard, both looks."""

from __future__ import annotations

import gzip
import json
import re
import urllib.request

import pytest
from playwright.sync_api import Page, Route, expect

from lessons.page import LESSONS, PATHS
from lessons.state import DEFAULTS
from lessons.text import Text

from .conftest import Visit

HOSTILE = (
    "<script>window.hacked = 1</script>",
    "${7*6}",
    "{text.__class__}",
    "<img src=x onerror='window.hacked = 1'>",
)


def cards(page: Page):
    return page.locator("#compare-cards .card")


def open_tab(page: Page, t: Text, lesson: str) -> None:
    """By its button, or in the menu of those for which there is no room."""
    button = page.locator(f"#lesson-{lesson}-button")
    if not button.is_visible():
        page.locator("#lessons .overflow-menu > button").click()
        button = page.locator("#lessons .overflow-dropdown button", has_text=t(f"tab.{lesson}"))
    button.click()
    expect(page.locator(f"#lesson-{lesson} .intro")).to_be_visible()


@pytest.mark.parametrize(("language", "path"), PATHS.items())
def test_the_document_says_its_language_and_title(visit: Visit, language: str, path: str) -> None:
    """Whatever the browser's own language is: it is English here."""
    page = visit.open(path)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page).to_have_title(Text(language)("page.title"))
    expect(page.locator("h1")).to_have_text("Cloze")


def test_where_the_keyboard_is_can_be_seen(visit: Visit) -> None:
    box = visit.open().locator("#sentence textarea")
    box.focus()
    page = visit.page
    page.keyboard.press("End")
    expect(box).to_have_css("outline-style", "solid")
    page.keyboard.press("Tab")
    expect(box).not_to_have_css("outline-style", "solid")


@pytest.mark.parametrize("path", PATHS.values())
def test_a_page_is_sent_zipped_to_whoever_can_read_that(address: str, path: str) -> None:
    def sent(accepted: str) -> bytes:
        asked = urllib.request.Request(address + path, headers={"Accept-Encoding": accepted})
        with urllib.request.urlopen(asked) as answer:
            assert answer.headers["Content-Encoding"] == (accepted if accepted == "gzip" else None)
            return answer.read()

    plain, zipped = sent("identity"), sent("gzip")
    assert gzip.decompress(zipped) == plain
    assert len(zipped) < len(plain) / 5


@pytest.mark.parametrize("language", PATHS)
def test_opens_with_the_worked_example_answered(visit: Visit, language: str) -> None:
    page = visit.open(PATHS[language])
    t = Text(language)
    expect(page.locator("#sentence textarea")).to_have_value(DEFAULTS["s"])
    expect(cards(page)).to_have_count(4)
    for method in ("tfidf-nb", "word2vec-lstm", "bert-finetune", "prompt"):
        expect(page.locator(f"[data-method='{method}'] h3")).to_have_text(t(f"method.{method}"))
    expect(page.locator("#compare-accuracy .plot[data-drawn]")).to_be_visible()
    expect(page.locator("#header")).to_contain_text("cloze-bert-23m")


@pytest.mark.parametrize(("language", "width", "height"), [("zh", 1440, 900), ("en", 390, 844)])
def test_every_tab_opens_filled(visit: Visit, language: str, width: int, height: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": height})
    page = visit.open(PATHS[language])
    t = Text(language)
    for lesson in LESSONS:
        open_tab(page, t, lesson)
        tab = page.locator(f"#lesson-{lesson}")
        expect(tab).to_contain_text(t(f"{lesson}.idea")[:40])
        expect(tab.locator(".panel").first).not_to_be_empty()
        own_words = tab.inner_text().replace("中文影评", "").replace("中文", "")
        assert bool(re.search(r"[\u4e00-\u9fff]", own_words)) == (language == "zh")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, lesson


def test_typing_moves_the_picture_of_every_paradigm(visit: Visit) -> None:
    page = visit.open()
    before = cards(page).all_inner_texts()
    box = page.locator("#sentence textarea")
    box.fill("")
    box.press_sequentially("A dreadful, boring waste of an evening.", delay=15)
    expect(page.locator("[data-method='tfidf-nb'] .label.negative")).to_be_visible()
    expect(page.locator("[data-method='prompt'] .label.negative")).to_be_visible()
    after = cards(page).all_inner_texts()
    assert all(old != new for old, new in zip(before, after, strict=True))


def test_bars_move_in_place(visit: Visit) -> None:
    """The elements that were there stay; only their lengths and words change."""
    page = visit.open()
    bar = page.locator("[data-method='prompt'] .meter .fill").first
    bar.evaluate("element => { element.marked = true }")
    page.locator("#sentence textarea").fill("It bored me to tears.")
    expect(page.locator("[data-method='prompt'] .label.negative")).to_be_visible()
    assert page.locator("[data-method='prompt'] .meter .fill").first.evaluate("element => element.marked === true")


def test_the_last_key_is_never_lost(visit: Visit) -> None:
    page = visit.open()
    box = page.locator("#sentence textarea")
    box.fill("")
    for word in ("Not ", "a ", "bad ", "film!"):
        box.press_sequentially(word, delay=5)
        page.wait_for_timeout(170)
    expect(page).to_have_url(re.compile(r"s=Not\+a\+bad\+film%21$"))


def test_what_is_typed_before_the_link_is_read_stays(visit: Visit) -> None:
    """On a slow line the page is there long before what its link says."""
    waiting: list[Route] = []
    visit.page.route("**/queue/join*", lambda route: waiting.append(route))
    visit.page.goto(f"{visit.address}/?s=What+the+link+says.")
    sentence = visit.page.locator("#sentence textarea")
    sentence.fill("Typed at once, and dull.")
    visit.page.wait_for_timeout(500)  # longer than typing is waited for
    visit.page.unroute("**/queue/join*")
    for route in waiting:
        route.continue_()
    expect(visit.page).to_have_url(re.compile("Typed"))
    expect(sentence).to_have_value("Typed at once, and dull.")
    expect(visit.page.locator("#compare-cards")).to_contain_text("dull")


def test_half_composed_words_wait(visit: Visit) -> None:
    """An input method's unfinished letters are not sent to the model."""
    page = visit.open()
    box = page.locator("#sentence textarea")
    address = page.url
    box.evaluate(
        """element => {
            element.focus();
            element.value = "ni hao";
            element.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
            element.dispatchEvent(new InputEvent("input", {bubbles: true, isComposing: true}));
        }"""
    )
    page.wait_for_timeout(800)
    assert page.url == address
    box.evaluate('element => element.dispatchEvent(new CompositionEvent("compositionend", {bubbles: true}))')
    expect(page).to_have_url(re.compile("s=ni"))


def test_hostile_text_stays_text(visit: Visit) -> None:
    text, page = " ".join(HOSTILE), visit.open()
    page.locator("#sentence textarea").fill(text)
    expect(page).to_have_url(re.compile("s="))
    expect(cards(page)).to_have_count(4)
    expect(page.locator("[data-method='tfidf-nb'] .sentence")).to_have_text(text)
    for lesson in list(LESSONS)[1:]:
        open_tab(page, Text("en"), lesson)
        boxes = page.locator(f"#lesson-{lesson} textarea:visible, #lesson-{lesson} input[type='text']:visible")
        for i in range(boxes.count()):
            if boxes.nth(i).is_editable():
                boxes.nth(i).fill(text)
        page.wait_for_timeout(600)
        assert "42" not in page.locator(f"#lesson-{lesson}").inner_text().replace("1,42", "").split("${7*6}")
    assert page.evaluate("window.hacked") is None
    assert page.locator("#sentence textarea").input_value() == text


def test_an_empty_sentence_is_asked_for(visit: Visit) -> None:
    page = visit.open()
    page.locator("#sentence textarea").fill("   ")
    expect(page.locator("#compare-cards .empty")).to_have_text(Text("en")("sentence.empty"))


def test_a_link_restores_the_page(visit: Visit) -> None:
    query = "lesson=prompt&s=A+fine+film.&t=%7Btext%7D+It+was+%5BMASK%5D.&neg=bad&pos=good&seed=7"
    page = visit.open(f"/?{query}")
    expect(page.get_by_role("tab", selected=True)).to_have_text(Text("en")("tab.prompt"))
    expect(page.locator("#sentence textarea")).to_have_value("A fine film.")
    tab = page.locator("#lesson-prompt")
    expect(tab.get_by_label(Text("en")("prompt.template"), exact=False).first).to_have_value("{text} It was [MASK].")
    assert {part.split("=")[0] for part in page.url.split("?")[1].split("&")} >= {
        "lesson",
        "s",
        "t",
        "neg",
        "pos",
        "seed",
    }


def test_a_link_to_no_lesson_opens_the_first(visit: Visit) -> None:
    page = visit.page
    page.goto(visit.address + "/?lesson=nonsense&s=A+quiet+triumph.")
    expect(page.locator("[data-method='tfidf-nb'] .sentence")).to_have_text("A quiet triumph.")


@pytest.mark.parametrize("lesson", ["compare", "prompt"])
def test_typing_keeps_what_a_link_says_and_what_was_moved(visit: Visit, lesson: str) -> None:
    """A key sends one control; the others are as the link, and then the visitor, has set them."""
    page = visit.open(f"/?lesson={lesson}&top=20&seed=7")
    filled = {"compare": "[data-method='tfidf-nb'] .sentence", "prompt": "#prompt-bars .meter"}
    expect(page.locator(filled[lesson]).first).to_be_visible()
    page.locator("#sentence textarea").fill("A quiet triumph.")
    expect(page).to_have_url(re.compile("quiet"))
    expect(page).to_have_url(re.compile("top=20"))
    expect(page).to_have_url(re.compile("seed=7"))
    open_tab(page, Text("en"), "prompt")
    expect(page.locator("#prompt-bars .meter")).to_have_count(20)
    top = page.get_by_label(Text("en")("prompt.top"), exact=False).first
    top.fill("12")
    top.press("Enter")
    expect(page.locator("#prompt-bars .meter")).to_have_count(12)
    page.locator("#sentence textarea").fill("A loud failure.")
    expect(page).to_have_url(re.compile(r"(?=.*loud)(?=.*top=12)(?=.*seed=7)"))
    expect(page.locator("#prompt-bars .meter")).to_have_count(12)


@pytest.mark.parametrize(("language", "path"), PATHS.items())
def test_a_full_box_says_so(visit: Visit, language: str, path: str) -> None:
    page = visit.open(path)
    box, said = page.locator("#sentence textarea"), Text(language)("page.full")
    content = "getComputedStyle(document.querySelector('#sentence'), '::after').content"
    box.fill("word " * 199 + "fills")
    page.wait_for_function(f"{content} === {json.dumps(json.dumps(said, ensure_ascii=False))}")
    box.fill("A fine film.")
    page.wait_for_function(f"{content} === 'none'")


def test_escape_closes_the_menu_of_more_tabs(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    page = visit.open()
    more, menu = page.locator("#lessons .overflow-menu > button"), page.locator("#lessons .overflow-dropdown")
    more.click()
    expect(menu).to_be_visible()
    menu.locator("button").first.focus()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(more).to_be_focused()


def test_the_language_link_keeps_the_state(visit: Visit) -> None:
    page = visit.open()
    page.locator("#sentence textarea").fill("A quiet triumph.")
    expect(page).to_have_url(re.compile("quiet"))
    page.locator("#header a").click()
    expect(page).to_have_url(re.compile(r"/zh\?.*quiet"))
    expect(page.locator("#sentence textarea")).to_have_value("A quiet triumph.")
    expect(page.locator("#header")).to_contain_text(Text("zh")("page.tagline"))


def test_an_example_is_loaded_with_the_keyboard(visit: Visit) -> None:
    page = visit.open()
    example = page.locator("#examples .pick").nth(1)
    text = example.inner_text()
    example.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#sentence textarea")).to_have_value(text)
    expect(page.locator("[data-method='tfidf-nb'] .sentence")).to_have_text(text)


def test_the_sentence_is_shared_by_all_tabs(visit: Visit) -> None:
    page = visit.open()
    page.locator("#sentence textarea").fill("Wonderful from start to finish.")
    open_tab(page, Text("en"), "prompt")
    expect(page.locator("#lesson-prompt")).to_contain_text("wonderful")
    open_tab(page, Text("en"), "finetune")
    expect(page.locator("#lesson-finetune")).to_contain_text("wonderful")


def test_nothing_is_wider_than_the_window(visit: Visit) -> None:
    page = visit.open()
    for lesson in LESSONS:
        open_tab(page, Text("en"), lesson)
        for width, height in ((1920, 1080), (390, 844), (1440, 900)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(300)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (lesson, width)
            # Numbers to the right of a phone's edge are numbers nobody sees.
            cut = "[...document.querySelectorAll('.scroll')].filter((place) => place.scrollWidth > place.clientWidth)"
            assert page.evaluate(f"{cut}.map((place) => place.innerText)") == [], (lesson, width)


def test_on_a_phone_every_number_of_a_table_has_its_columns_name(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    page = visit.open()
    cells = page.locator(".results tbody tr").first.locator("td")
    told = cells.evaluate_all("(cells) => cells.map((cell) => getComputedStyle(cell, '::before').content)")
    columns = [Text("en")(f"compare.column.{name}") for name in ("labels", "parameters", "seconds", "accuracy")]
    assert told == [f'"{column}"' for column in columns]


def test_dark_mode_changes_charts_too(visit: Visit) -> None:
    page = visit.open("/?__theme=dark")
    ink = page.locator("#compare-accuracy .xtick text").first
    expect(ink).to_be_visible()
    light = page.evaluate("getComputedStyle(document.body).getPropertyValue('--ink').trim()")
    colour = ink.evaluate("element => getComputedStyle(element).fill")
    expected = f"rgb({int(light[1:3], 16)}, {int(light[3:5], 16)}, {int(light[5:7], 16)})"
    assert colour == expected
    assert int(light[1:3], 16) > 128  # light ink on dark paper
