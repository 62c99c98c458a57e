"""The words that make a question of a sentence, and what they ask for.

"Who", "is" and "what ... means" stand in no answer, and a sentence without a figure does not
answer "how many", however many of the question's other words it has.
"""

from itertools import pairwise

from kb.normalization import fold, folded_words

_HOW_MANY = {
    "sl": "koliko kolikokrat kolikšen kolikšna kolikšno kolikšni kolikšne kolikšnem",
    "pl": "ile ilu iloma ilukrotnie ilokrotnie",
    "hi": "कितना कितने कितनी कितनों kitna kitne kitni",
    # Without diacritics "cât" is the English "cat": a question about it may prefer figures too.
    "ro": "cât câtă câți câte",
}
# "how" alone asks for a way.
_HOW_MANY_IN_TWO_WORDS = {
    "sl": ("kateri odstotek", "kakšen odstotek", "kakšen delež"),
    "pl": ("jaki procent", "jaki odsetek", "jaką część"),
    "hi": ("किस प्रतिशत",),
    "ro": ("ce procent", "ce procentaj", "ce proporție"),
    "en": ("how many", "how much", "how long", "how often", "what percentage", "what share"),
}
# Question words, auxiliaries and "means". Left out are those that say something in another of the
# five languages: "care" (which), "cât" (how much), "kod" (where), "kim" (whom), "mean".
_ONLY_ASKING = {
    "sl": """
        kdo koga komu kom kaj česa čemu čem kateri katera katero katere katerega kateremu katerem
        katerih katerim kakšen kakšna kakšno kakšni kakšne kakšnega kakšnem kakšnih čigav čigava
        čigavo kdaj kje kam kako koliko zakaj ali je so sta sem smo ste bo bodo bi se si lahko
        pomeni pomenijo imenuje imenujemo rečemo natančno""",
    "pl": """
        kto kogo komu co czego czemu czym który która które którzy którego której któremu którym
        których kiedy gdzie dokąd skąd dlaczego jak ile ilu jaki jaka jakie jakiego jakiej jakim
        jakich czy jest są był była było były się można oznacza znaczy nazywa nazywamy
        dokładnie właściwie""",
    "hi": """
        क्या कौन कौनसा कौनसी कौनसे किस किसे किसने किसको किसका किसकी किसके किन किन्हें किनके कब कहाँ
        क्यों कैसे कैसा कैसी कितना कितने कितनी है हैं था थी थे हो होता होती होते सकता सकते सकती
        कहते मतलब अर्थ""",
    "ro": """
        cine cui ce când unde cum câtă câți câte este e sunt au a se oare exact înseamnă numește
        numim""",
    "en": """
        who whom whose what which when where why how do does did is are was were be has have had
        can could should would will exactly meaning""",
}
_ASKING = frozenset(folded_words(" ".join(_ONLY_ASKING.values())))

_WORDS = frozenset(folded_words(" ".join(_HOW_MANY.values())))
_PAIRS = frozenset(
    tuple(fold(pair).split()) for pairs in _HOW_MANY_IN_TWO_WORDS.values() for pair in pairs
)


def only_asks(word: str) -> bool:
    """True for a word that asks, in one of the five languages, and is in no answer.

    >>> only_asks("Kdaj"), only_asks("किसने"), only_asks("churn")
    (True, True, False)
    """
    return fold(word) in _ASKING


def asks_for_figure(question: str) -> bool:
    """True when a question in one of the five languages asks how many or how much.

    >>> asks_for_figure("Koliko strank se ne pritoži?"), asks_for_figure("How do they complain?")
    (True, False)
    """
    words = folded_words(question)
    return not _WORDS.isdisjoint(words) or not _PAIRS.isdisjoint(pairwise(words))
