"""The tabs of in-context learning, PET and searched prompts in a browser: what is moved, trained, stopped, carried."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from lessons.text import Text

from .conftest import Visit, shown

MINUTE = 60_000


def at(language: str, **state: str) -> str:
    return f"{'/zh' if language == 'zh' else '/'}?{urlencode(state)}"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_demonstrations_are_reordered_and_the_prompt_follows(visit: Visit, language: str) -> None:
    page = visit.open(at(language, lesson="context"))
    listed = page.locator("#context-list li .said")
    expect(listed).to_have_count(4)
    first, second, *rest = listed.all_inner_texts()
    page.locator("#context-list [data-pick='down:0']").click()
    expect(listed.first).to_have_text(second)
    assert listed.all_inner_texts() == [second, first, *rest]
    expect(page.locator("#context-prompt .whole-prompt .demonstration").first).to_contain_text(second)
    page.locator("#context-list [data-pick='drop:3']").click()
    expect(listed).to_have_count(3)
    expect(page.locator("#context-answers [data-shots='few'] .shots")).to_contain_text("3")


def test_a_demonstration_is_dragged(visit: Visit) -> None:
    page = visit.open(at("en", lesson="context"))
    listed = page.locator("#context-list li .said")
    expect(listed).to_have_count(4)
    before = listed.all_inner_texts()
    page.locator("#context-list li").nth(3).drag_to(page.locator("#context-list li").nth(0))
    expect(listed.first).to_have_text(before[3])
    assert listed.all_inner_texts() == [before[3], *before[:3]]


def test_no_one_and_few_shots_are_measured_beside_each_other(visit: Visit) -> None:
    page = visit.open(at("en", lesson="context", icl_sentences="20"))
    said = page.locator("#context-compare-status")
    recorded = shown(said)
    page.locator("#context-compare-start").click()
    expect(said.locator(".done")).to_be_visible(timeout=2 * MINUTE)
    assert said.inner_text() != recorded
    expect(page.locator("#context-compare-chart .plot[data-drawn]")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pairs_speak_and_a_bad_pair_is_named(visit: Visit, language: str) -> None:
    t = Text(language)
    page = visit.open(at(language, lesson="pet"))
    votes = shown(page.locator("#pet-votes"))
    box = page.locator("#pet-pairs textarea")
    box.fill(box.input_value() + "\n{text} It was good. | bad / good")
    expect(page.locator("#pet-hint .wrong")).to_contain_text(t("error.no_mask"))
    assert page.locator("#pet-votes").inner_text() == votes


def test_pet_is_stopped_after_its_first_pair(visit: Visit) -> None:
    page = visit.open(at("en", lesson="pet", pet_k="1", pet_texts="100"))
    nothing = shown(page.locator("#pet-scores .result"))
    page.locator("#pet-start").click()
    expect(page.locator("#pet-scores .result")).not_to_have_text(nothing, timeout=3 * MINUTE)
    page.locator("#pet-stop").click()
    expect(page.locator("#pet-status .running")).to_have_count(0, timeout=MINUTE)
    expect(page.locator("#pet-curve .plot[data-drawn]")).to_be_visible()


def test_a_search_is_stopped_and_a_found_template_is_carried(visit: Visit) -> None:
    page = visit.open(at("en", lesson="search", se_how="edit", se_k="4"))
    page.locator("#search-template-go").click()
    found = page.locator("#search-template-candidates [data-pick^='t:']")
    expect(found).not_to_have_count(0, timeout=2 * MINUTE)
    page.locator("#search-template-stop").click()
    expect(page.locator("#search-template-status .running")).to_have_count(0, timeout=MINUTE)
    template = found.first.get_attribute("data-pick").removeprefix("t:")
    found.first.click()
    expect(page.locator("#search-template-carried")).to_contain_text(template)
    page.locator("#lesson-prompt-button").click()
    expect(page.locator("#prompt-template textarea")).to_have_value(template)


def test_label_words_are_searched_to_the_end(visit: Visit) -> None:
    page = visit.open(at("en", lesson="search", se_words="neighbours", se_k="4"))
    page.locator("#search-words-go").click()
    expect(page.locator("#search-words-status .done")).to_be_visible(timeout=3 * MINUTE)
    expect(page.locator("#search-words-results")).to_contain_text(re.compile(r"\d+\.\d%"))
