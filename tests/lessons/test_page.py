"""What the page shows of an open tab: bad input is said, and everything else stays as it is."""

import pytest
from markupsafe import escape

from lessons import page, prompt
from lessons.errors import say
from lessons.state import DEFAULTS
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
    assert shown == {}
    assert 'role="alert"' in wrong and "<b>" not in wrong
    assert escape(say(ERROR, t)) in wrong
