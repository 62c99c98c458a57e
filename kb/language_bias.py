"""By how much a question favours the passages of a language, whatever they tell.

The words of a question stand in passages of its own language as they are, and so do words like
them; another language has translations of some. So the best passages of one language score higher
than those of another even where none answers, and they would stand before an answer in the other.
"""

import numpy as np

from kb.domain import LanguageCode
from kb.text_languages import TextLanguages
from kb.vectors import Vector

# Hardly any passage answers a question: what the best tenth of a language scores tells of the
# language. With 5 to 25 % it is the same within chance.
_BEST = 0.1
# Of few passages the best ones may be best because they answer. With so many in a language, half of
# what they tell counts.
_HALF_TRUSTED = 300
# All of it would be right if each language had the same articles.
_TAKEN_OUT = 0.75


def language_bias(scores: Vector, languages: TextLanguages) -> dict[LanguageCode | None, float]:
    """Return by how much a question favours each language that there is a passage in.

    `scores` are those of all passages of a collection. Below zero: other languages are favoured.
    """
    found = {name: scores[places] for name, places in languages.texts_in()}
    level = {name: _mean_of_best(of_language) for name, of_language in found.items()}
    of_all = sum(level[name] * len(found[name]) for name in found) / max(1, len(scores))
    return {name: _TAKEN_OUT * _trust(len(found[name])) * (level[name] - of_all) for name in found}


def _trust(passages: int) -> float:
    return passages / (passages + _HALF_TRUSTED)


def _mean_of_best(scores: Vector) -> float:
    best = max(1, round(_BEST * len(scores)))
    return float(np.partition(scores, len(scores) - best)[-best:].mean())
