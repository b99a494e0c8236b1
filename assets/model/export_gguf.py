#!/usr/bin/env python3
"""Write the trained model as a GGUF file (version 3, Q8_0 matrices, F32 norms).

Reads ``model.npz`` and ``tokenizer.json`` of the build folder.  The rotary
convention of the training is already the one of llama.cpp's ``llama``
architecture, so no tensor needs a permutation.  The output matrix is tied to
the embedding: ``output.weight`` is left out.
"""

from __future__ import annotations

import argparse
import json
import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from train_tokenizer import Tokenizer

ALIGNMENT = 32
BLOCK = 32  # weights in one Q8_0 block
TYPE_F32, TYPE_Q8_0 = 0, 8
FILE_TYPE_MOSTLY_Q8_0 = 7
TOKEN_NORMAL, TOKEN_CONTROL = 1, 3

CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

# GGUF value types used here: (type id, struct format)
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
SCALAR_FORMAT = {UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?"}


def quantize_q8_0(matrix: np.ndarray) -> bytes:
    """Blocks of 32 weights: one float16 scale, then 32 int8; halves are rounded away from zero."""
    blocks = matrix.astype(np.float32).reshape(-1, BLOCK)
    scale = np.abs(blocks).max(axis=1) / np.float32(127)
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale != 0)
    scaled = (blocks * inverse[:, None]).astype(np.float64)
    rounded = np.trunc(scaled + np.copysign(0.5, scaled)).astype(np.int8)
    packed = np.empty(len(blocks), dtype=[("scale", "<f2"), ("weights", "i1", BLOCK)])
    packed["scale"], packed["weights"] = scale, rounded
    return packed.tobytes()


def write_string(out: BinaryIO, text: str) -> None:
    data = text.encode("utf-8")
    out.write(struct.pack("<Q", len(data)) + data)


def write_value(out: BinaryIO, kind: int, value: Any) -> None:
    if kind == STRING:
        write_string(out, value)
    else:
        out.write(struct.pack(SCALAR_FORMAT[kind], value))


def write_entry(out: BinaryIO, key: str, kind: int, value: Any) -> None:
    """One key-value pair; a list is written as an array of ``kind``."""
    write_string(out, key)
    if isinstance(value, list):
        out.write(struct.pack("<IIQ", ARRAY, kind, len(value)))
        for item in value:
            write_value(out, kind, item)
    else:
        out.write(struct.pack("<I", kind))
        write_value(out, kind, value)


def metadata(config: dict[str, Any], tokenizer: Tokenizer) -> list[tuple[str, int, Any]]:
    control = {tokenizer.eot, tokenizer.im_start, tokenizer.im_end}
    return [
        ("general.architecture", STRING, "llama"),
        ("general.type", STRING, "model"),
        ("general.name", STRING, "inferlab-tiny"),
        ("general.description", STRING, "A very small chat model about running LLMs on Kubernetes, for teaching"),
        ("general.license", STRING, "apache-2.0"),
        ("general.size_label", STRING, "3M"),
        ("general.alignment", UINT32, ALIGNMENT),
        ("general.file_type", UINT32, FILE_TYPE_MOSTLY_Q8_0),
        ("general.quantization_version", UINT32, 2),
        ("llama.vocab_size", UINT32, config["vocab"]),
        ("llama.context_length", UINT32, config["context"]),
        ("llama.embedding_length", UINT32, config["dim"]),
        ("llama.block_count", UINT32, config["layers"]),
        ("llama.feed_forward_length", UINT32, config["ffn"]),
        ("llama.attention.head_count", UINT32, config["heads"]),
        ("llama.attention.head_count_kv", UINT32, config["kv_heads"]),
        ("llama.attention.layer_norm_rms_epsilon", FLOAT32, config["norm_eps"]),
        ("llama.rope.dimension_count", UINT32, config["head_dim"]),
        ("llama.rope.freq_base", FLOAT32, config["rope_base"]),
        ("tokenizer.ggml.model", STRING, "gpt2"),
        ("tokenizer.ggml.pre", STRING, "gpt-2"),
        ("tokenizer.ggml.tokens", STRING, tokenizer.tokens),
        ("tokenizer.ggml.token_type", INT32,
         [TOKEN_CONTROL if i in control else TOKEN_NORMAL for i in range(len(tokenizer.tokens))]),
        ("tokenizer.ggml.merges", STRING, [" ".join(pair) for pair in tokenizer.merges]),
        ("tokenizer.ggml.bos_token_id", UINT32, tokenizer.eot),
        ("tokenizer.ggml.eos_token_id", UINT32, tokenizer.im_end),
        ("tokenizer.ggml.padding_token_id", UINT32, tokenizer.eot),
        ("tokenizer.ggml.add_bos_token", BOOL, False),
        ("tokenizer.ggml.add_eos_token", BOOL, False),
        ("tokenizer.chat_template", STRING, CHAT_TEMPLATE),
    ]


def tensor_order(config: dict[str, Any]) -> list[str]:
    names = ["token_embd.weight", "output_norm.weight"]
    parts = ["attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down"]
    return names + [f"blk.{i}.{part}.weight" for i in range(config["layers"]) for part in parts]


def export(build: Path, target: Path) -> None:
    archive = np.load(build / "model.npz")
    config = json.loads(str(archive["config"]))
    tokenizer = Tokenizer.load(build / "tokenizer.json")
    names = tensor_order(config)
    assert set(names) == set(archive.files) - {"config"}, "unexpected tensors in model.npz"

    # (name, dimensions with the innermost first, type, data)
    tensors: list[tuple[str, list[int], int, bytes]] = []
    for name in names:
        array = archive[name]
        if array.ndim == 1:
            tensors.append((name, list(array.shape), TYPE_F32, array.astype("<f4").tobytes()))
        else:
            assert array.shape[-1] % BLOCK == 0, name
            tensors.append((name, list(reversed(array.shape)), TYPE_Q8_0, quantize_q8_0(array)))

    entries = metadata(config, tokenizer)
    temporary = target.with_suffix(".tmp")
    with open(temporary, "wb") as out:
        out.write(struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(entries)))
        for key, kind, value in entries:
            write_entry(out, key, kind, value)
        offset = 0
        for name, dimensions, kind, data in tensors:
            write_string(out, name)
            out.write(struct.pack(f"<I{len(dimensions)}QIQ", len(dimensions), *dimensions, kind, offset))
            offset += -(-len(data) // ALIGNMENT) * ALIGNMENT
        for _, _, _, data in tensors:
            out.write(b"\0" * (-out.tell() % ALIGNMENT))
            out.write(data)
        out.write(b"\0" * (-out.tell() % ALIGNMENT))
    temporary.replace(target)
    print(f"{target.name}: {len(tensors)} tensors, {target.stat().st_size} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=Path("build"))
    parser.add_argument("--out", type=Path, default=Path("inferlab-tiny.gguf"))
    args = parser.parse_args()
    export(args.build, args.out)


if __name__ == "__main__":
    main()
