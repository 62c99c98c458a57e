"""The layers of the package and who may touch what, read from the source itself."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
PACKAGE = REPOSITORY / "kb"

# A part is a module directly in the package, or a folder with all that is in it. A part imports
# from the layers above it in this table and, without circles, from its own.
LAYERS = {
    "0 words": {"article_errors", "errors", "domain", "vectors", "__init__"},
    "1a pure functions": {
        "abstention",
        "blocks",
        "boilerplate",
        "stages",
        "centre",
        "changes",
        "close_reading",
        "chunking",
        "diagnosis",
        "evaluation",
        "grouping",
        "language_bias",
        "matching",
        "naming",
        "normalization",
        "passage_languages",
        "question_words",
        "reading",
        "rendering",
        "romanised",
        "selection",
        "sentences",
        "spelling",
        "text_languages",
        "word_index",
        "words",
    },
    "1b adapters": {
        *("config", "corpus", "durable", "embedding", "language", "store", "vector_index"),
    },
    "2 use cases": {
        *("answering", "collecting", "derived", "doctor", "freshness", "indexing", "judging"),
        *("listing", "reranking", "retrieval", "scoring"),
    },
    "3 edge": {"cli", "__main__"},
}
LAYER_OF = {part: place for place, parts in enumerate(LAYERS.values()) for part in parts}
ADAPTERS = LAYERS["1b adapters"]

# Which adapter may import which other one, and why.
BETWEEN_ADAPTERS: dict[tuple[str, str], str] = {
    ("corpus", "durable"): "articles are written whole or not at all",
    ("store", "durable"): "so is what lies in the index folder",
}

ONLY_IMPORTERS = {
    "torch": {"kb.embedding.cross_encoder"},
    "transformers": {"kb.embedding.loading"},
    "sentence_transformers": {"kb.embedding.sentence_transformer", "kb.embedding.cross_encoder"},
    "huggingface_hub": {"kb.embedding.hub", "kb.embedding.local_models"},
    "faiss": {"kb.vector_index"},
    "sqlite3": {
        *("kb.store.database", "kb.store.schema", "kb.store.reader", "kb.store.writer"),
        *("kb.store.generations", "kb.store.answers", "kb.store.inspection", "kb.store.backup"),
    },
    "filelock": {"kb.store.lock"},
    "langdetect": {"kb.language"},
    "sentencex": {"kb.sentences"},
    "yaml": {"kb.corpus.front_matter"},
    "lxml": {"kb.corpus.pages"},
    "trafilatura": {"kb.corpus.pages"},
    "tomllib": {"kb.config"},
    "rich": {"kb.cli.terminal"},
}
HEAVY = {"torch", "transformers", "sentence_transformers", "faiss", "langdetect"}
HEAVY |= {"huggingface_hub", "lxml", "trafilatura"}

# Who touches files, and which: articles are read by the corpus alone.
FILE_USERS = {
    "kb.config": "kb.toml",
    "kb.corpus.folder": "articles",
    "kb.corpus.writing": "articles that are replaced, to keep them",
    "kb.corpus.sources": "files to be added as articles",
    "kb.durable": "what is written in the index folder, and articles",
    "kb.language": "the profiles of langdetect",
    "kb.embedding.known_words": "the words that come with kb",
    "kb.embedding.local_models": "model folders",
    "kb.embedding.model_file": "the model that comes with kb",
    "kb.embedding.sentence_transformer": "a model folder",
    "kb.store.backup": "a backup",
    "kb.store.inspection": "the names in the index folder",
    "kb.store.reader": "the FAISS file",
    "kb.store.database": "the database, to learn why SQLite cannot open it",
    "kb.store.generations": "the FAISS files of older generations",
    "kb.store.lock": "who holds the lock",
    "kb.cli.bundled": "the example corpus, copied to a temporary folder",
    "kb.cli.eval": "question sets and saved runs",
    "kb.cli.export": "the Markdown file asked for",
    "kb.cli.search": "a batch of questions",
    "kb.cli.terminal": "nothing, in place of a closed stream",
}
FILE_METHODS = {
    *("open", "read_text", "read_bytes", "write_text", "write_bytes", "from_file"),
    *("scandir", "listdir", "iterdir", "walk", "glob", "rglob", "copytree", "copyfile"),
}

IMPURE = {"io", "os", "pathlib", "random", "shutil", "sqlite3", "subprocess", "sys", "tempfile"}
IMPURE |= {"socket", "threading", "time"}


@dataclass(frozen=True)
class Module:
    name: str
    path: Path
    tree: ast.Module

    @property
    def part(self) -> str:
        return part_of(self.name)

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(self.tree)

    def imports(self) -> set[str]:
        """Return every module imported anywhere in this one, also for types only."""
        return {name for node in self.nodes() for name in imported_by(node)}

    def imports_at_once(self) -> set[str]:
        """Return the modules that importing this one imports too."""
        return {name for node in run_at_import(self.tree) for name in imported_by(node)}

    def calls(self) -> set[str]:
        """Return the names of what is called, `read_text` for `path.read_text(...)`."""
        return {called(node.func) for node in self.nodes() if isinstance(node, ast.Call)}


def part_of(name: str) -> str:
    """`kb.store.reader` belongs to `store`, `kb` itself to `__init__`."""
    return name.split(".")[1] if "." in name else "__init__"


@cache
def modules() -> dict[str, Module]:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        name = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
        name = name.removesuffix(".__init__")
        found[name] = Module(name, path, ast.parse(path.read_text(encoding="utf-8")))
    return found


def imported_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.module is not None, "relative imports hide the layer"
        for alias in node.names:
            inner = f"{node.module}.{alias.name}"
            yield inner if inner in modules() else node.module


def run_at_import(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        is_for_types = isinstance(node, ast.If) and called(node.test) == "TYPE_CHECKING"
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or is_for_types:
            continue
        yield node
        yield from run_at_import(node)


def called(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def touches_files(node: ast.AST) -> bool:
    """True for `open(...)` and for methods: a function named `read_text` may be an argument."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id == "open"
    return called(node.func) in FILE_METHODS or ast.unparse(node.func) == "np.memmap"


