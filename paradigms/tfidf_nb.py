"""Paradigm 1, features by hand: TF-IDF and multinomial naive Bayes, with its arithmetic laid open.

    log p(c | d) = log p(c) + sum over terms t of tfidf(t, d) * log p(t | c) - log p(d)

tfidf is (1 + ln tf) idf, each text scaled to length 1. Manning, Raghavan & Schuetze 2008, sections 6.2 and 6.4.1 and
13.2 (multinomial model, add-alpha smoothing); the tf-idf weights in place of counts are those of Rennie et al. 2003.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB

from .base import TextClassifier, TrainStep, training_set
from .errors import ParadigmError
from .words import words


@dataclass(frozen=True)
class Term:
    """What one term adds to the log-odds: `contribution = tfidf * log_ratio`."""

    term: str
    tfidf: float  # weight of the term in this text; the weights of a text have Euclidean length 1
    log_ratio: float  # log p(term | label) - log p(term | other)
    contribution: float


@dataclass(frozen=True)
class NaiveBayesExplanation:
    """`log_prior` plus the contributions of `terms` is exactly `log_odds`, the log of p(label) / p(other)."""

    label: str
    other: str
    log_prior: float  # log p(label) - log p(other) before any word is read
    terms: tuple[Term, ...]  # strongest first
    unseen: tuple[str, ...]  # words that no training text had: they count for nothing
    log_odds: float
    probabilities: tuple[float, ...]  # in the order of classes_


class TfidfNaiveBayes(TextClassifier):
    """scikit-learn's `TfidfVectorizer` and `MultinomialNB`.

    ngram_max: 1 for words, 2 for words and pairs of neighbours, ...
    alpha: the count that every term is given in advance in every class (smoothing).
    """

    def __init__(self, ngram_max: int = 2, alpha: float = 0.5):
        self.ngram_max = ngram_max
        self.alpha = alpha

    def fit_steps(self, texts: Sequence[str], labels: Sequence[str]) -> Iterator[TrainStep]:
        """One step: counting is all there is to learn. Raises ParadigmError("no_words") where there is no word."""
        start = time.perf_counter()
        texts, classes, gold = training_set(texts, labels)
        if not any(map(words, texts)):
            raise ParadigmError("no_words", "no training text has a word to count")
        self.classes_ = classes
        self.vectorizer_ = self._vectorizer()
        features = self.vectorizer_.fit_transform(texts)  # (n_texts, n_terms)
        self.bayes_ = MultinomialNB(alpha=self.alpha).fit(features, gold)
        # One log-likelihood per term and class, and the class priors.
        self.trainable_parameters_ = self.bayes_.feature_log_prob_.size + len(self.classes_)
        probabilities = self.bayes_.predict_proba(features)
        loss = -np.log(probabilities[np.arange(len(gold)), gold]).mean()
        accuracy = (probabilities.argmax(axis=1) == gold).mean()
        yield TrainStep(1, 1, float(loss), float(accuracy), time.perf_counter() - start)

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        texts = self._asked(texts)
        if not texts:
            return np.empty((0, len(self.classes_)))
        return self.bayes_.predict_proba(self.vectorizer_.transform(texts))

    def explain(self, text: str) -> NaiveBayesExplanation:
        """The arithmetic of one answer: of two classes, the second against the first; of more, the two most probable
        ones."""
        probabilities = self.predict_proba([text])[0]
        label, other = (1, 0) if len(self.classes_) == 2 else map(int, np.argsort(probabilities)[::-1][:2])
        features = self.vectorizer_.transform([text]).tocoo()
        vocabulary = self.vectorizer_.vocabulary_
        names = {vocabulary[term]: term for term in self.vectorizer_.analyzer(text) if term in vocabulary}
        log_likelihood = self.bayes_.feature_log_prob_  # (n_classes, n_terms)
        terms = []
        for column, weight in zip(features.col, features.data, strict=True):
            ratio = log_likelihood[label, column] - log_likelihood[other, column]
            terms.append(Term(names[int(column)], float(weight), float(ratio), float(weight * ratio)))
        log_prior = float(self.bayes_.class_log_prior_[label] - self.bayes_.class_log_prior_[other])
        return NaiveBayesExplanation(
            label=str(self.classes_[label]),
            other=str(self.classes_[other]),
            log_prior=log_prior,
            terms=tuple(sorted(terms, key=lambda term: -abs(term.contribution))),
            unseen=tuple(dict.fromkeys(word for word in words(text) if word not in vocabulary)),
            log_odds=log_prior + sum(term.contribution for term in terms),
            probabilities=tuple(map(float, probabilities)),
        )

    def telling_terms(self, top: int = 15) -> dict[str, list[tuple[str, float]]]:
        """Per class the terms that speak most for it: (term, log p(term | class) - mean of that over the others)."""
        self._require_fitted()
        names, log_likelihood = self.vectorizer_.get_feature_names_out(), self.bayes_.feature_log_prob_
        telling = {}
        for row, label in enumerate(self.classes_):
            ratio = log_likelihood[row] - np.delete(log_likelihood, row, axis=0).mean(axis=0)
            best = np.argsort(ratio)[::-1][:top]
            telling[str(label)] = [(str(names[i]), float(ratio[i])) for i in best]
        return telling

    def _vectorizer(self) -> TfidfVectorizer:
        return TfidfVectorizer(analyzer=_Ngrams(self.ngram_max), sublinear_tf=True)

    def _state(self):
        names = self.vectorizer_.get_feature_names_out().tolist()
        arrays = {
            "idf": self.vectorizer_.idf_,
            "class_log_prior": self.bayes_.class_log_prior_,
            "feature_log_prob": self.bayes_.feature_log_prob_,
        }
        return arrays, {"terms": names}

    def _restore(self, arrays, extra):
        self.vectorizer_ = self._vectorizer()
        self.vectorizer_.vocabulary_ = {term: column for column, term in enumerate(extra["terms"])}
        self.vectorizer_.idf_ = arrays["idf"]
        self.bayes_ = MultinomialNB(alpha=self.alpha)
        self.bayes_.classes_ = np.arange(len(self.classes_))
        self.bayes_.class_log_prior_ = arrays["class_log_prior"]
        self.bayes_.feature_log_prob_ = arrays["feature_log_prob"]


@dataclass(frozen=True)
class _Ngrams:
    """All runs of 1 to `longest` neighbouring words, joined by a space."""

    longest: int

    def __call__(self, text: str) -> list[str]:
        tokens = words(text)
        return [
            " ".join(tokens[start : start + n])
            for n in range(1, self.longest + 1)
            for start in range(len(tokens) - n + 1)
        ]
