"""Paradigm 1 against scikit-learn used directly, and its arithmetic against itself."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB

from paradigms.errors import ParadigmError
from paradigms.tfidf_nb import TfidfNaiveBayes

# Lower-case words and spaces only: here scikit-learn's own tokenizer sees the same words.
PLAIN = (
    "the plot is dull and the jokes are old",
    "a dull dull film",
    "the songs are lovely and the plot is clever",
    "lovely film with lovely jokes",
    "an ordinary film with an ordinary plot",
    "neither dull nor lovely",
)
THREE = ("bad", "bad", "good", "good", "fair", "fair")
ASKED = ("the dull plot", "lovely songs and a clever clever film", "nothing known", "")


@pytest.mark.parametrize(("ngram_max", "alpha"), [(1, 1.0), (2, 0.5), (3, 0.1)])
def test_probabilities_are_those_of_scikit_learn(ngram_max, alpha):
    vectorizer = TfidfVectorizer(ngram_range=(1, ngram_max), sublinear_tf=True, token_pattern=r"\w+")
    bayes = MultinomialNB(alpha=alpha).fit(vectorizer.fit_transform(PLAIN), THREE)
    model = TfidfNaiveBayes(ngram_max, alpha).fit(PLAIN, THREE)
    assert list(model.classes_) == list(bayes.classes_)
    assert set(model.vectorizer_.get_feature_names_out()) == set(vectorizer.get_feature_names_out())
    expected = bayes.predict_proba(vectorizer.transform(ASKED))
    np.testing.assert_allclose(model.predict_proba(ASKED), expected, atol=1e-12)
    assert model.trainable_parameters_ == 3 * len(vectorizer.vocabulary_) + 3


@pytest.fixture(scope="module")
def trained(reviews):
    return TfidfNaiveBayes().fit(reviews.texts, reviews.labels)


def test_arithmetic_is_exact(trained, held_out):
    for text in (*held_out.texts[:50], "", "zxqwv"):
        evidence = trained.explain(text)
        negative, positive = trained.predict_proba([text])[0]
        assert (evidence.label, evidence.other) == ("1", "0")
        assert evidence.log_prior + sum(term.contribution for term in evidence.terms) == pytest.approx(
            evidence.log_odds, abs=1e-9
        )
        assert evidence.log_odds == pytest.approx(np.log(positive / negative), abs=1e-9)
        for term in evidence.terms:
            assert term.contribution == pytest.approx(term.tfidf * term.log_ratio, abs=1e-12)
        if evidence.terms:
            assert sum(term.tfidf**2 for term in evidence.terms) == pytest.approx(1)
        sizes = [abs(term.contribution) for term in evidence.terms]
        assert sizes == sorted(sizes, reverse=True)


def test_prior(reviews):
    """With twice as many negative examples an empty text is twice as probably negative."""
    rows = [i for i, label in enumerate(reviews.labels) if label == "0"][:40]
    rows += [i for i, label in enumerate(reviews.labels) if label == "1"][:20]
    data = reviews.take(rows)
    evidence = TfidfNaiveBayes().fit(data.texts, data.labels).explain("")
    assert evidence.log_prior == evidence.log_odds == pytest.approx(-np.log(2))
    assert evidence.probabilities == pytest.approx((2 / 3, 1 / 3))


def test_three_classes_compare_the_two_most_probable():
    model = TfidfNaiveBayes().fit(PLAIN, THREE)
    for text in PLAIN:
        evidence = model.explain(text)
        by_class = dict(zip(model.classes_, evidence.probabilities, strict=True))
        first, second = sorted(by_class, key=by_class.get, reverse=True)[:2]
        assert (evidence.label, evidence.other) == (first, second)
        assert evidence.log_odds == pytest.approx(np.log(by_class[first] / by_class[second]), abs=1e-9)
        assert evidence.log_prior + sum(term.contribution for term in evidence.terms) == pytest.approx(
            evidence.log_odds, abs=1e-9
        )


def test_unseen_words_are_named_once_in_order():
    model = TfidfNaiveBayes().fit(PLAIN, THREE)
    evidence = model.explain("Zorblax, the DULL quux; zorblax!")
    assert evidence.unseen == ("zorblax", "quux", "!")
    assert {term.term for term in evidence.terms} == {"the", "dull"}


def test_negation_is_a_word(trained):
    """`didn't` and the treebank's `did n't` are the same two terms."""
    spelled, split = trained.explain("I didn't like it"), trained.explain("i did n't like it")
    assert spelled.terms == split.terms
    assert "n't" in {term.term for term in spelled.terms}


def test_telling_terms():
    telling = TfidfNaiveBayes(ngram_max=1).fit(PLAIN[:4], THREE[:4]).telling_terms(top=2)
    assert list(telling) == ["bad", "good"]
    assert {telling["bad"][0][0], telling["good"][0][0]} == {"dull", "lovely"}


def test_telling_terms_of_three_classes():
    """log p(term | class), above its mean over the other classes."""
    model = TfidfNaiveBayes(ngram_max=1).fit(PLAIN, THREE)
    names, log_likelihood = model.vectorizer_.get_feature_names_out(), model.bayes_.feature_log_prob_
    for row, (label, terms) in enumerate(model.telling_terms(top=100).items()):
        assert label == model.classes_[row]
        assert sorted(term for term, _ in terms) == list(names)
        assert sorted((ratio for _, ratio in terms), reverse=True) == [ratio for _, ratio in terms]
        others = [other for other in range(3) if other != row]
        for term, ratio in terms:
            of_term = log_likelihood[:, names.tolist().index(term)]
            assert ratio == pytest.approx(of_term[row] - (of_term[others[0]] + of_term[others[1]]) / 2)


def test_step(reviews):
    model = TfidfNaiveBayes()
    (step,) = model.fit_steps(reviews.texts[:100], reviews.labels[:100])
    of_gold = model.predict_proba(reviews.texts[:100])[np.arange(100), np.asarray(reviews.labels[:100], dtype=int)]
    assert step.loss == pytest.approx(-np.log(of_gold).mean())
    assert step.accuracy == model.score(reviews.texts[:100], reviews.labels[:100])


def test_it_learns(trained, held_out):
    assert trained.score(held_out.texts, held_out.labels) > 0.6


def test_texts_without_words():
    model = TfidfNaiveBayes().fit(PLAIN, THREE)
    with pytest.raises(ParadigmError) as caught:
        model.fit(["...", "---"], ["0", "1"])
    assert caught.value.kind == "no_words"
    assert model.predict(["lovely"]) == ["good"]  # as before