def own_imports(module: Module) -> set[str]:
    return {part_of(name) for name in module.imports() if name.split(".")[0] == "kb"} - {
        module.part
    }


def in_layer(name: str) -> list[Module]:
    return [module for module in modules().values() if module.part in LAYERS[name]]


each_module = pytest.mark.parametrize("module", modules().values(), ids=modules())


# Layers


def test_the_table_names_every_part_once() -> None:
    parts = {module.part for module in modules().values()}

    assert parts == set(LAYER_OF)
    assert len(LAYER_OF) == sum(map(len, LAYERS.values()))


@each_module
def test_a_module_imports_only_from_its_layer_and_those_below(module: Module) -> None:
    above = {part for part in own_imports(module) if LAYER_OF[part] > LAYER_OF[module.part]}

    assert not above


@pytest.mark.parametrize("module", in_layer("1b adapters"), ids=lambda module: module.name)
def test_adapters_do_not_import_each_other(module: Module) -> None:
    others = {(module.part, part) for part in own_imports(module) & ADAPTERS}

    assert others <= set(BETWEEN_ADAPTERS)


def test_parts_do_not_import_each_other_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for module in modules().values():
        graph.setdefault(module.part, set()).update(own_imports(module))

    assert set(TopologicalSorter(graph).static_order()) == set(LAYER_OF)


@pytest.mark.parametrize("module", in_layer("1a pure functions"), ids=lambda module: module.name)
def test_pure_functions_do_no_input_or_output(module: Module) -> None:
    assert not {name.split(".")[0] for name in module.imports()} & IMPURE
    assert not module.calls() & {"open", "print", "now", "today"}


@pytest.mark.parametrize("module", in_layer("2 use cases"), ids=lambda module: module.name)
def test_use_cases_are_given_their_adapters(module: Module) -> None:
    constructors = {"Corpus", "IndexReader", "IndexWriter", "FlatFaissIndex", "open_embedder"}

    assert not module.calls() & (constructors | {"load_settings"})


