import signal

import pytest
from hypothesis import HealthCheck, settings

from kb.embedding.embedded import EmbeddedModel

# A slow machine is no failure: nothing here asserts a time.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def embedded_model() -> EmbeddedModel:
    """The model that comes with kb, loaded once: it takes a quarter of a second."""
    return EmbeddedModel()


# A job in the background of a script ignores Ctrl-C, and so would each command that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
