"""A model trained for seconds on a made-up language pair."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from torch.nn.functional import cross_entropy, embedding_bag, normalize

from training.agreement import agreeing
from training.cleaning import Pair
from training.contrastive import Adam, Bags, info_nce, step
from training.evaluation import StaticModel
from training.pairs import token_pairs
from training.training import Recipe, Stage, train
from training.vocabulary import train_vocabulary

WORDS = 300
PAIRS = 2_000
HELD_OUT = 200
TRANSLATIONS = [("sl", "pes"), ("pl", "pies"), ("hi", "कुत्ता")]
BACKWARDS = ["the old house", "a dog", "stary dom", "pies"]
RECIPE = Recipe(
    pieces=1_000,
    dimension=32,
    rough=Stage(steps=50),
    main=Stage(steps=150),
    settling=Stage(steps=50, restated=0.5),
    batch=256,
)


@pytest.fixture(scope="module")
def sentences() -> list[Pair]:
    """Word for word translations between two languages that share no word."""
    rng = np.random.default_rng(1)
    english = _made_up_words(rng, "bdgkmnprt", "aeiou")
    polish = _made_up_words(rng, "czswłżhj", "yąęó")
    chosen = [rng.choice(WORDS, 6, replace=False) for _ in range(PAIRS + HELD_OUT)]
    return [
        Pair(" ".join(english[i] for i in words), " ".join(polish[i] for i in words), "pl", "toy")
        for words in chosen
    ]


def test_two_thousand_pairs_teach_a_model_to_find_translations_it_never_saw(
    sentences: Sequence[Pair],
) -> None:
    model = _train(sentences[:PAIRS])
    assert _found(model, sentences[PAIRS:]) > 0.8  # Chance finds one in two hundred.


def test_restatements_teach_what_no_translation_says(sentences: Sequence[Pair]) -> None:
    translations = sentences[:PAIRS]
    restated = [
        Pair(one.english, other.translation, "pl", "toy")
        for one, other in zip(sentences[:150], sentences[150:300], strict=True)
    ]
    before, after = _train(translations), _train(translations, restated)
    assert _found(after, restated) > _found(before, restated) + 0.5


def test_the_same_seed_gives_the_same_weights(sentences: Sequence[Pair]) -> None:
    one, other = (_train(sentences[:100]) for _ in range(2))
    assert np.array_equal(one.weights, other.weights)


def test_pairs_that_do_not_agree_are_left_out(sentences: Sequence[Pair]) -> None:
    right, wrong = sentences[:1_800], sentences[1_800:PAIRS]
    shuffled = [
        Pair(pair.english, other.translation, "pl", "toy")
        for pair, other in zip(wrong, [*wrong[1:], wrong[0]], strict=True)
    ]
    model = _train(right)
    data = token_pairs([*right, *shuffled], model.tokenizer)
    kept = agreeing(data, model.weights, left_out=0.1).pairs["en", "pl"]
    expected = data.pairs["en", "pl"][: len(right)]
    assert len(kept) == len(expected)
    assert len({tuple(pair) for pair in kept} & {tuple(pair) for pair in expected}) > 1_790


def test_translations_of_the_same_english_are_pairs_too() -> None:
    same = [Pair("a dog", text, language, "toy") for language, text in TRANSLATIONS]
    data = token_pairs(same, _tokenizer(same))
    assert set(data.pairs) == {
        ("en", "hi"),
        ("en", "pl"),
        ("en", "sl"),
        ("hi", "pl"),
        ("hi", "sl"),
        ("pl", "sl"),
    }


def test_bags_hold_the_tokens_of_the_texts_asked_for() -> None:
    pairs = [Pair("a dog", "pies", "pl", "toy"), Pair("the old house", "stary dom", "pl", "toy")]
    tokenizer = _tokenizer(pairs)
    data = token_pairs(pairs, tokenizer)
    left, right = data.pairs["en", "pl"][::-1].T
    expected = [tokenizer.encode(text, add_special_tokens=False).ids for text in BACKWARDS]
    assert _split(data.bags(left)) + _split(data.bags(right)) == expected


def test_gradients_of_the_loss_agree_with_automatic_differentiation() -> None:
    torch.manual_seed(1)
    u, v = (normalize(torch.randn(7, 5, dtype=torch.float64)).requires_grad_() for _ in range(2))
    similarities = 14 * u @ v.T
    right = torch.arange(7)
    expected = (cross_entropy(similarities, right) + cross_entropy(similarities.T, right)) / 2
    torch.autograd.backward(expected)
    loss, for_u, for_v = info_nce(u.detach(), v.detach(), 14)
    assert loss == pytest.approx(expected.item())
    torch.testing.assert_close(for_u, u.grad)
    torch.testing.assert_close(for_v, v.grad)


def test_a_step_is_that_of_adam_with_automatic_differentiation() -> None:
    torch.manual_seed(1)
    table = torch.randn(6, 4)
    reference = table.clone().requires_grad_()
    bags = [_bags([0, 1, 1], [2, 3]), _bags([4], [5, 0])]
    adam, expected = Adam(table), torch.optim.Adam([reference], lr=0.1)
    for _ in range(3):
        with torch.no_grad():
            step(table, adam, *bags, scale=14, rate=0.1)
        u, v = (
            normalize(embedding_bag(torch.from_numpy(b.tokens), reference, _starts(b), mode="sum"))
            for b in bags
        )
        right = torch.arange(2)
        similarities = 14 * u @ v.T
        loss = (cross_entropy(similarities, right) + cross_entropy(similarities.T, right)) / 2
        expected.zero_grad()
        torch.autograd.backward(loss)
        expected.step()
        torch.testing.assert_close(table, reference.detach())


def _bags(*texts: list[int]) -> Bags:
    lengths = np.array([len(text) for text in texts])
    return Bags(np.concatenate([np.array(text) for text in texts]), lengths)


def _starts(bags: Bags) -> torch.Tensor:
    return torch.from_numpy(np.cumsum(bags.lengths) - bags.lengths)


def _split(bags: Bags) -> list[list[int]]:
    parts = np.split(bags.tokens, np.cumsum(bags.lengths)[:-1])
    return [part.tolist() for part in parts]


def _made_up_words(rng: np.random.Generator, consonants: str, vowels: str) -> list[str]:
    words: set[str] = set()
    while len(words) < WORDS:
        words.add("".join(rng.choice(list(letters)) for letters in (consonants, vowels) * 3))
    return sorted(words)


def _tokenizer(pairs: Sequence[Pair]) -> Tokenizer:
    texts = [text for pair in pairs for text in (pair.english, pair.translation)]
    return train_vocabulary(texts, RECIPE.pieces)


def _train(translations: Sequence[Pair], restatements: Sequence[Pair] = ()) -> StaticModel:
    tokenizer = _tokenizer(translations)
    texts, restated = (
        token_pairs(pairs, tokenizer) for pairs in (translations, restatements or translations)
    )
    return StaticModel(tokenizer, train(texts, restated, RECIPE))


def _found(model: StaticModel, pairs: Sequence[Pair]) -> float:
    """Return the share of pairs whose English is nearest to its own translation."""
    english = model.means([pair.english for pair in pairs])
    translations = model.means([pair.translation for pair in pairs])
    nearest = (english @ translations.T).argmax(axis=1)
    return float((nearest == np.arange(len(pairs))).mean())