# Who may touch what


@pytest.mark.parametrize("library", ONLY_IMPORTERS)
def test_a_library_is_imported_by_its_adapter_only(library: str) -> None:
    importers = {
        name
        for name, module in modules().items()
        if library in {imported.split(".")[0] for imported in module.imports()}
    }

    assert importers <= ONLY_IMPORTERS[library]


@each_module
def test_heavy_libraries_are_imported_when_they_are_needed(module: Module) -> None:
    assert not {name.split(".")[0] for name in module.imports_at_once()} & HEAVY


def test_only_the_configuration_reads_the_environment() -> None:
    readers = {
        name
        for name, module in modules().items()
        for node in module.nodes()
        if (isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"})
        or (isinstance(node, ast.alias) and node.name in {"environ", "environb", "getenv"})
    }

    assert readers == {"kb.config"}


def test_files_are_touched_only_where_the_table_says() -> None:
    users = {name for name, module in modules().items() if any(map(touches_files, module.nodes()))}

    assert users == set(FILE_USERS)


@each_module
def test_nothing_is_unpickled_or_evaluated(module: Module) -> None:
    imported = {name.split(".")[0] for name in module.imports()}
    evaluated = {
        node.func.id
        for node in module.nodes()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    allowed = [
        node.value
        for node in module.nodes()
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle"
    ]

    assert not imported & {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
    assert not evaluated & {"eval", "exec", "compile", "__import__"}
    assert all(isinstance(value, ast.Constant) and value.value is False for value in allowed)


# Files


@each_module
def test_a_module_has_a_name_that_says_what_it_is(module: Module) -> None:
    names = set(module.path.relative_to(REPOSITORY).with_suffix("").parts)

    assert not names & {"util", "utils", "helper", "helpers", "common", "manager", "misc"}


@each_module
def test_a_file_tells_one_story_in_at_most_400_lines(module: Module) -> None:
    assert len(module.path.read_text(encoding="utf-8").splitlines()) <= 400
    assert ast.get_docstring(module.tree)


# What a fresh interpreter loads

RUN_AND_LIST = """
import sys
try:
    from kb.cli import main
    main()
except SystemExit as end:
    print("exit", end.code or 0)
print("loaded", *sys.modules)
"""


def loaded_by(code: str, *arguments: str, folder: Path) -> set[str]:
    """Return the packages loaded when a new process has run `code`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("KB_")}
    done = subprocess.run(
        (sys.executable, "-c", code, *arguments),
        cwd=folder,
        env={**kept, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    *_, end, modules_line = done.stdout.splitlines()
    assert end == "exit 0"
    return {name.split(".")[0] for name in modules_line.split()[1:]}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("init", "--help"),
        ("build", "--help"),
        ("ask", "--help"),
        ("search", "--help"),
        ("export", "--help"),
        ("add", "--help"),
        ("remove", "--help"),
        ("list", "--help"),
        ("show", "--help"),
        ("open", "--help"),
        ("status", "--help"),
        ("doctor", "--help"),
        ("backup", "--help"),
        ("restore", "--help"),
        ("models", "--help"),
        ("models", "pull", "--help"),
    ],
    ids=" ".join,
)
def test_help_and_version_load_nothing_heavy(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert not loaded_by(RUN_AND_LIST, *arguments, folder=tmp_path) & {*HEAVY, "numpy", "rich"}


def test_importing_the_package_loads_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys, kb; print('exit 0'); print('loaded', *sys.modules)"

    assert not loaded_by(code, folder=tmp_path) & {*HEAVY, "numpy", "typer"}


def test_asking_with_the_embedded_model_loads_no_torch(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    article = "Trajekt Halcyon prepluje ožino v 26 minutah."
    (tmp_path / "corpus/trajekt.md").write_text(article, encoding="utf-8")

    loaded = loaded_by(RUN_AND_LIST, "ask", article, folder=tmp_path)

    assert not loaded & {"torch", "transformers", "sentence_transformers", "tokenizers"}
    assert not loaded & {"trafilatura", "lxml"}
    assert {"faiss", "numpy"} <= loaded
