"""The fast path says what plain `transformers` says, and refuses what cannot answer."""

import copy
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer, BertForMaskedLM, RobertaForMaskedLM

from paradigms import masked_lm
from paradigms.bert_finetune import BertFineTune
from paradigms.masked_lm import BUILT_IN, BackboneError, MaskedLM, Seen, evaluating, length_sorted
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.template import Template
from paradigms.tokens import Encoded, piece_ids, special_frame

from . import tiny

TEXTS = (
    "A warm, funny film; I'd see it again.",
    "no",
    "The story goes nowhere, the jokes are older than the cast, and after an hour even the camera seems to look away.",
    "Naïve, café-ish and 100% over-long...",
)


@pytest.fixture(scope="module")
def plain():
    """The built-in backbone as anybody would load it."""
    return BertForMaskedLM.from_pretrained(BUILT_IN, dtype=torch.float32).eval()


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(BUILT_IN)


def plain_log_probabilities(model, inputs, mask_token_id) -> np.ndarray:
    with torch.no_grad():
        logits = model(**inputs).logits  # (1, T, V)
    (at,) = (inputs["input_ids"][0] == mask_token_id).nonzero(as_tuple=True)
    assert len(at) == 1
    return logits[0, at[0]].double().log_softmax(dim=0).numpy()


@pytest.mark.parametrize("text", TEXTS)
def test_distribution_is_that_of_a_plain_call(text, plain, tokenizer):
    inputs = tokenizer(f"{text} It was [MASK].", return_tensors="pt")
    expected = plain_log_probabilities(plain, inputs, tokenizer.mask_token_id)
    answer = PromptClassifier("{text} It was [MASK].").mask_distribution(text, top_k=5)
    np.testing.assert_allclose(answer.log_probabilities, expected, atol=1e-4)
    best = np.argsort(expected)[::-1][:5]
    assert list(answer.words) == tokenizer.convert_ids_to_tokens(best.tolist())
    np.testing.assert_allclose(answer.probabilities, np.exp(expected[best]), atol=1e-4)


@pytest.mark.parametrize("text", TEXTS)
def test_two_segments(text, plain, tokenizer):
    inputs = tokenizer(text, "In short: [MASK]!", return_tensors="pt")
    assert set(inputs["token_type_ids"][0].tolist()) == {0, 1}
    expected = plain_log_probabilities(plain, inputs, tokenizer.mask_token_id)
    answer = PromptClassifier("{text} [SEP] In short: [MASK]!").mask_distribution(text)
    np.testing.assert_allclose(answer.log_probabilities, expected, atol=1e-4)


def test_label_words_alone(lm):
    """Asking for some words gives the columns that asking for all of them has."""
    encoded = Template.parse("{text} It was [MASK].").encode(TEXTS, lm.tokenizer, lm.max_length)
    words = lm.tokenizer.convert_tokens_to_ids(["great", "terrible", "cat"])
    everything, some = lm.logits_at_mask(encoded), lm.logits_at_mask(encoded, words)
    assert everything.shape == (len(TEXTS), lm.model.config.vocab_size)
    assert some.dtype == everything.dtype == torch.float32
    torch.testing.assert_close(some, everything[:, words], rtol=0, atol=1e-4)


def test_batched_equals_unbatched(lm, held_out):
    encoded = Template.parse("{text} It was [MASK].").encode(held_out.texts[:24], lm.tokenizer, lm.max_length)
    together = lm.copy().logits_at_mask(encoded)
    alone = torch.cat([lm.copy().logits_at_mask([item]) for item in encoded[:6]])
    torch.testing.assert_close(together[:6], alone, rtol=0, atol=1e-4)
    backwards = lm.copy().logits_at_mask(encoded[::-1])
    torch.testing.assert_close(together, backwards.flip(0), rtol=0, atol=1e-4)


def test_bf16_moves_no_answer_far(lm, held_out):
    """From BF16_FROM texts on, bf16 may be used; labels that are not on the edge stay as they are."""
    texts = held_out.texts[: 2 * masked_lm.BF16_FROM]
    many = PromptClassifier().predict_proba(texts)[:, 1]
    few = np.concatenate([PromptClassifier().predict_proba(texts[i : i + 8])[:, 1] for i in range(0, len(texts), 8)])
    assert np.abs(many - few).max() < 0.05
    sure = np.abs(few - 0.5) > 0.05
    assert sure.sum() > len(texts) / 2
    np.testing.assert_array_equal(many[sure] > 0.5, few[sure] > 0.5)


def test_no_texts(lm):
    assert len(lm.logits_at_mask([])) == 0


