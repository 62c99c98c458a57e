import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from kb.embedding.embedded import MODEL_FILE, EmbeddedModel

# A slow machine is no failure: nothing here asserts a time.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def embedded_model() -> EmbeddedModel:
    """The model that comes with kb."""
    return EmbeddedModel()


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same weights as a sentence-transformers folder."""
    from training.export import export

    folder = tmp_path_factory.mktemp("exported")
    export(MODEL_FILE, folder)
    return folder


# A job in the background of a script ignores Ctrl-C, and so would each command that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
