"""A Hugging Face hub of one model, on this machine: as much of its interface as a download needs."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

COMMIT = "89abcdef0123456789abcdef0123456789abcdef"


class Hub(BaseHTTPRequestHandler):
    """Answers for one model."""

    name: str
    files: dict[str, bytes]

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        about = f"/api/models/{self.name}"
        if path.startswith((f"/{self.name}/resolve/", f"/api/resolve-cache/models/{self.name}/")):
            self._answer_file(path.partition(COMMIT)[2].lstrip("/"))
        elif path in (about, f"{about}/revision/main"):
            self._answer(json.dumps({"id": self.name, "sha": COMMIT}).encode())
        elif path.startswith(f"{about}/tree/"):
            self._answer(json.dumps([_listed(*file) for file in self.files.items()]).encode())
        else:
            self._answer(b"", 404, {"X-Error-Code": "RepoNotFound"})

    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal is the test's."""

    def _answer_file(self, path: str) -> None:
        content = self.files[path]
        marks = {"X-Repo-Commit": COMMIT, "ETag": f'"{_digest(content)}"'}
        self._answer(content, 200, marks)

    def _answer(
        self, content: bytes, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)


@contextmanager
def serve_model(name: str, folder: Path) -> Iterator[str]:
    """Yield the address of a hub that has the model in `folder` under `name`, and no other."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    handler = type("HubOfOneModel", (Hub,), {"name": name, "files": files})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def _listed(path: str, content: bytes) -> dict[str, object]:
    return {"type": "file", "path": path, "size": len(content), "oid": _digest(content)}


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:40]