@given(
    st.lists(st.integers(min_value=1, max_value=600), max_size=200),
    st.integers(min_value=1, max_value=3000),
)
def test_length_sorted(lengths, budget):
    batches = list(length_sorted(lengths, budget))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[index] for index in batch) <= budget
    flat = [lengths[index] for batch in batches for index in batch]
    assert flat == sorted(flat)


# What was answered is remembered.


@pytest.fixture
def counted(tiny_bert):
    """A fresh backbone that counts how often its encoder runs."""
    lm = MaskedLM.load(tiny_bert).copy()
    lm = MaskedLM(lm.model, lm.tokenizer, lm.name, Seen(3))
    runs: list[int] = []
    lm.model.base_model.register_forward_hook(lambda *_: runs.append(1))
    return lm, runs


def encode(lm: MaskedLM, *texts: str) -> list[Encoded]:
    return Template.parse("{text} It was [MASK].").encode(texts, lm.tokenizer, lm.max_length)


def test_other_label_words_do_not_run_the_encoder(counted):
    lm, runs = counted
    first = lm.logits_at_mask(encode(lm, "a", "b"), [2000])
    assert len(runs) == 1
    again = lm.logits_at_mask(encode(lm, "b", "a"), [2000, 3000])
    assert len(runs) == 1
    torch.testing.assert_close(first.flip(0), again[:, :1], rtol=0, atol=1e-5)
    lm.logits_at_mask(encode(lm, "a", "c"))
    assert len(runs) == 2


def test_label_words_of_a_classifier_do_not_run_the_encoder():
    runs: list[int] = []
    model = PromptClassifier()
    hook = model.lm_.model.base_model.register_forward_hook(lambda *_: runs.append(1))
    try:
        model.predict_proba(["A text that no other test asks about."])
        model.set_params(verbalizer="negative=bad;positive=good").explain("A text that no other test asks about.")
        assert len(runs) == 1
        model.set_params(template="{text} So [MASK].").explain("A text that no other test asks about.")
        assert len(runs) == 2
    finally:
        hook.remove()


def test_the_oldest_are_forgotten(counted):
    lm, runs = counted
    lm.logits_at_mask(encode(lm, "a", "b", "c"))
    lm.logits_at_mask(encode(lm, "a"))  # asked for again: now the newest
    lm.logits_at_mask(encode(lm, "d"))  # takes the place of "b"
    assert len(runs) == 2
    assert len(lm.seen.states) == 3
    lm.logits_at_mask(encode(lm, "a", "c", "d"))
    assert len(runs) == 2
    lm.logits_at_mask(encode(lm, "b"))
    assert len(runs) == 3


def test_a_copy_remembers_nothing(counted):
    """Weights that are going to change must not answer from before the change."""
    lm, _ = counted
    before = lm.logits_at_mask(encode(lm, "a"))
    other = lm.copy()
    with torch.no_grad():
        for weight in other.model.parameters():
            weight.mul_(1.5)
    assert not torch.allclose(other.logits_at_mask(encode(other, "a")), before, atol=0.1)
    torch.testing.assert_close(lm.logits_at_mask(encode(lm, "a")), before, rtol=0, atol=0)


def test_a_trained_classifier_can_be_handed_to_another_process(tiny_bert):
    for kind in (PromptClassifier, BertFineTune):
        model = kind(backbone=str(tiny_bert), steps=2).fit(TEXTS, ["1", "0", "0", "1"])
        for duplicate in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
            np.testing.assert_allclose(duplicate.predict_proba(TEXTS), model.predict_proba(TEXTS), atol=1e-6)


# Which models can be the backbone.


def test_loaded_once():
    assert MaskedLM.load() is MaskedLM.load(BUILT_IN) is MaskedLM.load(str(BUILT_IN))


def test_built_in(lm):
    assert 22.6e6 < lm.n_parameters < 22.9e6
    assert (lm.hidden_size, lm.max_length) == (384, 512)


def test_loading_leaves_the_random_state_alone(tiny_bert):
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    masked_lm._load.__wrapped__(str(tiny_bert))
    torch.testing.assert_close(torch.rand(2), expected, rtol=0, atol=0)


def refused(source: str | Path) -> BackboneError:
    with pytest.raises(BackboneError) as caught:
        MaskedLM.load(source)
    assert caught.value.where == str(source)
    assert str(source) in str(caught.value)
    return caught.value


@pytest.mark.parametrize("name", ["no-such-model", "nobody/no-such-model", "a name with spaces", "x" * 300, "../../x"])
def test_unknown_name(name):
    assert refused(name).kind == "not_found"


def test_unknown_folder(tmp_path):
    assert refused(tmp_path / "absent").kind == "not_found"


