"""What only a browser can show of the lesson tabs: live training, stopping, bad input that loses nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from lessons.text import Text

from .conftest import Visit, shown

MINUTE = 60_000


def set_slider(page: Page, element: str, value: int) -> None:
    box = page.locator(f"#{element} input[type='number']")
    box.fill(str(value))
    box.press("Enter")
    box.blur()


def test_a_training_is_stopped_and_what_it_learned_is_used(visit: Visit) -> None:
    page = visit.open("/?lesson=finetune&ft_k=64")
    t = Text("en")
    page.locator("#finetune-train").click()
    expect(page.locator("#finetune-status .running")).to_contain_text(
        re.compile(r"step ([3-9]|\d\d)"), timeout=2 * MINUTE
    )
    page.locator("#finetune-stop").click()
    expect(page.locator("#finetune-status .stopped")).to_be_visible(timeout=MINUTE)
    expect(page.locator("#lesson-finetune")).to_contain_text("128", timeout=MINUTE)
    expect(page.locator("#finetune-curves .result")).not_to_have_text(t("finetune.curve.none"))


def test_an_lstm_trains_live_to_the_end(visit: Visit) -> None:
    page = visit.open("/zh?lesson=lstm&lstm_n=50")
    page.locator("#lstm-train").click()
    expect(page.locator("#lstm-status .done")).to_be_visible(timeout=2 * MINUTE)
    expect(page.locator("#lstm-models")).to_contain_text("100", timeout=MINUTE)
    expect(page.locator("#lstm-curves .plot[data-drawn]")).to_be_visible()


def test_the_second_training_waits_and_says_so(visit: Visit, browser) -> None:
    first = visit.open("/?lesson=finetune&ft_k=256")
    first.locator("#finetune-train").click()
    expect(first.locator("#finetune-status .running")).to_be_visible(timeout=2 * MINUTE)
    context = browser.new_context()
    try:
        second = context.new_page()
        second.goto(visit.address + "/?lesson=lstm")
        second.locator("#lstm-train").click()
        expect(second.locator("#lstm-status .waiting")).to_be_visible(timeout=MINUTE)
        first.close()  # a closed browser's training ends, and the next one's turn comes
        expect(second.locator("#lstm-status .running")).to_be_visible(timeout=2 * MINUTE)
        second.locator("#lstm-stop").click()
        expect(second.locator("#lstm-status .stopped")).to_be_visible(timeout=MINUTE)
    finally:
        context.close()


def test_typing_a_template_moves_the_bars(visit: Visit) -> None:
    page = visit.open("/?lesson=prompt")
    before = shown(page.locator("#prompt-bars"))
    page.locator("#prompt-template textarea").fill("{text} In a word, [MASK]!")
    expect(page.locator("#prompt-filled")).to_contain_text("word")
    expect(page.locator("#prompt-bars")).not_to_have_text(before)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_bad_template_keeps_the_picture(visit: Visit, language: str) -> None:
    page = visit.open("/?lesson=prompt" if language == "en" else "/zh?lesson=prompt")
    bars, filled = shown(page.locator("#prompt-bars")), shown(page.locator("#prompt-filled"))
    box = page.locator("#prompt-template textarea")
    bad = {"{text} It was good.": "no_mask", "It was [MASK].": "no_text", "{text} [MASK] {": "unclosed_brace"}
    for template, kind in bad.items():
        box.fill(template)
        said = Text(language)(f"error.{kind}", position=template.find("{", 5) + 1)
        expect(page.locator("#prompt-template-hint")).to_contain_text(said)
        assert page.locator("#prompt-bars").inner_text() == bars
        assert page.locator("#prompt-filled").inner_text() == filled
        assert box.input_value() == template


def test_swapped_label_words_mirror_the_answer(visit: Visit) -> None:
    page = visit.open("/?lesson=prompt")
    flow = page.locator("#prompt-flow")
    labels = flow.locator(".label-block")
    expect(labels).to_have_count(2)
    before = labels.all_inner_texts()
    page.locator("#prompt-neg input, #prompt-neg textarea").first.fill("great")
    page.locator("#prompt-pos input, #prompt-pos textarea").first.fill("terrible")
    expect(flow.locator("th.label.negative")).to_have_text("great")
    expect(flow.locator("th.label.positive")).to_have_text("terrible")
    first, second = (re.findall(r"[\d.]+%", text) for text in before)
    assert first != second
    assert [re.findall(r"[\d.]+%", text) for text in labels.all_inner_texts()] == [second, first]


def test_sliders_of_naive_bayes_retrain(visit: Visit) -> None:
    page = visit.open("/?lesson=bayes")
    before = shown(page.locator("#bayes-model"))
    set_slider(page, "bayes-n", 20)
    expect(page.locator("#bayes-model")).to_contain_text("40")
    assert page.locator("#bayes-model").inner_text() != before


def test_an_error_of_naive_bayes_is_loaded(visit: Visit) -> None:
    page = visit.open("/?lesson=bayes")
    error = page.locator("#bayes-errors [data-pick]").first
    text = error.get_attribute("data-pick")
    error.click()
    expect(page.locator("#sentence textarea")).to_have_value(text)


def test_a_clicked_word_shows_its_neighbours(visit: Visit) -> None:
    page = visit.open("/?lesson=lstm")
    page.locator("#lstm-running [data-pick='films']").click()
    expect(page.locator("#lstm-word input, #lstm-word textarea").first).to_have_value("films")
    expect(page.locator("#lstm-neighbours")).to_contain_text("movies")
