"""Embedding of passages and questions, with a model that runs on the processor."""

import sys

# Where it can import this module, OpenVINO tells Google Analytics that it was imported, from a process that
# it forks while threads run (openvino 2026.4.1): nothing may leave the owner's machine, and such a process
# waits for ever now and then. There is no setting for that but a file in the user's home folder.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
