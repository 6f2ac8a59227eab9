"""The command line: one object or a few lines on standard output, one line on standard error where it cannot."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import paradigms
from paradigms.__main__ import main
from paradigms.record import TRAINED
from paradigms.vectors import load_vectors

from . import tiny

ROOT = Path(paradigms.__file__).resolve().parent.parent
METHODS = ["tfidf-nb", "word2vec-lstm", "bert-finetune", "prompt"]
KEYS = [
    "method", "dataset", "n_train", "n_test", "shots", "seed", "accuracy", "ci95",
    "seconds_fit", "seconds_predict", "trainable_parameters", "backbone",
]  # fmt: skip

TRAIN = (
    ("1", "A joy from start to finish."),
    ("0", "Dull, dull, dull."),
    ("1", "Lovely songs and a clever plot."),
    ("0", "The jokes are older than the cast."),
    ("1", "I laughed and I cried."),
    ("0", "A mess without a single idea."),
)
TEST = (("0", "A dull mess."), ("1", "A clever joy."), ("1", "Lovely songs."))


def write(file: Path, rows) -> str:
    file.write_text("".join(f"{label}\t{text}\n" for label, text in rows), encoding="utf8")
    return str(file)


@pytest.fixture
def files(tmp_path) -> list[str]:
    return ["--train", write(tmp_path / "train.tsv", TRAIN), "--test", write(tmp_path / "test.tsv", TEST)]


def answer(capfd, *arguments: str) -> dict:
    """The object that is printed, where nothing else is."""
    assert main([*arguments, "--json"]) == 0
    printed, said = capfd.readouterr()
    assert said == ""
    assert printed.count("\n") == 1
    return json.loads(printed)


def complaint(capfd, *arguments: str) -> str:
    """The one line on standard error."""
    try:
        status = main(arguments)
    except SystemExit as stopped:
        status = stopped.code
    printed, said = capfd.readouterr()
    assert status == 2
    assert printed == ""
    assert said.endswith("\n") and said.count("\n") == 1, said
    return said


@pytest.mark.parametrize("method", METHODS)
def test_evaluate(method, files, tiny_bert, capfd):
    has_backbone = method in {"bert-finetune", "prompt"}
    backbone = ["--backbone", str(tiny_bert)] if has_backbone else []
    result = answer(capfd, "evaluate", method, *files, "--seed", "3", *backbone)
    assert list(result) == KEYS
    assert result["method"] == method
    assert (result["dataset"], result["n_train"], result["n_test"]) == ("test.tsv", 6, 3)
    assert (result["shots"], result["seed"]) == (None, 3)
    assert 0 <= result["ci95"][0] <= result["accuracy"] <= result["ci95"][1] <= 1
    assert result["accuracy"] in {0, 1 / 3, 2 / 3, 1}
    assert result["trainable_parameters"] > 0
    assert result["backbone"] == ("tiny-bert" if has_backbone else None)


def test_shots(files, capfd):
    result = answer(capfd, "evaluate", "tfidf-nb", *files, "--shots", "2")
    assert (result["shots"], result["n_train"]) == (2, 4)


@pytest.mark.parametrize("verbalizer", ["negative=terrible;positive=great", "1=great;0=terrible"])
def test_zero_shot(verbalizer, files, capfd):
    """`negative` and `positive` mean the labels 0 and 1."""
    prompt = ["--template", "{text} All in all, it was [MASK].", "--verbalizer", verbalizer]
    result = answer(capfd, "evaluate", "prompt", *files, "--shots", "0", *prompt)
    assert (result["shots"], result["n_train"], result["trainable_parameters"]) == (0, 0, 0)
    assert result["backbone"] == "cloze-bert-23m"
    assert result["accuracy"] == 1
    prompt[-1] = "0=great;1=terrible"
    assert answer(capfd, "evaluate", "prompt", *files, "--shots", "0", *prompt)["accuracy"] == 0


def test_built_in_reviews_unless_told_otherwise(capfd, held_out, reviews):
    result = answer(capfd, "evaluate", "tfidf-nb")
    assert (result["dataset"], result["n_train"], result["n_test"]) == ("reviews", len(reviews), len(held_out))


def test_three_labels(tmp_path, capfd):
    rows = [*TRAIN[:4], ("so-so", "It passes the time."), ("so-so", "Neither good nor bad.")]
    files = ["--train", write(tmp_path / "a.tsv", rows), "--test", write(tmp_path / "b.tsv", rows)]
    assert answer(capfd, "evaluate", "tfidf-nb", *files)["accuracy"] == 1
    verbalizer = ["--verbalizer", "0=bad;1=good;so-so=okay"]
    assert answer(capfd, "evaluate", "prompt", *files, "--shots", "0", *verbalizer)["n_test"] == 6
    said = complaint(capfd, "evaluate", "prompt", *files, "--shots", "0")
    assert "so-so" in said and "negative" in said


def test_for_people(files, capfd):
    assert main(["evaluate", "tfidf-nb", *files]) == 0
    printed, said = capfd.readouterr()
    assert said == ""  # no progress bar where standard error is no terminal
    assert "accuracy" in printed and "95% interval" in printed and "6 labelled examples" in printed


def test_progress_bar_on_a_terminal(files, capfd, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(["evaluate", "tfidf-nb", *files, "--json"]) == 0
    printed, said = capfd.readouterr()
    assert "1/1" in said and said.endswith("\n")
    json.loads(printed)


# What is wrong, and where.


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["tfidf"], ["tfidf", "tfidf-nb, word2vec-lstm, bert-finetune, prompt"]),
        (["tfidf-nb", "--shots", "0"], ["tfidf-nb", "without labelled examples"]),
        (["tfidf-nb", "--shots", "4"], ["train.tsv", "3 examples of '0'", "4 were asked"]),
        (["tfidf-nb", "--shots", "-1"], ["--shots", "-1"]),
        (["tfidf-nb", "--shots", "some"], ["--shots", "some"]),
        (["tfidf-nb", "--seed", "x"], ["--seed", "x"]),
        (["tfidf-nb", "--seed", "-1"], ["--seed", "-1"]),
        (["tfidf-nb", "--seed", "99999999999999999999"], ["--seed", "99999999999999999999"]),
        (["tfidf-nb", "--train", "absent.tsv"], ["absent.tsv"]),
        (["tfidf-nb", "--test", "absent.tsv"], ["absent.tsv"]),
        (["tfidf-nb", "--colour"], ["--colour"]),
        (["prompt", "--template", "{text} It was."], ["[MASK]"]),
        (["prompt", "--template", "[MASK] {text} [MASK]"], ["2 [MASK]", "0", "14"]),
        (["prompt", "--template", "It was [MASK]."], ["{text}"]),
        (["prompt", "--template", "so {text.__class__} [MASK]"], ["{text.__class__}", "3"]),
        (["prompt", "--template", "so {text [MASK]"], ["brace", "3"]),
        (["prompt", "--template", "{text} [soft:2] [MASK]"], ["soft"]),
        (["prompt", "--verbalizer", "0=unwatchable;1=good"], ["'unwatchable'", "##watch"]),
        (["prompt", "--verbalizer", "0=bad;1=bad"], ["'bad'", "'0'", "'1'"]),
        (["prompt", "--verbalizer", "0=;1=good"], ["'0'"]),
        (["prompt", "--verbalizer", "0=🦭;1=good"], ["'🦭'"]),
        (["prompt", "--verbalizer", "0=bad;good"], ["'good'", "6"]),
        (["prompt", "--verbalizer", "a=bad;b=good"], ["'a'", "'0'"]),
        (["prompt", "--backbone", "no-such-model"], ["no-such-model"]),
    ],
)
def test_bad_arguments(arguments, says, files, capfd):
    said = complaint(capfd, "evaluate", arguments[0], *files, *arguments[1:])
    assert said.startswith("error: ")
    assert all(part in said for part in says)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("1\tfine\n0\tfine too\nno tab\n", "line 3"),
        ("1\tfine\n1\t\n", "line 2"),
        ("", "no rows"),
        ("1\tfine\n1\tfine too\n", "two classes"),
        ("1\t...\n0\t---\n", "no training text has a word"),
    ],
)
def test_bad_files(content, says, files, tmp_path, capfd):
    (tmp_path / "bad.tsv").write_text(content, encoding="utf8")
    said = complaint(capfd, "evaluate", "tfidf-nb", *files, "--train", str(tmp_path / "bad.tsv"))
    assert says in said
    assert "bad.tsv" in said or says in {"two classes", "no training text has a word"}


@pytest.mark.parametrize("arguments", [[], ["evaluate"], ["no-such-command"], ["ask"], ["vectors", "--out", "x"]])
def test_incomplete_commands(arguments, capfd):
    complaint(capfd, *arguments)


def test_help(capfd):
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", "--help"])
    assert stopped.value.code == 0
    assert "--verbalizer" in capfd.readouterr().out


# As a program of its own.


def program(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "paradigms", *arguments], cwd=ROOT, capture_output=True, text=True)


def test_program(files):
    done = program("evaluate", "tfidf-nb", *files, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert list(json.loads(done.stdout)) == KEYS


def test_who_reads_may_stop_reading(files):
    """As `head` does: no traceback, and what it has read is whole."""
    command = shlex.join([sys.executable, "-m", "paradigms", "evaluate", "tfidf-nb", *map(str, files)])
    done = subprocess.run(["sh", "-c", f"({command}; echo $? >&2) | true"], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == "141\n"


def test_program_says_one_line_of_a_backbone_without_head(files, tmp_path):
    """The library's own report about missing weights does not bury it."""
    folder = tiny.bert_without_head(tmp_path / "encoder")
    done = program("evaluate", "prompt", *files, "--backbone", str(folder))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "no masked-LM head" in done.stderr and str(folder) in done.stderr


