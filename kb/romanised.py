"""Hindi as people type it without a Hindi keyboard, read back into its own letters.

    "grahak ko kitne din mein jawab"  ->  "ग्राहक को कितने दिन में जवाब"

Nobody agrees on how to romanise: vowels come and go, long ones are written short. So a word is
looked up by its consonants among words in Devanagari, and of those the likeliest is taken whose
own romanisation is near. What reads better in Latin letters, names and English words, stays.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property

from kb.normalization import fold

Likelihood = Callable[[str], float]
"""A word to the logarithm of its probability."""
# Words that no other of kb's languages has: one of them makes a question suspect of being Hindi.
# The others have doubles ("me", "par", "se") and are read only when it is.
# fmt: off
_TELLTALE = {
    "hai": "है", "hain": "हैं", "kya": "क्या", "kaun": "कौन", "kise": "किसे", "kisne": "किसने",
    "kiska": "किसका", "kiske": "किसके", "kiski": "किसकी", "kitna": "कितना", "kitne": "कितने",
    "kitni": "कितनी", "kaise": "कैसे", "kaisi": "कैसी", "kaisa": "कैसा", "kab": "कब",
    "kahan": "कहाँ", "kyon": "क्यों", "kyun": "क्यों", "mein": "में", "nahi": "नहीं",
    "nahin": "नहीं", "hota": "होता", "hote": "होते", "hoti": "होती", "karna": "करना",
    "karne": "करने", "karta": "करता", "karte": "करते", "karti": "करती", "hua": "हुआ",
    "hui": "हुई", "gaya": "गया", "gayi": "गई", "liye": "लिए", "kaunsa": "कौनसा", "kaunsi": "कौनसी",
}
_COMMON = {
    "ka": "का", "ke": "के", "ki": "की", "ko": "को", "se": "से", "me": "में", "ne": "ने",
    "par": "पर", "aur": "और", "tak": "तक", "ho": "हो", "bhi": "भी", "ek": "एक", "na": "न",
    "kis": "किस", "kin": "किन", "tha": "था", "thi": "थी", "din": "दिन", "baad": "बाद", "bad": "बाद", "kar": "कर", "ya": "या", "jo": "जो",
}
# fmt: on
_READ = _TELLTALE | _COMMON
_MIN_SHARE = 0.4  # Of the words of a question, so many have to be read as Hindi.

# A word in a Hindi question is likelier Hindi than its letters alone say.
_PRIOR = 4.0
_EDIT_COST = 4.0
_MAX_EDITS = 2

_LATIN_WORD = re.compile("[a-z]+", re.IGNORECASE)
# One letter for each sound, as in `kb.spelling`, but vowels are kept. `h` is breath after a stop.
_LATIN_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in [
        *(("chh?", "c"), ("sh", "s"), ("ph", "p"), ("(?<=[kgtdbj])h", ""), ("x", "ks")),
        *(("aa+", "a"), ("ee+", "i"), ("oo+", "u"), ("ai|ei", "e"), ("au|ou", "o")),
    ]
)
_LATIN_LETTERS = str.maketrans({"q": "k", "z": "j", "w": "v", "f": "p"})
_CONSONANTS = {
    letter: sound
    for sound, row in [
        *(("k", "कख"), ("g", "गघ"), ("c", "चछ"), ("j", "जझ"), ("t", "टठतथ"), ("d", "डढदध")),
        *(("n", "णनङञ"), ("p", "पफ"), ("b", "बभ"), ("m", "म"), ("r", "र"), ("l", "लळ")),
        *(("v", "व"), ("y", "य"), ("s", "शषस"), ("h", "ह")),
    ]
    for letter in row
}
_VOWELS = dict(zip("अआइईउऊऋएऐओऔऑ", "aaiiuureeooo", strict=True))
_SIGNS = dict(zip("ािीुूृेैोौॉ", "aiiuureeooo", strict=True))
_NASALS = dict.fromkeys("ंँ", "n")
_VIRAMA, _NUKTA = "\u094d", "\u093c"
_SILENT = dict.fromkeys((_VIRAMA, _NUKTA), "")
_ALL = str.maketrans(_CONSONANTS | _VOWELS | _SIGNS | _NASALS | _SILENT)
_INNER_A = re.compile("(?<=[a-z])a")
_SPELT_AT_WILL = (
    (re.compile("y(?=[ie])"), ""),  # gayi, gai
    (re.compile("m(?=[pb])"), "n"),  # sampark, sanpark
    (re.compile("(?<=[a-z])n$", re.MULTILINE), ""),  # nahin, nahi
    (re.compile(r"([a-z])\1+"), r"\1"),
)


def may_be_romanised_hindi(question: str) -> bool:
    """True when `question` has a word that only Hindi has, in Latin letters."""
    return any(word in _TELLTALE for word in _latin_words(question))


class RomanisedHindi:
    """Reads Hindi in Latin letters with the help of `words` in Devanagari."""

    def __init__(self, words: Iterable[str], likelihood: Likelihood) -> None:
        self._words = tuple(dict.fromkeys(words))
        self._likelihood = likelihood

    def read(self, question: str) -> str:
        """Return `question` with its Hindi words in Devanagari; any other question as it is."""
        if not may_be_romanised_hindi(question):
            return question
        words = _latin_words(question)
        readings = {word: self._reading(word) for word in words}
        if sum(readings[word] is not None for word in words) < _MIN_SHARE * len(words):
            return question
        return _LATIN_WORD.sub(
            lambda match: readings.get(match.group().lower()) or match.group(), question
        )

    def _reading(self, word: str) -> str | None:
        """Return the Hindi word that `word` stands for, None when it is likelier as it is."""
        if word in _READ:
            return _READ[word]
        sounds = _sounds(word)
        candidates = [
            (self._likelihood(written) - _EDIT_COST * edits, written)
            for written in self._by_key.get(_keys(sounds), ())
            if (edits := _edits(_romanised(written), sounds)) <= _MAX_EDITS
        ]
        score, best = max(candidates, default=(float("-inf"), ""))
        return best if score + _PRIOR > self._likelihood(word) else None

    @cached_property
    def _by_key(self) -> dict[str, list[str]]:
        """All words by their consonants: made in one go, because there are thousands."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        keys = _keys("\n".join(self._words).translate(_ALL)).split("\n")
        for word, key in zip(self._words, keys, strict=True):
            found[key].append(word)
        return found


