"""A causal language model answers the same prompts with its next token."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from transformers import GPT2LMHeadModel

from paradigms.base import TextClassifier
from paradigms.causal_lm import CausalLM, language_model
from paradigms.masked_lm import BackboneError, MaskedLM
from paradigms.prompt.demonstrations import Demonstrations
from paradigms.prompt.template import Template, TemplateError

from . import tiny

TEMPLATE = "{text} It was [MASK]."
TEXTS, LABELS = ("I liked the film.", "I hated it."), ("1", "0")


@pytest.fixture(scope="module")
def gpt(tmp_path_factory, reviews):
    folder = tmp_path_factory.mktemp("backbones") / "tiny-gpt"
    said = [" It was great.", " It was terrible."] * 200
    return tiny.gpt(folder, [*reviews.texts[:300], *said])


def test_found_by_what_is_there(gpt, tiny_bert):
    assert type(language_model(str(gpt))) is CausalLM
    assert language_model(str(gpt)) is language_model(str(gpt))
    assert language_model(str(tiny_bert)) is MaskedLM.load(tiny_bert)


def test_next_token_is_that_of_a_plain_call(gpt):
    """Demonstrations, question, and then the logits of the label words as `transformers` itself gives them."""
    model = Demonstrations(TEMPLATE, backbone=str(gpt), choose="given", shown=1).fit(TEXTS, LABELS)
    lm = model.lm_
    (ids,) = lm.tokenizer(["I liked the film. It was great.\nNot bad. It was"], return_tensors="pt")["input_ids"]
    plain = GPT2LMHeadModel.from_pretrained(gpt).eval()
    with torch.no_grad():
        logits = plain(ids[None]).logits[0, -1]
    words = lm.tokenizer.convert_tokens_to_ids(["Ġterrible", "Ġgreat"])
    expected = logits[words].double().softmax(dim=0).numpy()
    np.testing.assert_allclose(model.predict_proba(["Not bad."])[0], expected, atol=1e-5)
    evidence = model.explain("Not bad.")
    assert lm.tokenizer.convert_tokens_to_string(list(evidence.tokens)).endswith("It was")
    assert evidence.mask_position == len(evidence.tokens) - 1


def test_batched_equals_unbatched(gpt):
    model = Demonstrations(TEMPLATE, backbone=str(gpt), shown=1).fit(TEXTS, LABELS)
    texts = ["Not bad.", "It goes on and on, and then it stops.", ""]
    alone = np.concatenate([model.predict_proba([text]) for text in texts])
    np.testing.assert_allclose(model.predict_proba(texts), alone, atol=1e-5)


def test_by_similarity_calibrated_tuned_and_saved(gpt, tmp_path):
    """Everything that a masked model does with demonstrations."""
    model = Demonstrations(
        TEMPLATE, backbone=str(gpt), shown=1, calibrate="average", train="all", steps=3, batch_size=2, lr=1e-2
    )
    before = model.predict_proba(TEXTS)
    model.fit(TEXTS, LABELS)
    assert model.trainable_parameters_ == model.lm_.n_parameters
    assert not np.allclose(model.predict_proba(TEXTS), before, atol=1e-2)
    model.save(tmp_path)
    loaded: TextClassifier = Demonstrations.load(tmp_path)
    np.testing.assert_allclose(loaded.predict_proba(TEXTS), model.predict_proba(TEXTS), atol=1e-3)


def test_only_what_stands_before_the_slot_is_read(gpt):
    lm = CausalLM.load(gpt)
    with pytest.raises(TemplateError) as caught:
        lm.fill(Template.parse("[MASK] news: {text}"), ["a"])
    assert (caught.value.kind, caught.value.position) == ("not_before_slot", 13)
    with_end, without = (lm.fill(Template.parse(source), ["a"]) for source in (TEMPLATE, "{text} It was [MASK]"))
    assert with_end == without


def test_longer_than_the_model(gpt):
    """The sentence is cut at its end, the template never."""
    lm = CausalLM.load(gpt)
    (short,), (long,) = (lm.fill(Template.parse(TEMPLATE), [text]) for text in ("I like it", "I like it " * 50))
    assert len(long.input_ids) == lm.max_length == tiny.POSITIONS
    assert long.truncated > 0 and short.truncated == 0
    assert long.input_ids[-2:] == short.input_ids[-2:]
    with pytest.raises(TemplateError) as caught:
        lm.fill(Template.parse("so " * 70 + TEMPLATE), ["a"])
    assert caught.value.kind == "too_long"


def test_bert_tokens_do_not_frame_a_causal_prompt(tmp_path):
    """A tokenizer that opens with [CLS] and closes with [SEP] is not asked to."""
    lm = CausalLM.load(tiny.causal(tmp_path / "gpt"))
    (item,) = lm.fill(Template.parse(TEMPLATE), ["a film"])
    assert lm.tokenizer.convert_ids_to_tokens(list(item.input_ids)) == ["a", "film", "it", "was"]


def refused(source) -> BackboneError:
    with pytest.raises(BackboneError) as caught:
        language_model(str(source))
    assert caught.value.where == str(source)
    return caught.value


def test_refused(tmp_path, gpt):
    assert refused(tmp_path / "absent").kind == "not_found"
    for file in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (tmp_path / file).write_bytes((gpt / file).read_bytes())
    assert refused(tmp_path).kind == "no_safetensors"
    (tmp_path / "model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0damaged!")
    assert refused(tmp_path).kind == "not_found"


def test_remote_code_is_not_run(gpt, tmp_path):
    folder = shutil.copytree(gpt, tmp_path / "remote")
    config = json.loads((folder / "config.json").read_text(encoding="utf8"))
    config["auto_map"] = {"AutoConfig": "evil.Config", "AutoModelForCausalLM": "evil.Model"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf8")
    ran = tmp_path / "ran"
    (folder / "evil.py").write_text(f"open({str(ran)!r}, 'w')\n", encoding="utf8")
    language_model(str(folder))
    assert not ran.exists()


def test_room_for_breaks_between_demonstrations(gpt):
    """For a byte-level vocabulary the break is a token too: nothing of the question is cut."""
    texts = [f"{word} film{'s' * (n % 3)}" for n, word in enumerate(["good", "bad", "fine", "dull"] * 5)]
    for seed in range(4):
        model = Demonstrations(TEMPLATE, backbone=str(gpt), shown=None, choose="random", seed=seed)
        model.fit(texts, ["1", "0"] * 10)
        assert [model.explain(text).truncated for text in ("Not bad at all.", "")] == [0, 0]


def test_two_threads_that_load_at_once(gpt, tiny_bert, tmp_path):
    """Without one lock for all models `transformers` leaves weights out, in these and in whatever is loaded later."""
    folders = [shutil.copytree(source, tmp_path / f"{n}") for n, source in enumerate([gpt, tiny_bert] * 3)]
    with ThreadPoolExecutor(6) as threads:
        loaded = list(threads.map(lambda folder: language_model(str(folder)), folders))
    assert [type(lm) for lm in loaded] == [CausalLM, MaskedLM] * 3
