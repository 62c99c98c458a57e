"""Whether a question is answered at all: how much speaks for it, against unrelated questions.

What a score means depends on the model, on the articles and on how many they are. So each build
asks everyday questions in five languages that hardly any collection treats. The confidence in an
answer is the share of such questions that less would speak for, if their evidence were normally
distributed: 0.5 for a question like them, near 1 for one that the articles treat.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, pstdev
from typing import Self

MIN_SCORE = 0.6
"""The confidence that an answer needs: so 40 of 100 questions like the unrelated ones get one."""

CONSULTED = 8
"""Hits that may speak for an answer: more than are quoted, for what speaks most is not the order."""

# A passage on the subject has a near mean vector; coverage tells whether it has the words too.
# Nearer to the subject than in ranking: few words of an unrelated question find a match by chance.
MEAN_WEIGHT = 0.6

_VERSION = 5  # Of the questions below and of how evidence is made of what they find.
_LEAST_DEVIATION = 0.01  # Where hardly any question finds anything, all would be far from all.

UNRELATED = (
    "Kako dolgo se kuha jajce?",
    "Kateri planet ima največ lun?",
    "Kdo je poslikal strop Sikstinske kapele?",
    "Kako zamenjam gumo na kolesu?",
    "Kdaj se je končala druga svetovna vojna?",
    "Koliko strun ima violina?",
    "Jak długo gotuje się jajko?",
    "Która planeta ma najwięcej księżyców?",
    "Kto namalował sklepienie Kaplicy Sykstyńskiej?",
    "Jak wymienić oponę w rowerze?",
    "Kiedy skończyła się druga wojna światowa?",
    "Ile strun mają skrzypce?",
    "अंडा उबालने में कितना समय लगता है?",
    "किस ग्रह के सबसे ज़्यादा चाँद हैं?",
    "सिस्टिन चैपल की छत किसने रँगी?",
    "साइकिल का टायर कैसे बदलें?",
    "दूसरा विश्व युद्ध कब ख़त्म हुआ?",
    "वायलिन में कितने तार होते हैं?",
    "Cât timp se fierbe un ou?",
    "Ce planetă are cei mai mulți sateliți?",
    "Cine a pictat tavanul Capelei Sixtine?",
    "Cum schimb un cauciuc de bicicletă?",
    "Când s-a terminat al Doilea Război Mondial?",
    "Câte corzi are o vioară?",
    "How long does it take to boil an egg?",
    "Which planet has the most moons?",
    "Who painted the ceiling of the Sistine Chapel?",
    "How do I change a bicycle tyre?",
    "When did the Second World War end?",
    "How many strings does a violin have?",
)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How much speaks, in one index, for answers to questions that have none there."""

    mean: float
    deviation: float

    @classmethod
    def of(cls, evidence: Sequence[float]) -> Self:
        """Return the calibration by what `UNRELATED` questions found."""
        digits = 6  # Whatever the order of additions: the same articles, the same calibration.
        return cls(round(fmean(evidence), digits), round(pstdev(evidence), digits))

    def confidence(self, evidence: float) -> float:
        """Return the share of unrelated questions that less speaks for, 0 without evidence.

        >>> Calibration(mean=0.4, deviation=0.1).confidence(0.4)
        0.5
        """
        if evidence <= 0:
            return 0.0
        deviations = (evidence - self.mean) / max(self.deviation, _LEAST_DEVIATION)
        return (1 + math.erf(deviations / math.sqrt(2))) / 2


def to_json(calibration: Calibration) -> str:
    """Return what `from_json` reads."""
    return json.dumps({"version": _VERSION, **asdict(calibration)})


def from_json(text: str | None) -> Calibration | None:
    """Return a stored calibration; None for none, and for one that was made otherwise."""
    try:
        stored = json.loads(text or "{}")
        if stored.pop("version", None) != _VERSION:
            return None
        return Calibration(**{key: float(value) for key, value in stored.items()})
    except (ValueError, TypeError, AttributeError):  # Damaged: it is made again.
        return None
