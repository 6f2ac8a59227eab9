"""Soft prompts: pseudo-tokens in the template, a language model at rest, and where the vectors begin."""

import numpy as np
import pytest
import torch
from peft import PromptTuningConfig, get_peft_model

from paradigms.errors import ParadigmError
from paradigms.masked_lm import MaskedLM
from paradigms.prompt.soft import (
    COMMON,
    PromptTable,
    common_words,
    frozen,
    initial_rows,
    pseudo_tokens,
    with_prompt,
    without_prompt,
)
from paradigms.prompt.template import Template
from paradigms.tokens import Encoded

# PEFT asks transformers by an old name.
pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.:FutureWarning")


@pytest.fixture(scope="module")
def tiny(tiny_bert) -> MaskedLM:
    return MaskedLM.load(tiny_bert)


def words_of(lm: MaskedLM) -> torch.Tensor:
    return lm.model.get_input_embeddings().weight.detach()


def test_pseudo_tokens_have_ids_of_their_own(lm):
    """Numbered from left to right behind the vocabulary; one per word piece where they start from words."""
    template = Template.parse('[soft:2] {text} [soft:"it was unwatchable"] [MASK].')
    pieces = lm.tokenizer.convert_tokens_to_ids(["it", "was", "un", "##watch", "##able"])
    assert template.soft_pieces(lm.tokenizer) == [None, None, *pieces]
    (encoded,) = template.encode(["fine"], lm.tokenizer, 512, first_soft=30_522)
    assert [token - 30_522 for token in encoded.input_ids if token >= 30_522] == [0, 1, 2, 3, 4, 5, 6]
    tokens = [lm.tokenizer.convert_ids_to_tokens(token) for token in encoded.input_ids if token < 30_522]
    assert tokens == ["[CLS]", "fine", "[MASK]", ".", "[SEP]"]
    assert encoded.input_ids[encoded.mask_position] == lm.tokenizer.mask_token_id


def test_truncation_spares_the_pseudo_tokens(lm):
    (encoded,) = Template.parse("[soft:8] {text} [MASK].").encode(["one two three four"], lm.tokenizer, 14, 30_522)
    assert len(encoded.input_ids) == 14
    assert encoded.truncated == 2


def test_rows_of_words_are_those_words(tiny):
    """A soft prompt whose rows are word embeddings is the hard prompt of these words."""
    soft, hard = (Template.parse(t) for t in ('{text} [soft:"It was"] [MASK].', "{text} It was [MASK]."))
    pieces = soft.soft_pieces(tiny.tokenizer)
    prompted = with_prompt(frozen(tiny), PromptTable(words_of(tiny)[pieces]))
    asked = soft.encode(["A fine film"], tiny.tokenizer, 64, first_soft=30_522)
    expected = tiny.logits_at_mask(hard.encode(["A fine film"], tiny.tokenizer, 64))
    torch.testing.assert_close(prompted.logits_at_mask(asked), expected)


def test_frozen_shares_the_numbers_and_stops_the_gradients(tiny):
    view = frozen(tiny)
    pairs = list(zip(view.model.parameters(), tiny.model.parameters(), strict=True))
    assert all(own.data_ptr() == shared.data_ptr() for own, shared in pairs)
    assert not any(own.requires_grad for own, _ in pairs)
    assert all(shared.requires_grad for _, shared in pairs), "the shared backbone was frozen with it"
    decoder = view.model.get_output_embeddings().weight
    assert decoder is view.model.get_input_embeddings().weight, "the decoder is not tied any more"


def test_without_prompt_is_the_model_it_was(tiny):
    prompted = with_prompt(frozen(tiny), PromptTable(torch.zeros(3, 32)))
    names = [name for name, _ in tiny.model.named_parameters()]
    assert [name for name, _ in without_prompt(prompted).model.named_parameters()] == names
    assert [name for name, _ in prompted.model.named_parameters()] != names


def test_peft_reads_the_same(tiny):
    """PEFT puts its pseudo-tokens before [CLS]; with the same rows at the same places the states are equal."""
    peft = get_peft_model(
        tiny.copy().model.base_model, PromptTuningConfig(task_type="FEATURE_EXTRACTION", num_virtual_tokens=3)
    ).eval()
    rows = peft.prompt_encoder.default.embedding.weight.detach()
    prompted = with_prompt(frozen(tiny), PromptTable(rows))
    (text,) = tiny.encode(["A fine film"])
    ids = (30_522, 30_523, 30_524, *text.input_ids)
    ours = prompted.hidden(prompted.batch([Encoded(ids, (0,) * len(ids), 0, 0)])).last_hidden_state
    asked = torch.tensor([text.input_ids])
    theirs = peft(input_ids=asked, attention_mask=torch.ones_like(asked)).last_hidden_state
    torch.testing.assert_close(ours, theirs)