def _latin_words(text: str) -> list[str]:
    return [word.lower() for word in _LATIN_WORD.findall(fold(text))]


def _sounds(word: str) -> str:
    for pattern, sound in _LATIN_SOUNDS:
        word = pattern.sub(sound, word)
    return word.translate(_LATIN_LETTERS)


def _keys(sounds: str) -> str:
    """Return the keys of words in sounds, one a line: without the a, long or short."""
    sounds = _INNER_A.sub("", sounds)
    for pattern, kept in _SPELT_AT_WILL:
        sounds = pattern.sub(kept, sounds)
    return sounds


def _romanised(word: str) -> str:
    """Return a word in Devanagari in sounds, without the a that is written and not spoken.

    >>> _romanised("सफलता"), _romanised("शिकायत")
    ('sapalta', 'sikayat')
    """
    syllables: list[tuple[str, str]] = []
    for letter in word:
        if letter in _CONSONANTS:
            syllables.append((_CONSONANTS[letter], "A"))
        elif letter in _SIGNS and syllables:
            syllables[-1] = (syllables[-1][0], _SIGNS[letter])
        elif letter == _VIRAMA and syllables:
            syllables[-1] = (syllables[-1][0], "")
        elif letter in _VOWELS:
            syllables.append(("", _VOWELS[letter]))
        elif letter in _NASALS:
            syllables.append((_NASALS[letter], ""))
    if len(syllables) > 1 and syllables[-1][1] == "A":
        syllables[-1] = (syllables[-1][0], "")
    for place in range(len(syllables) - 2, 0, -1):
        before, (consonant, vowel), after = syllables[place - 1 : place + 2]
        if vowel == "A" and consonant and before[1] and after[1]:
            syllables[place] = (consonant, "")
    return "".join(consonant + vowel for consonant, vowel in syllables).lower()


def _edits(one: str, other: str) -> int:
    """Return how many letters have to be changed, left out or put in (Levenshtein 1966)."""
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        previous, row = row, [place]
        for column, opposite in enumerate(other, start=1):
            row.append(
                min(
                    previous[column] + 1,
                    row[-1] + 1,
                    previous[column - 1] + (letter != opposite),
                )
            )
    return row[-1]