def test_folder_without_safetensors(tmp_path):
    """Weights in a pickle can run code when they are loaded; they are not even looked at."""
    for file in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(BUILT_IN / file, tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(b"not looked at")
    assert refused(tmp_path).kind == "no_safetensors"


def test_damaged_safetensors(tiny_bert, tmp_path):
    folder = shutil.copytree(tiny_bert, tmp_path / "damaged")
    (folder / "model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0damaged!")
    assert refused(folder).kind == "not_found"


def test_causal_model(tmp_path, capfd):
    folder = tiny.causal(tmp_path / "gpt")
    capfd.readouterr()
    error = refused(folder)
    assert (error.kind, error.details) == ("not_masked_lm", {"model_type": "gpt2"})
    assert capfd.readouterr().err == ""


def test_encoder_without_head(tmp_path, capfd):
    """The error is all that is said: the library's own report would bury it."""
    folder = tiny.bert_without_head(tmp_path / "encoder")
    capfd.readouterr()
    error = refused(folder)
    assert error.kind == "no_head"
    assert "cls.predictions.transform.dense.weight" in error.details["missing"]
    assert capfd.readouterr().err == ""


def test_remote_code_is_not_run(tiny_bert, tmp_path):
    """A configuration that points to code of its own is loaded without it, or not at all."""
    folder = shutil.copytree(tiny_bert, tmp_path / "remote")
    config = (folder / "config.json").read_text(encoding="utf8")
    auto_map = '{"auto_map": {"AutoConfig": "evil.Config", "AutoModelForMaskedLM": "evil.Model"},'
    (folder / "config.json").write_text(auto_map + config.strip()[1:], encoding="utf8")
    ran = tmp_path / "ran"
    (folder / "evil.py").write_text(f"open({str(ran)!r}, 'w')\n", encoding="utf8")
    MaskedLM.load(folder)
    assert not ran.exists()


# Other architectures and other scripts, from end to end.


@pytest.fixture(scope="module")
def roberta(tmp_path_factory, reviews):
    said = [" It was great.", " It was terrible.", " It was great, not terrible."] * 100
    return tiny.roberta(tmp_path_factory.mktemp("backbones") / "tiny-roberta", [*reviews.texts[:300], *said])


@pytest.fixture(scope="module")
def distilbert(tmp_path_factory):
    return tiny.distilbert(tmp_path_factory.mktemp("backbones") / "tiny-distilbert")


def end_to_end(model: PromptClassifier, texts: list[str], labels: list[str]) -> None:
    """Zero-shot, training, explaining and saving all work, and training changes the answers."""
    zero_shot = model.predict_proba(texts)
    np.testing.assert_allclose(zero_shot.sum(axis=1), 1)
    model.set_params(steps=5, lr=1e-2).fit(texts, labels)
    assert not np.allclose(model.predict_proba(texts), zero_shot, atol=1e-3)
    evidence = model.explain(texts[0])
    assert evidence.tokens[evidence.mask_position] == model.lm_.tokenizer.mask_token
    assert evidence.tokens.count(model.lm_.tokenizer.mask_token) == 1
    np.testing.assert_allclose(evidence.probabilities, model.predict_proba(texts[:1])[0], atol=1e-5)


TRAIN_TEXTS = ["I liked the film.", "I hated it", "Lovely from start to end!", "So dull, so long."]


def test_roberta(roberta):
    end_to_end(PromptClassifier(backbone=str(roberta), batch_size=2), TRAIN_TEXTS, ["1", "0", "1", "0"])


@pytest.mark.parametrize("text", ["The film is a joy.", "Dull", "it's <so> long: 2 hours!"])
def test_roberta_reads_what_a_plain_call_reads(roberta, text):
    """`<mask>` for [MASK], and every word with the space before it, as byte-level BPE was trained on them."""
    model = RobertaForMaskedLM.from_pretrained(roberta, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(roberta)
    inputs = tokenizer(f"{text} It was <mask>.", return_tensors="pt")
    prompt = PromptClassifier("{text} It was [MASK].", backbone=str(roberta))
    evidence = prompt.explain(text)
    assert list(evidence.tokens) == tokenizer.convert_ids_to_tokens(inputs["input_ids"][0].tolist())
    expected = plain_log_probabilities(model, inputs, tokenizer.mask_token_id)
    np.testing.assert_allclose(evidence.distribution.log_probabilities, expected, atol=1e-4)
    great = tokenizer.convert_tokens_to_ids("Ġgreat")
    assert evidence.label_words[1].probability == pytest.approx(np.exp(expected[great]), abs=1e-4)


def test_roberta_two_segments(roberta):
    tokenizer = AutoTokenizer.from_pretrained(roberta)
    tokens = PromptClassifier("{text} [SEP] It was [MASK].", backbone=str(roberta)).explain("A joy.").tokens
    border = tokens.index("</s>")
    assert tokens[border : border + 2] == ("</s>", "</s>")
    assert tokens[:border] == tuple(tokenizer.convert_ids_to_tokens(tokenizer("A joy.")["input_ids"]))[:-1]


def test_label_words_follow_the_space(roberta):
    """Behind a space the label word is `Ġgreat`; glued to a bracket it would be another token."""
    spaced = PromptClassifier("{text} It was [MASK].", backbone=str(roberta))
    spaced.predict_proba(["a"])
    with pytest.raises(ValueError, match="not a single token"):
        PromptClassifier("{text} It was ([MASK])", backbone=str(roberta)).predict_proba(["a"])


def test_distilbert(distilbert):
    end_to_end(PromptClassifier(backbone=str(distilbert), batch_size=2), TRAIN_TEXTS, ["1", "0", "1", "0"])


def test_chinese(tmp_path):
    texts = ["我很喜欢这部电影。", "故事太差，不好看！", "演员好。", "不喜欢。"]
    folder = tiny.chinese(tmp_path / "tiny-chinese", "".join(texts) + "总之很好坏")
    model = PromptClassifier("{text}总之很[MASK]。", "差评=坏，差；好评=好", backbone=str(folder), batch_size=2)
    end_to_end(model, texts, ["好评", "差评", "好评", "差评"])
    evidence = model.explain("我喜欢")
    assert evidence.tokens == ("[CLS]", "我", "喜", "欢", "总", "之", "很", "[MASK]", "。", "[SEP]")
    assert [(word.label, word.word) for word in evidence.label_words] == [
        ("好评", "好"),
        ("差评", "坏"),
        ("差评", "差"),
    ]


@pytest.mark.parametrize("kind", ["roberta", "distilbert", "tiny_bert"])
def test_texts_longer_than_the_model(kind, request):
    """All positions are used, none is exceeded."""
    folder = request.getfixturevalue(kind)
    lm = MaskedLM.load(folder)
    assert lm.max_length == tiny.POSITIONS
    long = "I like the film. " * 100
    evidence = PromptClassifier(backbone=str(folder)).explain(long)
    assert len(evidence.tokens) == tiny.POSITIONS
    assert evidence.truncated > 0
    (encoded,) = lm.encode([long])
    assert len(encoded.input_ids) == tiny.POSITIONS and encoded.truncated > 0
    assert lm.hidden(lm.batch([encoded])).last_hidden_state.shape == (1, tiny.POSITIONS, 32)
    fitted = BertFineTune(backbone=str(folder), steps=1).fit([long, "b"], ["0", "1"])
    assert fitted.explain(long).truncated == encoded.truncated


# Ordinary text.


@pytest.mark.parametrize("text", ["[MASK]", "a [SEP] b", "[CLS][PAD]", "x[UNK]"])
def test_signs_in_a_text_stay_text(text, lm):
    ids = piece_ids(lm.tokenizer, [text])[0]
    assert not set(ids) & set(lm.tokenizer.all_special_ids)
    assert lm.tokenizer.decode(ids).replace(" ", "") == text.lower().replace(" ", "")


def test_the_tokenizer_is_never_set_to_read_signs(lm, monkeypatch):
    """`split_special_tokens` is a setting of the tokenizer that all threads share: a call without it would let another
    thread's `[MASK]` through as the slot."""
    settings: list[bool | None] = []
    kind = type(lm.tokenizer)
    original = kind._encode_plus

    def noting(self, *arguments, **options):
        settings.append(options.get("split_special_tokens"))
        return original(self, *arguments, **options)

    monkeypatch.setattr(kind, "_encode_plus", noting)
    model = PromptClassifier("{text} [SEP] It was [MASK].")
    model.explain("a")
    lm.encode(["a"])
    lm.encode_hidden([("a ", " b")])
    assert settings and all(settings)


def test_special_frame(lm):
    opening, border, closing = special_frame(lm.tokenizer)
    assert lm.tokenizer.convert_ids_to_tokens([*opening, *border, *closing]) == ["[CLS]", "[SEP]", "[SEP]"]


def test_encode_is_the_tokenizer_itself(lm, tokenizer):
    for text, encoded in zip(TEXTS, lm.encode(TEXTS), strict=True):
        assert list(encoded.input_ids) == tokenizer(text)["input_ids"]


def test_evaluating_puts_the_mode_back():
    module = torch.nn.Dropout(0.5)
    with evaluating(module):
        assert not module.training and torch.is_inference_mode_enabled()
    assert module.training and not torch.is_inference_mode_enabled()
