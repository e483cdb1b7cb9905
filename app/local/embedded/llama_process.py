"""The language model's own process: `python -m app.local.embedded.llama_process '{...}'`, one JSON argument.

A process of its own because a fault in native code must not take the service with it, and because its
threads would fight the service's for the interpreter. It prints one line `listening URL` when ready.
"""

import json
import os
import signal
import sys
from typing import TypedDict

import xllamacpp

KEY_VARIABLE = "TURNPOINT_EMBEDDED_LLM_KEY"
"""Where the owner says what callers must know: other users of the machine can read a command line."""
HOST_CACHE_MIB = 256
"""Memory for prompts pushed out of a slot; the server's own default is 8 GB."""


class LlamaOptions(TypedDict):
    """What the owner decides; everything else is fixed below."""

    model: str
    alias: str
    port: int
    threads: int
    slots: int
    context: int
    """Tokens a slot can hold, prompt and answer together."""
    loras: list[str]
    """LoRA adapters as GGUF files, all applied at full strength."""


def parameters(options: LlamaOptions, key: str) -> xllamacpp.CommonParams:
    """The server's settings, chosen by measurement on two cores."""
    params = xllamacpp.CommonParams()
    params.model.path = options["model"]
    params.model_alias = {options["alias"]}
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(path, 1.0) for path in options["loras"]]
    params.hostnames = ["127.0.0.1"]
    params.port = options["port"]
    params.n_parallel = options["slots"]
    # One store shared by all slots: the prompt of n samples is then held once, not n times, and a
    # single long request may use what the others leave. n_ctx is the whole store.
    params.kv_unified = True
    params.n_ctx = options["slots"] * options["context"]
    for cpu in (params.cpuparams, params.cpuparams_batch):
        cpu.n_threads = options["threads"]
        # Waiting threads sleep: busy waiting takes the cores from the rest of the service.
        cpu.poll = 0
    params.cache_ram_mib = HOST_CACHE_MIB
    params.n_gpu_layers = 0
    params.fit_params = False
    params.endpoint_metrics = True
    # Any page in a browser of this machine reaches loopback: whoever asks must know the key, no page of
    # another origin may read what comes back, and nobody reads what others asked.
    params.api_keys = [key]
    params.cors_origins = ""
    params.endpoint_slots = False
    params.endpoint_props = False
    params.ui = False
    return params


def main() -> int:
    """Serve until a signal comes."""
    options: LlamaOptions = json.loads(sys.argv[1])
    server = xllamacpp.Server(parameters(options, os.environ[KEY_VARIABLE]))
    sys.stdout.write(f"listening {server.listening_address}\n")
    sys.stdout.flush()
    signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())