class TestEncoder:
    """A table that is trained through an encoder."""

    @pytest.fixture
    def table(self) -> PromptTable:
        return PromptTable(torch.arange(12.0).view(3, 4), torch.nn.Linear(4, 4))

    def test_begins_at_the_start_whatever_the_encoder(self, table):
        torch.testing.assert_close(table(), torch.arange(12.0).view(3, 4))

    def test_is_written_back_and_dropped(self, table):
        with torch.no_grad():
            table.rows += 1
        before = table().detach()
        assert sum(weight.numel() for weight in table.parameters()) == 12 + 16 + 4
        table.write_back()
        torch.testing.assert_close(table(), before, rtol=0, atol=0)
        assert [tuple(weight.shape) for weight in table.parameters()] == [(3, 4)]
        assert not list(table.buffers())


class TestInitialRows:
    def rows(self, tiny, init, pieces=(None,) * 40, label_words=(7, 9), seed=0) -> torch.Tensor:
        return initial_rows(tiny, pieces, init, label_words, torch.Generator().manual_seed(seed))

    def test_words_of_the_template_come_first(self, tiny):
        for init in ("labels", "vocabulary", "normal", "uniform"):
            rows = self.rows(tiny, init, pieces=(None, 2009, None))
            torch.testing.assert_close(rows[1], words_of(tiny)[2009])
            assert rows.shape == (3, 32)

    def test_label_words_then_drawn_ones(self, tiny):
        rows = self.rows(tiny, "labels", pieces=(2009, None, None, None))
        torch.testing.assert_close(rows[1:3], words_of(tiny)[[7, 9]])
        torch.testing.assert_close(rows[3], self.rows(tiny, "vocabulary", pieces=(2009, None, None, None))[3])

    def test_vocabulary_draws_common_words(self, tiny):
        common = {tuple(row) for row in words_of(tiny)[common_words(tiny)].tolist()}
        rows = {tuple(row) for row in self.rows(tiny, "vocabulary").tolist()}
        assert rows <= common
        assert len(rows) > 30

    def test_random_ones_have_the_spread_they_say(self, tiny):
        many = (None,) * 2000
        uniform, normal = self.rows(tiny, "uniform", many), self.rows(tiny, "normal", many)
        assert -0.5 <= uniform.min() < -0.49 and 0.49 < uniform.max() <= 0.5
        torch.testing.assert_close(normal.std(dim=0), words_of(tiny).std(dim=0), rtol=0.1, atol=0)

    @pytest.mark.parametrize("init", ["labels", "normal", "uniform"])
    def test_seed(self, tiny, init):
        torch.testing.assert_close(self.rows(tiny, init), self.rows(tiny, init), rtol=0, atol=0)
        assert not torch.equal(self.rows(tiny, init), self.rows(tiny, init, seed=1))

    def test_unknown(self, tiny):
        with pytest.raises(ParadigmError) as caught:
            self.rows(tiny, "zeros")
        assert (caught.value.kind, caught.value.where, caught.value.offending) == ("bad_option", "init", "zeros")


def test_common_words_are_whole_words(lm):
    tokens = lm.tokenizer.convert_ids_to_tokens(common_words(lm).tolist())
    assert len(tokens) == COMMON
    assert all(token.isalpha() and len(token) > 1 for token in tokens)
    assert {"the", "film", "great"} <= set(tokens)


def test_nearest_words_and_drift(lm):
    words = words_of(lm)
    great, was = lm.tokenizer.convert_tokens_to_ids(["great", "was"])
    start = torch.stack([words[great], words[was], torch.zeros(384)])
    now = torch.stack([2 * words[great], words[was] + 0.3, words[was]])
    first, second, third = pseudo_tokens(lm, start, now, top_k=3)
    assert (first.name, first.started_from, first.nearest[0]) == ("[P1]", "great", "great")
    assert first.similarities[0] == pytest.approx(1, abs=1e-5)  # a direction, not a length
    assert list(first.similarities) == sorted(first.similarities, reverse=True)
    mean_length = words.norm(dim=1).mean()
    assert first.drift == pytest.approx(float(words[great].norm() / mean_length), rel=1e-4)
    assert second.drift == pytest.approx(float(0.3 * np.sqrt(384) / mean_length), rel=1e-4)
    assert (third.started_from, third.nearest[0]) == ("", "was")
