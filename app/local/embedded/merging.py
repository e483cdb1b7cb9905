"""A base model in GGUF and a low-rank adapter, made one GGUF file without PyTorch.

Merged weights answer as fast as the base's own; an adapter beside them costs two more products a layer.
Formula (Hu et al. 2021): W + alpha / rank * B A. In GGUF the rows of LLaMA's query and key weights stand in
another order than in PyTorch's files: the two halves of a rotary pair are neighbours.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.local.embedded.errors import WeightsError
from app.local.embedded.weights import Report
from app.proposers.llm.adapter import WEIGHTS, Adapter

Float32Array = npt.NDArray[np.float32]

KIND = "Q8_0"
"""Eight bits a weight: what the adapter teaches is finer than four bits can hold."""
_PARTS = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def ensure_merged(base: Path, adapter: Adapter | None, home: Path, report: Report) -> Path:
    """Path of the merged weights, making them first if they are not there: some seconds, 145 MB.

    Without an adapter: the base's own at as many bits, to be compared with merged ones at equal speed.

    Raises:
        WeightsError: base and adapter do not fit, or the file cannot be written.
    """
    taught = adapter.digest[:12] if adapter else "base"
    target = home / "models" / f"{base.stem.rsplit('.', 1)[0]}-{taught}.{KIND}.gguf"
    if target.exists():
        return target
    report("Merging the adapter into the weights" if adapter else "Writing the weights at eight bits", None)
    partial = target.with_suffix(".partial")
    try:
        _merge(base, adapter, partial)
        partial.replace(target)
    except OSError as error:
        raise WeightsError(
            f"The merged weights could not be written to {target.parent} ({error.strerror})"
        ) from error
    except (ValueError, LookupError) as error:
        subject = f"{adapter.folder} does not fit {base.name}" if adapter else f"{base.name} cannot be read"
        raise WeightsError(f"{subject}: {error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return target


def _merge(base: Path, adapter: Adapter | None, path: Path) -> None:
    import gguf
    from safetensors.numpy import load_file

    reader = gguf.GGUFReader(base)
    writer = gguf.GGUFWriter(path, arch=_value(reader, "general.architecture"))
    deltas = _deltas(load_file(adapter.folder / WEIGHTS), adapter, _heads(reader)) if adapter else {}
    _copy_facts(reader, writer)
    kind = gguf.GGMLQuantizationType[KIND]
    for tensor in reader.tensors:
        if not _is_layer_matrix(tensor.name):
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
            continue
        weights = gguf.quants.dequantize(tensor.data, tensor.tensor_type) + deltas.pop(tensor.name, 0)
        writer.add_tensor(tensor.name, gguf.quants.quantize(weights, kind), raw_dtype=kind)
    if deltas:
        raise ValueError(f"the base has no {min(deltas)}")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _is_layer_matrix(name: str) -> bool:
    """Whether an adapter may change it: attention's and the feed-forward part's matrices of a layer."""
    parts = name.split(".")
    return len(parts) == 4 and parts[0] == "blk" and parts[2] in _PARTS.values() and parts[3] == "weight"


def _deltas(
    tensors: dict[str, npt.NDArray[Any]], adapter: Adapter, heads: tuple[int, int]
) -> dict[str, Float32Array]:
    """What the adapter adds to each weight, by the weight's name in GGUF."""
    deltas = {}
    for name, a in tensors.items():
        if not name.endswith(".lora_A.weight"):
            continue
        stem = name.removesuffix(".lora_A.weight")
        b = tensors[f"{stem}.lora_B.weight"].astype(np.float32)
        delta = (adapter.alpha / adapter.rank) * (b @ a.astype(np.float32))
        _, rest = stem.split(".layers.")
        layer, part = rest.split(".", 1)
        if part in ("self_attn.q_proj", "self_attn.k_proj"):
            delta = _reordered(delta, heads[part == "self_attn.k_proj"])
        deltas[f"blk.{layer}.{_PARTS[part]}.weight"] = delta
    return deltas


def _reordered(rows: Float32Array, heads: int) -> Float32Array:
    return rows.reshape(heads, 2, len(rows) // heads // 2, -1).swapaxes(1, 2).reshape(rows.shape)


def _heads(reader: Any) -> tuple[int, int]:
    name = _value(reader, "general.architecture")
    return tuple(_value(reader, f"{name}.attention.head_count{of}") for of in ("", "_kv"))


def _value(reader: Any, key: str) -> Any:
    return reader.fields[key].contents()


def _copy_facts(reader: Any, writer: Any) -> None:
    """All that a GGUF file says of its model, but how its own file is laid out."""
    import gguf

    for key, fact in reader.fields.items():
        if key == gguf.Keys.General.ARCHITECTURE or key.startswith("GGUF."):
            continue
        kind = fact.types[0]
        within = fact.types[-1] if kind is gguf.GGUFValueType.ARRAY else None
        value = gguf.LlamaFileType.MOSTLY_Q8_0 if key == gguf.Keys.General.FILE_TYPE else fact.contents()
        writer.add_key_value(key, value, kind, sub_type=within)
