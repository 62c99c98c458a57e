"""Each kind of damage is found, and what a finding names as the fix makes the index healthy."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.corpus import Corpus
from kb.diagnosis import BUILD, FULL_BUILD, REPAIR, Diagnosis, Fault, Severity
from kb.doctor import Instruments, diagnose, repair
from kb.embedding import Embedder
from kb.embedding.embedded import EmbeddedModel
from kb.errors import IndexMissing, ModelNotFound
from kb.store import IndexInspector, IndexReader, IndexState, IndexWriter, survey_folder
from kb.vector_index import FlatFaissIndex
from tests.damage import DEEP, SHALLOW, Damage, database, flip, run, vector, vectors_file
from tests.fakes import FakeEmbedder
from tests.workspace import Workspace, contents, serialize, write_library

EMBEDDER = FakeEmbedder()

each_damage = pytest.mark.parametrize(
    ("fault", "damage"),
    [pytest.param(fault, damage, id=f"{fault.code}: {how}") for fault, how, damage in SHALLOW],
)
each_deep_damage = pytest.mark.parametrize(
    ("fault", "damage"),
    [pytest.param(fault, damage, id=f"{fault.code}: {how}") for fault, how, damage in DEEP],
)


@pytest.fixture(scope="session")
def healthy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("healthy")
    workspace = Workspace(folder)
    write_library(workspace)
    workspace.build(EMBEDDER)
    return folder


@pytest.fixture
def workspace(healthy_folder: Path, tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path)
    shutil.copytree(healthy_folder, tmp_path, dirs_exist_ok=True)
    workspace.build(EMBEDDER)  # The copies are other files to the index.
    return workspace


def instruments(workspace: Workspace, open_model: Callable[[IndexState], Embedder]) -> Instruments:
    return Instruments(
        survey=survey_folder(workspace.index_folder),
        open_inspector=lambda: IndexInspector(workspace.index_folder),
        open_vectors=FlatFaissIndex.from_bytes,
        open_model=open_model,
        open_corpus=lambda: workspace.corpus,
    )


def examine(workspace: Workspace, *, deep: bool = False) -> Diagnosis:
    return diagnose(instruments(workspace, lambda _: EMBEDDER), deep=deep)


def files_of(folder: Path) -> dict[str, bytes]:
    """Return all files but those that SQLite keeps beside a database for its readers."""
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    }


@pytest.mark.parametrize("deep", [False, True])
def test_a_healthy_index_has_no_findings(workspace: Workspace, *, deep: bool) -> None:
    diagnosis = examine(workspace, deep=deep)

    assert diagnosis.findings == ()
    assert diagnosis.is_healthy


def test_an_index_with_a_history_has_no_findings(workspace: Workspace) -> None:
    workspace.write("hi/नया.md", "चक्की रोज़ चलती है।")
    workspace.build(EMBEDDER)
    workspace.path("ro/muzeu.txt").unlink()
    workspace.build(EMBEDDER)

    assert examine(workspace, deep=True).faults <= {Fault.EMBEDDING_UNUSED}


def test_a_text_without_words_has_no_direction_and_is_healthy(workspace: Workspace) -> None:
    vector(*[0.0] * 64)(workspace.index_folder)
    vectors_file(workspace.index_folder).unlink()
    repaired(workspace)

    assert examine(workspace, deep=True).findings == ()


@each_damage
def test_damage_is_found(workspace: Workspace, fault: Fault, damage: Damage) -> None:
    damage(workspace.index_folder)

    diagnosis = examine(workspace)

    assert fault in diagnosis.faults
    assert diagnosis.is_healthy == (fault.severity is Severity.NOTICE)


@each_deep_damage
def test_damage_that_looks_whole_is_found_when_everything_is_compared(
    workspace: Workspace, fault: Fault, damage: Damage
) -> None:
    damage(workspace.index_folder)

    assert fault in examine(workspace, deep=True).faults


@pytest.mark.parametrize(
    ("fault", "damage"),
    [
        pytest.param(fault, damage, id=f"{fault.code}: {how}")
        for fault, how, damage in [*SHALLOW, *DEEP]
        if fault.fix in {BUILD, FULL_BUILD, REPAIR} and fault is not Fault.DATABASE_OUTDATED
    ],
)
def test_the_fix_that_a_finding_names_makes_the_index_healthy(
    workspace: Workspace, fault: Fault, damage: Damage
) -> None:
    before = contents(workspace)
    damage(workspace.index_folder)

    if fault.fix == REPAIR:
        repaired(workspace)
        if fault is Fault.PASSAGE_STRAY:  # Its document is new again.
            workspace.build(EMBEDDER)
    else:
        workspace.build(EMBEDDER, full=fault.fix == FULL_BUILD)

    assert fault not in examine(workspace, deep=True).faults
    assert examine(workspace, deep=True).is_healthy
    assert contents(workspace) == before


def repaired(workspace: Workspace) -> tuple[str, ...]:
    diagnosis = examine(workspace)
    with IndexWriter(workspace.index_folder) as writer:
        return repair(diagnosis, writer, serialize)


@each_damage
def test_nothing_is_written_without_repair(
    workspace: Workspace, fault: Fault, damage: Damage
) -> None:
    damage(workspace.index_folder)
    before = files_of(workspace.index_folder)

    examine(workspace, deep=True)

    assert fault
    assert files_of(workspace.index_folder) == before


def test_a_repair_says_what_it_did(workspace: Workspace) -> None:
    for fault, _, damage in SHALLOW:
        if fault in {Fault.LEFTOVER_FILE, Fault.VECTORS_FILE_MISSING, Fault.EMBEDDING_UNUSED}:
            damage(workspace.index_folder)

    assert repaired(workspace) == (
        "removed leftover files",
        "made the FAISS file again from the stored vectors",
        "removed vectors that no passage uses: 2",
    )
    assert repaired(workspace) == ()


def test_a_healthy_index_is_left_as_it_is_by_a_repair(workspace: Workspace) -> None:
    with workspace.reader() as reader:
        before = reader.state

    assert repaired(workspace) == ()
    with workspace.reader() as reader:
        assert reader.state == before


def test_what_loses_its_stray_passages_becomes_another_generation(workspace: Workspace) -> None:
    run("DELETE FROM documents WHERE id = (SELECT min(id) FROM documents)")(workspace.index_folder)

    assert repaired(workspace) == (
        "removed passages that belong to no document: 1",
        "removed vectors that no passage uses: 1",
    )

    with IndexReader(workspace.index_folder) as reader:
        assert reader.state.generation == 2
        assert reader.passage_ids() == reader.vectors()[0]


@pytest.mark.parametrize(
    "damage",
    [damage for fault, _, damage in SHALLOW if fault is Fault.VECTOR_INVALID],
)
def test_the_faiss_file_is_not_made_of_vectors_that_are_wrong(
    workspace: Workspace, damage: Damage
) -> None:
    damage(workspace.index_folder)
    for path in workspace.index_folder.glob("*.faiss"):
        path.unlink()

    assert repaired(workspace) == ()
    assert Fault.VECTORS_FILE_MISSING in examine(workspace).faults


def test_an_index_that_is_not_there_is_no_finding(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)

    with pytest.raises(IndexMissing):
        examine(workspace)
    workspace.index_folder.mkdir()
    with pytest.raises(IndexMissing):
        examine(workspace)


def test_a_model_that_is_gone_or_another_one_is_found(workspace: Workspace) -> None:
    def gone(state: IndexState) -> Embedder:
        raise ModelNotFound(state.model)

    missing = diagnose(instruments(workspace, gone))
    changed = diagnose(instruments(workspace, lambda _: FakeEmbedder(name="other")))

    assert missing.faults == {Fault.MODEL_UNUSABLE}
    assert changed.faults == {Fault.MODEL_CHANGED}


@pytest.mark.parametrize("tokens", [b"", b"\1\0\0\0", b"\1", None])
def test_words_that_the_model_would_not_read_are_found(
    workspace: Workspace, embedded_model: EmbeddedModel, tokens: bytes | None
) -> None:
    workspace.build(embedded_model)
    whole = diagnose(instruments(workspace, lambda _: embedded_model), deep=True)
    run(
        "UPDATE embeddings SET tokens = ? WHERE digest ="
        " (SELECT embedding_digest FROM passages ORDER BY id LIMIT 1)",
        tokens,
    )(workspace.index_folder)

    found = diagnose(instruments(workspace, lambda _: embedded_model), deep=True)
    workspace.build(embedded_model, full=True)
    fixed = diagnose(instruments(workspace, lambda _: embedded_model), deep=True)

    assert found.faults - whole.faults == {Fault.TOKENS_DIFFER, Fault.WORD_INDEX_DIFFERS}
    assert fixed.findings == ()


def test_a_corpus_that_is_gone_is_a_notice(workspace: Workspace) -> None:
    shutil.rmtree(workspace.corpus_folder)

    assert examine(workspace).findings == ()
    diagnosis = examine(workspace, deep=True)

    assert diagnosis.faults == {Fault.CORPUS_UNREADABLE}
    assert diagnosis.is_healthy


def test_articles_that_changed_since_the_build_are_not_compared(workspace: Workspace) -> None:
    workspace.write("sl/knjiznica.md", "Drugo.")
    workspace.path("pl/latarnia.md").unlink()

    diagnosis = examine(workspace, deep=True)

    assert diagnosis.findings == ()
    assert diagnosis.checks[-1].seen == "8 compared, 2 changed since the build"


def test_what_the_file_system_refuses_is_found(workspace: Workspace) -> None:
    tools = instruments(workspace, lambda _: EMBEDDER)
    survey = replace(
        tools.survey, is_writable=False, unreadable=("kb.sqlite3",), free_bytes=1, size_bytes=2
    )

    diagnosis = diagnose(replace(tools, survey=survey))

    assert diagnosis.faults == {
        Fault.FOLDER_READ_ONLY,
        Fault.FILE_UNREADABLE,
        Fault.DISK_LOW,
    }


def test_every_fault_is_caused_by_a_test() -> None:
    caused_above = {
        Fault.TOKENS_DIFFER,
        Fault.MODEL_UNUSABLE,
        Fault.MODEL_CHANGED,
        Fault.CORPUS_UNREADABLE,
        Fault.FOLDER_READ_ONLY,
        Fault.FILE_UNREADABLE,
        Fault.DISK_LOW,
        *(Fault.WORD_INDEX_DAMAGED, Fault.WORD_INDEX_DIFFERS),  # tests/test_derived.py
    }

    assert {fault for fault, _, _ in [*SHALLOW, *DEEP]} | caused_above == set(Fault)


@pytest.fixture(scope="session")
def broken(healthy_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("broken")
    workspace = Workspace(folder)
    shutil.copytree(healthy_folder, folder, dirs_exist_ok=True)
    return workspace


@given(share=st.floats(0, 0.9999))
@settings(max_examples=25)
def test_a_database_cut_short_is_found_wherever_it_ends(
    broken: Workspace, healthy_folder: Path, share: float
) -> None:
    whole = database(healthy_folder / "index").read_bytes()
    replace_database(broken, whole[: int(len(whole) * share)])

    assert not examine(broken, deep=True).is_healthy


@given(
    flips=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)), min_size=1, max_size=40
    )
)
@settings(max_examples=60)
def test_no_flipped_bits_make_the_doctor_fail_or_write(
    broken: Workspace, healthy_folder: Path, flips: list[tuple[float, int]]
) -> None:
    content = database(healthy_folder / "index").read_bytes()
    for place, bit in flips:
        content = flip(content, int(place * len(content)), bit)
    replace_database(broken, content)
    before = files_of(broken.index_folder)

    examine(broken, deep=True)

    assert files_of(broken.index_folder) == before


def replace_database(workspace: Workspace, content: bytes) -> None:
    for path in workspace.index_folder.glob("kb.sqlite3-*"):
        path.unlink()
    database(workspace.index_folder).write_bytes(content)


def test_every_number_of_a_vector_counts(workspace: Workspace) -> None:
    """A number that changes neither length nor count is seen by the FAISS file."""
    with workspace.reader() as reader:
        _, vectors = reader.vectors()
    vector(*(-float(value) for value in vectors[0]))(workspace.index_folder)

    assert examine(workspace).faults == {Fault.VECTORS_FILE_DIFFERS}


def test_the_example_articles_make_a_healthy_index(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    shutil.copytree(
        Path(__file__).parents[1] / "corpus", workspace.corpus_folder, dirs_exist_ok=True
    )
    workspace.build(EMBEDDER)

    for language in ("sl", "pl", "hi", "ro"):
        assert examine(workspace, deep=True).findings == ()
        shutil.rmtree(workspace.corpus_folder / language)
        if language != "ro":
            workspace.build(EMBEDDER, prune=True)
            with IndexWriter(workspace.index_folder) as writer:
                writer.forget_unused_embeddings()


def test_the_corpus_is_opened_only_to_compare_everything(workspace: Workspace) -> None:
    tools = replace(
        instruments(workspace, lambda _: EMBEDDER), open_corpus=lambda: Corpus(Path("nowhere"))
    )

    assert diagnose(tools).findings == ()
