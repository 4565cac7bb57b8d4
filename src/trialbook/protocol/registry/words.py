"""Texts compared as a reader takes them: other characters for the same sign, other white space, are no difference."""

from __future__ import annotations

import re
import unicodedata

# What Unicode's compatibility forms do not bring together, though a reader takes the one for the other.
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′´`", "'"),
        **dict.fromkeys("“”„‟″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),
        "×": "x",
        "≤": "<=",
        "≥": ">=",
        "⩽": "<=",
        "⩾": ">=",
        "∶": ":",
    }
)
_JOINING = frozenset(("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "up", "within"))
_NUMBER = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")

_COUNTED = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_IN_WORDS: dict[str, tuple[str, ...]] = {
    **{word: (str(number),) for number, word in enumerate(_COUNTED)},
    **dict.fromkeys(("once", "single"), ("1",)),
    **dict.fromkeys(("twice", "both"), ("2",)),
    **dict.fromkeys(("daily", "day"), ("1",)),
    **dict.fromkeys(("week", "weekly"), ("7",)),
    **dict.fromkeys(("year", "yearly", "annual"), ("12",)),
}


def plain(text: str) -> str:
    """The text in one form of each character and with single spaces: ``µ`` and ``μ``, ``≤`` and ``<=``, ``“`` and ``"`` agree."""
    return " ".join(unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS).split())


def loose(text: str) -> str:
    """The text's letters, digits and relations alone, in lower case: what is left when only its presentation is taken away."""
    return " ".join(re.sub(r"[.-](?!\d)|[^\w<>=%+/.-]", " ", plain(text).casefold()).replace("_", " ").split())


def content_words(text: str) -> frozenset[str]:
    """The words that carry meaning: without articles and prepositions, plurals as singulars."""
    words = re.findall(r"\w+", plain(text).casefold())
    return frozenset(word if len(word) < 4 else word.removesuffix("s") for word in words if word not in _JOINING)


def numbers_in(text: str) -> frozenset[str]:
    """The numbers that a text states, in figures or words, and those of its units of time: a week has 7 days, a year 12 months.

    Without zeros that say nothing: ``1,234`` is 1234, ``2.50`` is 2.5.
    """
    found = {_figure(number) for number in _NUMBER.findall(plain(text))}
    words = re.findall(r"[a-z]+", plain(text).casefold())
    return frozenset(found | {number for word in words for number in _IN_WORDS.get(word, ())})


def numbers_alone(text: str) -> tuple[str, ...]:
    """The numbers in figures that are no part of a name: ``2-year`` has 2, ``alfa-2b`` and ``CR1`` have none."""
    alone = re.finditer(rf"(?<![\w.])(?:{_NUMBER.pattern})(?!\w)", plain(text))
    return tuple(dict.fromkeys(_figure(number[0]) for number in alone))


def _figure(number: str) -> str:
    return number_text(float(number.replace(",", "")))


def number_text(value: float) -> str:
    """A number as a person writes it: 135, not 135.0."""
    return str(int(value)) if float(value).is_integer() else str(value)


def stands_in(words: str, text: str) -> bool:
    """Whether ``words`` stand in ``text`` as whole words; both as :func:`plain` gives them."""
    if not words:
        return True
    start = r"(?<!\w)" if re.match(r"\w", words) else ""
    end = r"(?!\w)" if re.search(r"\w\Z", words) else ""
    return re.search(f"{start}{re.escape(words)}{end}", text) is not None
