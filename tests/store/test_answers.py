from collections.abc import Sequence
from pathlib import Path
from threading import Thread

import pytest

from kb.domain import PassageId
from kb.errors import IndexMissing
from kb.store import IndexWriter, SavedAnswer, load_answers, save_answer
from kb.vectors import Matrix
from tests.store.publishing import ARTICLES, publish, publish_in, serialize

CONTENTS = ('{"question": "Kaj melje mlin?"}', "चक्की क्या पीसती है?", "łódź 🙂\r\n'\"--", "")


def save_all(folder: Path) -> list[SavedAnswer]:
    return [
        SavedAnswer(save_answer(folder, asked_at=f"2026-02-0{i}", content=content), content)
        for i, content in enumerate(CONTENTS, start=1)
    ]


def test_answers_come_back_as_saved_oldest_first(tmp_path: Path) -> None:
    saved = save_all(publish_in(tmp_path))

    assert load_answers(tmp_path) == tuple(saved)
    assert [answer.id for answer in saved] == [1, 2, 3, 4]


def test_answers_survive_rebuilds(tmp_path: Path) -> None:
    saved = save_all(publish_in(tmp_path))

    with IndexWriter(tmp_path) as writer:
        publish(writer, {"sl/novo.md": "Nov mlin."}, removed=ARTICLES)
        publish(writer, ARTICLES)

    assert load_answers(tmp_path) == tuple(saved)


def test_an_answer_saved_during_a_build_is_kept(tmp_path: Path) -> None:
    publish_in(tmp_path)

    with IndexWriter(tmp_path) as writer:
        saved = save_all(tmp_path)
        publish(writer, {}, removed=["sl/mlin.md"])

    assert load_answers(tmp_path) == tuple(saved)


def test_an_answer_saved_while_a_generation_is_published_is_kept(tmp_path: Path) -> None:
    publish_in(tmp_path)
    saved: list[SavedAnswer] = []
    saving = Thread(target=lambda: saved.extend(save_all(tmp_path)))

    def serialize_while_saving(ids: Sequence[PassageId], vectors: Matrix) -> bytes:
        saving.start()
        saving.join(0.1)
        assert not saved  # It waits for the commit, which is near.
        return serialize(ids, vectors)

    with IndexWriter(tmp_path) as writer:
        publish(writer, {}, removed=["sl/mlin.md"], serialize_vectors=serialize_while_saving)
    saving.join()

    assert load_answers(tmp_path) == tuple(saved)
    assert len(saved) == len(CONTENTS)


def test_answers_move_with_the_index(tmp_path: Path) -> None:
    saved = save_all(publish_in(tmp_path / "index"))

    assert load_answers((tmp_path / "index").rename(tmp_path / "drugje")) == tuple(saved)


def test_without_an_index_there_are_no_answers_to_load(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="kb build"):
        load_answers(tmp_path)
