"""A process that hosts a model for the program that started it, and ends with it.

It answers one message after the other: method, route and body; and back go status and JSON.
"""

import gc
import json
import os
import sys
from pathlib import Path

from app.faces.in_process.framing import read_part, write_message


def main() -> None:
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no reply
    requests = sys.stdin.buffer
    # XGBoost and PyArrow import them wherever they are: 130 MB and a second that a worker has no use for.
    sys.modules.update({"pandas": None, "sklearn": None})  # type: ignore[dict-item]
    from app.faces.in_process.engine import InProcessEngine  # noqa: PLC0415 - behind the line above

    if (told := read_part(requests)) is None:
        return
    settings = json.loads(told)
    engine = InProcessEngine(Path(settings["store"]), settings["name"], settings["work"])
    gc.freeze()  # what was loaded stays, and need not be looked through again and again
    while (method := read_part(requests)) is not None:
        route, body = read_part(requests), read_part(requests)
        if route is None or body is None:
            return
        status, reply = engine.exchange(method.decode(), route.decode(), body)
        write_message(replies, str(status).encode(), reply)


if __name__ == "__main__":
    main()
