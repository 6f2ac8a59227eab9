"""The benchmark measures the same answers in every row; how fast they are is not for a test to say."""

import json
from functools import partial

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from paradigms import bench as module
from paradigms import flops as counting
from paradigms import masked_lm
from paradigms.__main__ import main
from paradigms.bench import PLAIN, alike, bench, only_fp32
from paradigms.errors import ParadigmError
from paradigms.flops import flops
from paradigms.hub import quiet
from paradigms.masked_lm import MaskedLM
from paradigms.prompt.template import Template

from . import tiny

TEXTS = [
    "A warm and funny film with a wonderful cast.",
    "The plot is dull and the acting is terrible.",
    "I laughed from the first scene to the last.",
    "Two hours of my life that nobody will give back.",
    "The photography is beautiful, the story is moving.",
    "A stupid, boring mess.",
]


@pytest.fixture(scope="module", autouse=True)
def small_product():
    """How fast the machine multiplies is not for these tests to find out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "LARGE", 64)
        yield


@pytest.fixture(scope="module")
def measured():
    return bench(TEXTS, repeats=2, shots=2, steps=1)


def test_rows(measured):
    whats = [row.what for row in measured.rows]
    assert len(set(whats)) == len(whats)
    assert all(row.seconds > 0 for row in measured.rows)
    trained = [row for row in measured.rows if row.what.startswith("train ")]
    answered = [row for row in measured.rows if row not in trained]
    assert [row.what.split()[1].rstrip(",") for row in trained] == ["BertFineTune", "PromptClassifier"]
    assert all(not row.ratios and row.matmul_share is None and row.agreement is None for row in trained)
    assert all(list(row.ratios) == list(PLAIN) for row in answered)
    for name, plain in zip(PLAIN, answered, strict=False):
        assert plain.ratios[name] == 1
        assert all(row.ratios[name] == plain.seconds / row.seconds for row in answered)
    fp32 = answered[-1]
    assert fp32.matmul_share == measured.n_flops / fp32.seconds / measured.matmul["fp32"]
    assert [row.what for row in answered if row.matmul_share is not None][-1] == "PromptClassifier, fp32"
    assert measured.n_texts == len(TEXTS) and measured.n_left_out == 0


def test_labels_agree(measured):
    compared = {row.what: row.agreement for row in measured.rows if row.agreement is not None}
    assert {"PromptClassifier, fp32"} < set(compared)
    assert set(compared.values()) == {1.0}


def test_agreement_can_be_less_than_one(monkeypatch):
    """A classifier with the label words swapped gives every text the other label."""
    swapped = "negative=great;positive=terrible"
    monkeypatch.setattr(
        module, "zero_shot", lambda classifier, texts: classifier.set_params(verbalizer=swapped).predict(texts)
    )
    rows = {row.what: row for row in module.answering(TEXTS, repeats=1, n_flops=1.0)[0]}
    assert rows["PromptClassifier, fp32"].agreement == 0


def test_nothing_is_remembered_between_repetitions():
    classifier = module.PromptClassifier()
    passes = []
    hook = classifier.lm_.model.base_model.embeddings.register_forward_hook(lambda *_: passes.append(1))
    try:
        module.zero_shot(classifier, TEXTS)
        once = len(passes)
        module.zero_shot(classifier, TEXTS)
    finally:
        hook.remove()
    assert once > 0 and len(passes) == 2 * once


def test_bf16_row_where_the_processor_has_it(monkeypatch):
    """With enough texts in a call, bf16 is measured beside fp32, and fp32 is fp32."""
    used = []
    monkeypatch.setattr(masked_lm, "BF16_FROM", len(TEXTS))
    monkeypatch.setattr(masked_lm, "has_bf16", lambda: True)
    logits_at_mask = MaskedLM.logits_at_mask

    def noting(self, encoded, word_ids=None):
        used.append(masked_lm.use_bf16(len(encoded)))
        return logits_at_mask(self, encoded, word_ids)

    monkeypatch.setattr(MaskedLM, "logits_at_mask", noting)
    whats = [row.what for row in module.answering(TEXTS, repeats=2, n_flops=1.0)[0]]
    assert whats[-2:] == ["PromptClassifier, bf16", "PromptClassifier, fp32"]
    assert used == [True, True, True, False, False, False]
    assert len(TEXTS) == masked_lm.BF16_FROM


def test_threshold_is_put_back():
    before = masked_lm.BF16_FROM
    with pytest.raises(KeyError), only_fp32():
        assert before < masked_lm.BF16_FROM
        raise KeyError
    assert before == masked_lm.BF16_FROM


def test_only_texts_that_all_ways_read_alike():
    kept = alike([*TEXTS, "What a [MASK] film.", "long " * 600])
    assert kept == TEXTS


def test_no_such_text():
    with pytest.raises(ParadigmError) as caught:
        bench(["What a [MASK] film."])
    assert caught.value.kind == "no_texts"


def test_quiet_is_undone():
    from transformers.utils import logging

    before = logging.get_verbosity(), logging.is_progress_bar_enabled()
    with quiet():
        assert not logging.is_progress_bar_enabled()
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before


def test_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(module, "bench", partial(bench, repeats=1, shots=2, steps=1))
    file = tmp_path / "texts.tsv"
    file.write_text("".join(f"1\t{text}\n" for text in TEXTS), encoding="utf8")
    assert main(["bench", "--test", str(file), "--json"]) == 0
    printed, errors = capsys.readouterr()
    answer = json.loads(printed)
    assert errors == ""
    assert answer["n_texts"] == len(TEXTS)
    assert {"processor", "cores", "torch", "bf16"} < set(answer["machine"])
    assert [set(row) for row in answer["rows"]] == [{"what", "seconds", "ratios", "matmul_share", "agreement"}] * len(
        answer["rows"]
    )


def test_printed(measured):
    lines = str(measured).splitlines()
    assert len(lines) == 4 + len(measured.rows)
    assert f"{measured.machine.cores} cores" in lines[0] and lines[1].startswith(f"{len(TEXTS)} texts, ")
    assert all(line.startswith(row.what) for line, row in zip(lines[4:], measured.rows, strict=True))


@pytest.mark.parametrize("architecture", ["bert", "distilbert"])
def test_flops_are_those_of_the_matrix_products(architecture, tiny_bert, tmp_path):
    """What torch counts while one text, with no padding, is answered."""
    lm = MaskedLM.load(tiny_bert if architecture == "bert" else tiny.distilbert(tmp_path / "model"))
    encoded = Template.parse("{text} It was [MASK].").encode(TEXTS[:1], lm.tokenizer, lm.max_length)
    # The counter knows attention by its two matrix products, not as the one operation that it is on a processor.
    with FlopCounterMode(display=False) as counter, torch.no_grad(), sdpa_kernel(SDPBackend.MATH):
        lm.decode(lm.states_at_mask(lm.batch(encoded)), [2000, 3000])
    assert flops(lm, encoded, n_words=2) == counter.get_total_flops()
    assert flops(lm, [*encoded, *encoded], n_words=2) == 2 * flops(lm, encoded, n_words=2)
