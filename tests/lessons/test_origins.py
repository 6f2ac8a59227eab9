"""The pre-training lesson: what is masked and expected agrees with the model; a tiny BERT learns while one watches."""

import asyncio
import re

import pytest

from lessons import models, training
from lessons.origins import recorded, recorded_chart, show
from lessons.origins_live import METHOD, RECIPE, Tiny, blank_of, fresh, pretrain_live, shown
from lessons.state import DEFAULTS
from lessons.text import Text
from paradigms.masked_lm import MaskedLM
from paradigms.masked_words import fill_blank, mask_sentence
from paradigms.pretrain import Recipe

SHORT = Recipe(tokens=20_000, tokens_per_batch=1024, longest=60, lr=3e-3)


@pytest.fixture(params=["en", "zh"])
def t(request):
    return Text(request.param)


def state(**changed):
    return {**DEFAULTS, **changed}


def plain(html):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html))


def test_the_live_training_begins_at_once():
    """Compiling would be half a minute in which nothing is seen."""
    assert not RECIPE.compiled(fresh().lm.vocabulary_size)


def test_the_sentence_is_shown_as_training_shows_it(t):
    masked, beside = show(t, state(s="A slow, beautiful film about bees."), None)
    sentence = mask_sentence(MaskedLM.load(), "A slow, beautiful film about bees.", 0)
    assert f"{sentence.loss:.2f}" in masked
    assert masked.count("<tr>") == len(sentence.guesses) + 1
    assert "excellent" in beside or "good" in beside or "terrible" in beside


def test_another_seed_asks_for_other_words():
    lm, text = MaskedLM.load(), "A slow, beautiful film about bees and the woman who keeps them."
    places = {tuple(guess.place for guess in mask_sentence(lm, text, seed).guesses) for seed in range(8)}
    assert len(places) > 4


def test_what_is_expected_is_the_models_own(t):
    lm, text = MaskedLM.load(), "The film was boring."
    for guess in mask_sentence(lm, text, 3).guesses:
        assert sum(guess.probabilities) <= 1
        assert list(guess.probabilities) == sorted(guess.probabilities, reverse=True)
        assert (guess.wanted not in guess.words) or guess.probability == guess.probabilities[
            guess.words.index(guess.wanted)
        ]
    words = dict(fill_blank(lm, "The film was", ".", 5))
    masked = mask_sentence(lm, text, next(s for s in range(99) if asks_only(lm, text, s, "boring")))
    assert (
        dict(zip(masked.guesses[0].words, masked.guesses[0].probabilities, strict=True)).items()
        <= {word: pytest.approx(p, abs=1e-5) for word, p in words.items()}.items()
    )


def asks_only(lm, text, seed, word):
    guesses = mask_sentence(lm, text, seed).guesses
    return len(guesses) == 1 and (guesses[0].wanted, guesses[0].read) == (word, "[MASK]")


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "${7*6} {text.__class__} $x", "[MASK] [SEP]"])
def test_what_is_typed_stays_text(t, hostile):
    masked, beside = show(t, state(s=hostile, cloze=hostile), None)
    assert "<script" not in masked + beside
    assert "42" not in plain(masked).split()
    assert "<script" not in shown(t, Tiny(None, None, None, 0.0, ()), hostile, "").words


def test_an_empty_sentence_is_a_friendly_place(t):
    masked, _ = show(t, state(s="  "), None)
    assert t("sentence.empty") in masked


@pytest.mark.parametrize("text, parts", [("A [MASK] film", ("A ", " film")), ("no blank", ("no blank", ""))])
def test_a_blank_that_is_missing_stands_at_the_end(text, parts):
    assert blank_of(text) == parts


def collect(t, session, stop_after=None):
    async def run():
        seen = []
        async for live in pretrain_live(t, session, "The film was [MASK].", SHORT, points=3):
            seen.append(live)
            if stop_after and len(seen) == stop_after:
                training.stop(session, METHOD)
        return seen

    return asyncio.run(run())


def test_a_tiny_bert_is_pre_trained_live(t):
    *_, last = seen = collect(t, f"session-{t.language}")
    assert plain(last.status).strip().startswith(t("origins.status.done", tokens="")[:4])
    tiny = models.SESSIONS.get(f"session-{t.language}", METHOD)
    assert tiny.rows[-1].loss < tiny.rows[0].loss - 0.5
    assert last.words.count("<tr>") == len(tiny.rows) + 1 == 5
    assert len(seen) >= 4
    _, beside = show(t, state(), f"session-{t.language}")
    assert f"{tiny.rows[-1].tokens:,}" in beside
    models.SESSIONS.forget(f"session-{t.language}")


def test_it_stops_when_asked_to():
    t = Text("en")
    *_, last = collect(t, "stopping", stop_after=2)
    assert "Stopped" in last.status
    read = models.SESSIONS.get("stopping", METHOD).tokens
    assert f"{read:,}" in last.status
    _, beside = show(t, state(), "stopping")
    assert t("origins.yours", tokens=f"{read:,}") in plain(beside)
    models.SESSIONS.forget("stopping")


def test_counting_words_alone_beats_chance_and_is_beaten():
    tiny = fresh()
    assert 5 < tiny.frequency < tiny.chance


def test_the_real_run_is_recorded(t):
    curve = recorded()
    assert curve.held_out[-1] < curve.held_out[0]
    chart = recorded_chart(t)
    assert f"{curve.held_out[-1]:.2f}" in chart["result"]
    assert len(chart["figure"]["data"]) == 2
