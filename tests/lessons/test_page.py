"""What the page shows of an open tab: bad input is said, and everything else stays as it is."""

import asyncio

import gradio as gr
import pytest
from markupsafe import escape

from lessons import page, prompt, site
from lessons.errors import say
from lessons.state import DEFAULTS, FIELDS
from lessons.text import Text
from paradigms.errors import ParadigmError

ERROR = ParadigmError("bad_option", "<b>train</b>='all' is none of nothing", where="train", offending="<b>all</b>")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_bad_input_is_said_escaped_and_changes_nothing(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    def refuse(*_: object) -> None:
        raise ERROR

    t = Text(language)
    assert page.show(t, "prompt", dict(DEFAULTS))[0] == ""
    monkeypatch.setattr(prompt, "show", refuse)
    wrong, shown = page.show(t, "prompt", dict(DEFAULTS))
    assert shown == ()
    assert 'role="alert"' in wrong and "<b>" not in wrong
    assert escape(say(ERROR, t)) in wrong


def test_components_that_describe_themselves_once_say_what_they_said() -> None:
    async def build() -> gr.Blocks:
        return site.build()

    demo = asyncio.run(build())

    def said() -> dict[int, dict]:
        return {number: demo.default_config.config_for_block(number, [], one) for number, one in demo.blocks.items()}

    asked = said()
    site.describe_once(demo)
    mine, theirs = said(), said()
    assert mine == theirs == asked
    props = next(one["props"] for one in mine.values() if one["props"].get("elem_id") == "sentence")
    props["value"] = "typed in one browser"
    assert said() == asked, "what one browser is told stays with it"


def test_no_event_of_the_page_is_an_api_and_progress_is_told_to_what_is_not_seen() -> None:
    async def build() -> gr.Blocks:  # a running loop: Gradio opens one of its own where there is none
        return site.build()

    demo = asyncio.run(build())
    events = [event for event in demo.fns.values() if event.fn is not site.ask]
    assert len(events) > 100
    assert {event.api_visibility for event in events} == {"private"}
    unseen = {id(event.show_progress_on[0]) for event in events if event.outputs and event.show_progress_on}
    assert len(unseen) == 2, "one for each language"
    assert all(event.show_progress == "hidden" for event in events if event.outputs)


@pytest.mark.parametrize(
    ("said", "meant"), [("a \ud800 b", "a ? b"), (None, ""), (7, "7"), ("x" * 5000, "x" * 1000), ("你好", "你好")]
)
def test_whatever_a_browser_sends_as_text_becomes_text(said: object, meant: str) -> None:
    """Half of a surrogate pair is no character: no tokenizer takes it, and no link can hold it."""
    assert FIELDS["s"].clean(said) == meant