# The other commands.


@pytest.mark.skipif(not TRAINED.is_dir(), reason="the trained classifiers are not recorded")
def test_ask(capfd):
    sentence = "I like the Disney films very much."
    asked = answer(capfd, "ask", sentence)
    assert asked["text"] == sentence
    assert [row["method"] for row in asked["answers"]] == METHODS
    assert {row["label"] for row in asked["answers"]} == {"positive"}
    assert all(0.5 <= row["probability"] <= 1 for row in asked["answers"])
    assert main(["ask", sentence]) == 0
    table, said = capfd.readouterr()
    assert said == ""
    assert [line.split()[0] for line in table.splitlines()] == METHODS


def test_vectors(tmp_path, capfd):
    texts = tmp_path / "texts.txt"
    texts.write_text("the plot is dull\nthe songs are lovely\n" * 20, encoding="utf8")
    out = tmp_path / "vectors"
    options = ["--size", "8", "--epochs", "1"]
    assert main(["vectors", "--text", str(texts), "--out", str(out), *options]) == 0
    assert "7 words x 8" in capfd.readouterr().out
    assert load_vectors(out).vectors.shape == (7, 8)
    absent = str(tmp_path / "absent.txt")
    assert absent in complaint(capfd, "vectors", "--text", str(texts), absent, "--out", str(out), *options)
    texts.write_text("", encoding="utf8")
    assert "no word" in complaint(capfd, "vectors", "--text", str(texts), "--out", str(out), *options)


