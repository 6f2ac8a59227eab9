"""The soft prompt tab in a browser: a template with pseudo-tokens, and a training that is stopped."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from lessons.text import Text

from .conftest import Visit

MINUTE = 60_000


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pseudo_tokens_follow_the_template(visit: Visit, language: str) -> None:
    page = visit.open(f"{'/zh' if language == 'zh' else '/'}?lesson=soft&sp_method=p-tuning")
    soft = page.locator("#soft-input .is-soft")
    expect(soft).to_have_count(6)
    box = page.locator("#soft-template textarea")
    box.fill("[soft:2] {text} [MASK]")
    expect(soft).to_have_count(2)
    box.fill("[soft:2] {text}")
    expect(page.locator("#soft-hint")).to_contain_text(Text(language)("error.no_mask"))
    expect(soft).to_have_count(2)


def test_a_training_moves_the_pseudo_tokens_and_can_be_stopped(visit: Visit) -> None:
    page = visit.open("/?lesson=soft")
    t = Text("en")
    page.locator("#soft-start").click()
    expect(page.locator("#soft-status .running")).to_contain_text(re.compile(r"step ([2-9]|\d\d)"), timeout=2 * MINUTE)
    page.locator("#soft-stop").click()
    expect(page.locator("#soft-status .stopped")).to_be_visible(timeout=MINUTE)
    expect(page.locator("#soft-input .sp-voice")).to_have_text(
        t("soft.voice.trained", method=t("soft.row.prompt-tuning")), timeout=MINUTE
    )
    expect(page.locator("#soft-results")).to_contain_text("stopped at step")
    expect(page.locator("#soft-drift .result")).not_to_have_text(t("soft.drift.none"))
