"""Writes a GGUF model in Hugging Face's form: `python export_base.py model.gguf folder`.

A script of its own, since it runs in vLLM's environment, which has transformers but not this package.
"""

import sys
from pathlib import Path


def main(source: Path, folder: Path) -> None:
    """Dequantise to bfloat16 and write weights, configuration and tokenizer; the folder appears when done."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    where = {"pretrained_model_name_or_path": str(source.parent), "gguf_file": source.name}
    partial = folder.with_suffix(".partial")
    AutoTokenizer.from_pretrained(**where).save_pretrained(partial)
    model = AutoModelForCausalLM.from_pretrained(
        **where, dtype=torch.bfloat16, quantization_config=GgufConfig(dequantize=True)
    )
    model.save_pretrained(partial)
    partial.rename(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
