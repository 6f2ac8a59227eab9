"""Words as the two older paradigms see them: a lower-case tokenizer shared by naive Bayes, word2vec and the LSTM.

Contractions are split the Penn Treebank way ("didn't" -> "did", "n't"), so that negation is a word of its own and
treebank-tokenised text (SST-2's "did n't") gives the same words as ordinary spelling. Chinese characters are words
by themselves: a bag of characters is the usual baseline where no segmenter is given.
"""

import re

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
HAN_CHARACTER = re.compile(f"[{HAN}]")
_WORD = re.compile(
    rf"[{HAN}]"  # one Chinese character
    rf"|[^\W_{HAN}]+(?=n't\b)|n't\b"  # did | n't
    r"|'(?:s|re|ve|ll|d|m)\b"  # it | 's
    rf"|[^\W_{HAN}]+"  # any other run of letters and digits
    r"|[!?]",  # the only punctuation marks that tell an opinion
    re.IGNORECASE,  # DIDN'T is two words too
)


def word_spans(text: str) -> list[tuple[str, int, int]]:
    """The words of `text` with their place: (lower-case word, start, end), offsets into `text`."""
    return [(m.group().lower(), m.start(), m.end()) for m in _WORD.finditer(text.replace("\u2019", "'"))]


def words(text: str) -> list[str]:
    """The lower-case words of `text`.

    >>> words("It didn't work!")
    ['it', 'did', "n't", 'work', '!']
    """
    return [word for word, _, _ in word_spans(text)]


_SURFACE = re.compile(rf"[{HAN}]|[^\s{HAN}]+")


def surface_words(text: str) -> list[tuple[str, int, int]]:
    """The words of `text` as they stand between spaces (a Chinese character each): (word, start, end)."""
    return [(m.group(), m.start(), m.end()) for m in _SURFACE.finditer(text)]
