"""A cross encoder of the library as a reranker."""

from pathlib import Path

import pytest

from kb.embedding import ModelOptions, open_reranker
from kb.embedding.cross_encoder import CrossEncoderModel
from kb.errors import ModelNotFound, ModelUnusable
from tests.embedding.tiny_transformer import write_tiny_cross_encoder
from tests.prose import LANGUAGES, SENTENCES, paragraph


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "razvrščevalec"
    write_tiny_cross_encoder(folder)
    return folder


@pytest.fixture(scope="module")
def reranker(folder: Path) -> CrossEncoderModel:
    return CrossEncoderModel(folder)


@pytest.mark.parametrize("language", LANGUAGES)
def test_scores_are_those_of_the_library_between_0_and_1(
    folder: Path, reranker: CrossEncoderModel, language: str
) -> None:
    from sentence_transformers import CrossEncoder

    question, *texts = SENTENCES[language]

    scores = reranker.score(question, texts)

    library = CrossEncoder(str(folder), device="cpu")  # Its own way to 0 to 1 is the sigmoid.
    expected = library.predict([(question, text) for text in texts])
    assert scores == pytest.approx([float(score) for score in expected], abs=1e-5)
    assert all(0 < score < 1 for score in scores)
    assert len(set(scores)) == len(scores)


def test_no_texts_have_no_scores(reranker: CrossEncoderModel) -> None:
    assert reranker.score("Kje?", []) == []


@pytest.mark.parametrize("text", ["", " ", "🙂", paragraph("hi", sentences=400)])
def test_any_text_has_a_score(reranker: CrossEncoderModel, text: str) -> None:
    (score,) = reranker.score("Kje?", [text])

    assert 0 <= score <= 1


def test_a_score_does_not_depend_on_the_batch(folder: Path, reranker: CrossEncoderModel) -> None:
    texts = [sentence for language in LANGUAGES for sentence in SENTENCES[language]]
    single = CrossEncoderModel(folder, options=ModelOptions(batch_size=1))

    assert single.score("कहाँ?", texts) == pytest.approx(reranker.score("कहाँ?", texts), abs=1e-5)


def test_several_labels_are_no_score(tmp_path: Path) -> None:
    write_tiny_cross_encoder(tmp_path / "tri", labels=3)

    with pytest.raises(ModelUnusable, match="it gives 3 labels for a pair, not a score"):
        open_reranker(str(tmp_path / "tri"))


def test_what_is_no_model_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="ni-modela"):
        open_reranker(str(tmp_path / "ni-modela"))
    with pytest.raises(ModelUnusable, match=tmp_path.name):
        open_reranker(str(tmp_path))