@pytest.mark.parametrize(
    "options",
    [["--size", "0"], ["--size", "-3"], ["--words", "0"], ["--epochs", "0"], ["--workers", "0"], ["--workers", "x"]],
)
def test_numbers_of_vectors(options, tmp_path, capfd):
    assert options[0] in complaint(capfd, "vectors", "--text", "t.txt", "--out", str(tmp_path), *options)


def test_no_seeds(capfd):
    assert "--seeds" in complaint(capfd, "demonstrations", "--seeds", "0")


@pytest.mark.parametrize("name", ["bad.gz", "bad.xz"])
@pytest.mark.parametrize("command", ["vectors", "ppt"])
def test_a_file_that_cannot_be_unpacked(command, name, tmp_path, capfd):
    (tmp_path / name).write_text("not packed", encoding="utf8")
    assert name in complaint(capfd, command, "--text", str(tmp_path / name), "--out", str(tmp_path / "out"))


def unused(*arguments, **options):
    raise AssertionError("the work was begun")


@pytest.mark.parametrize(
    ("arguments", "work"),
    [
        (["vectors", "--text", __file__], "paradigms.vectors.train_vectors"),
        (["pretrain", "--text", __file__], "paradigms.pretrain_run.run"),
        (["average", str(TRAINED)], "paradigms.weight_average.average"),
        (["ppt", "--text", __file__], "paradigms.prompt.ppt.pretrain"),
        (["record"], "paradigms.record.record"),
    ],
)
def test_nowhere_to_write(arguments, work, tmp_path, capfd, monkeypatch):
    """Said before the work and not after it."""
    monkeypatch.setattr(work, unused)
    (tmp_path / "file").write_text("", encoding="utf8")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        assert str(out) in complaint(capfd, *arguments, "--out", str(out))


def test_nowhere_to_write_one_file(tmp_path, capfd, monkeypatch):
    monkeypatch.setattr("paradigms.prompt.demonstrations_study.study", unused)
    (tmp_path / "file").write_text("", encoding="utf8")
    for out in (tmp_path / "file" / "x.json", tmp_path):
        assert str(tmp_path) in complaint(capfd, "demonstrations", "--out", str(out))
    with pytest.raises(AssertionError, match="begun"):
        main(["demonstrations", "--out", str(tmp_path / "new" / "x.json")])
    assert (tmp_path / "new").is_dir()
