#!/usr/bin/env python3
"""Check the GGUF file with an independent numpy implementation and write reference outputs.

* ``reference/greedy.json``: prompts, their token ids, greedy continuations and
  the five best logits of the first generated position.
* ``reference/tokens.json``: strings and their token ids.
* With ``--val`` the held-out loss of the GGUF file and of the float model.

Nothing here uses the export code: the file is read from its bytes.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import struct
from pathlib import Path
from typing import Any, Optional

import numpy as np

from train_tokenizer import CONTROL_TOKENS, Tokenizer

Tensors = dict[str, np.ndarray]
Metadata = dict[str, Any]

# ------------------------------------------------------------------ GGUF reader


class Reader:
    """Reads little-endian values from the bytes of a GGUF file."""

    SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}

    def __init__(self, data: bytes) -> None:
        self.data, self.position = data, 0

    def scalar(self, code: str) -> Any:
        value = struct.unpack_from("<" + code, self.data, self.position)[0]
        self.position += struct.calcsize("<" + code)
        return value

    def string(self) -> str:
        length = self.scalar("Q")
        self.position += length
        return self.data[self.position - length : self.position].decode("utf-8")

    def value(self, kind: int) -> Any:
        if kind == 8:
            return self.string()
        if kind == 9:
            item, count = self.scalar("I"), self.scalar("Q")
            return [self.value(item) for _ in range(count)]
        return self.scalar(self.SCALARS[kind])


def read_gguf(path: Path) -> tuple[Metadata, Tensors]:
    """All metadata and all tensors, dequantised to float32."""
    reader = Reader(path.read_bytes())
    magic, version = reader.scalar("4s"), reader.scalar("I")
    assert magic == b"GGUF" and version == 3
    tensor_count, entry_count = reader.scalar("Q"), reader.scalar("Q")
    meta: Metadata = {}
    for _ in range(entry_count):
        key = reader.string()
        meta[key] = reader.value(reader.scalar("I"))
    infos = []
    for _ in range(tensor_count):
        name = reader.string()
        dimensions = [reader.scalar("Q") for _ in range(reader.scalar("I"))]
        infos.append((name, dimensions, reader.scalar("I"), reader.scalar("Q")))
    alignment = meta.get("general.alignment", 32)
    start = -(-reader.position // alignment) * alignment
    tensors: Tensors = {}
    for name, dimensions, kind, offset in infos:
        shape, count = tuple(reversed(dimensions)), math.prod(dimensions)
        if kind == 0:
            tensors[name] = np.frombuffer(reader.data, "<f4", count, start + offset).reshape(shape)
        else:
            assert kind == 8, f"{name}: type {kind} is not expected"
            blocks = np.frombuffer(reader.data, [("d", "<f2"), ("q", "i1", 32)], count // 32, start + offset)
            tensors[name] = (blocks["d"].astype(np.float32)[:, None] * blocks["q"].astype(np.float32)).reshape(shape)
    return meta, tensors


def tokenizer_of(meta: Metadata) -> Tokenizer:
    tokenizer = Tokenizer([tuple(m.split(" ")) for m in meta["tokenizer.ggml.merges"]])
    assert tokenizer.tokens == meta["tokenizer.ggml.tokens"]
    return tokenizer


# ------------------------------------------------------------------ forward pass


class Model:
    """A plain float32 forward pass over a whole sequence."""

    def __init__(self, meta: Metadata, tensors: Tensors) -> None:
        self.w = tensors
        self.layers = meta["llama.block_count"]
        self.heads = meta["llama.attention.head_count"]
        self.kv_heads = meta["llama.attention.head_count_kv"]
        self.eps = np.float32(meta["llama.attention.layer_norm_rms_epsilon"])
        size = meta["llama.rope.dimension_count"]
        frequency = meta["llama.rope.freq_base"] ** (-np.arange(0, size, 2) / size)
        angle = np.outer(np.arange(meta["llama.context_length"]), frequency)
        self.cos, self.sin = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)

    def norm(self, x: np.ndarray, name: str) -> np.ndarray:
        return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + self.eps) * self.w[name]

    def rotate(self, x: np.ndarray) -> np.ndarray:
        """Adjacent pairs; x is [time, heads, head_dim]."""
        cos, sin = self.cos[: len(x), None], self.sin[: len(x), None]
        out = np.empty_like(x)
        out[..., 0::2] = x[..., 0::2] * cos - x[..., 1::2] * sin
        out[..., 1::2] = x[..., 0::2] * sin + x[..., 1::2] * cos
        return out

    def logits(self, ids: list[int], last_only: bool = False) -> np.ndarray:
        n = len(ids)
        x = self.w["token_embd.weight"][ids]
        mask = np.triu(np.full((n, n), -np.inf, dtype=np.float32), 1)
        for layer in range(self.layers):
            blk = f"blk.{layer}."
            h = self.norm(x, blk + "attn_norm.weight")
            q = (h @ self.w[blk + "attn_q.weight"].T).reshape(n, self.heads, -1)
            k = (h @ self.w[blk + "attn_k.weight"].T).reshape(n, self.kv_heads, -1)
            v = (h @ self.w[blk + "attn_v.weight"].T).reshape(n, self.kv_heads, -1)
            q, k = self.rotate(q), self.rotate(k)
            group = self.heads // self.kv_heads
            k, v = np.repeat(k, group, axis=1), np.repeat(v, group, axis=1)
            scores = np.einsum("qhd,khd->hqk", q, k) / np.float32(math.sqrt(q.shape[-1])) + mask
            scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
            probs = scores / scores.sum(axis=-1, keepdims=True)
            out = np.einsum("hqk,khd->qhd", probs, v).reshape(n, -1)
            x = x + out @ self.w[blk + "attn_output.weight"].T
            h = self.norm(x, blk + "ffn_norm.weight")
            gate = h @ self.w[blk + "ffn_gate.weight"].T
            x = x + (gate / (1 + np.exp(-gate)) * (h @ self.w[blk + "ffn_up.weight"].T)) @ self.w[blk + "ffn_down.weight"].T
        x = self.norm(x[-1:] if last_only else x, "output_norm.weight")
        return x @ self.w["token_embd.weight"].T


# ------------------------------------------------------------------ reference outputs

CHATS: list[list[dict[str, str]]] = [
    [{"role": "user", "content": "Who are you?"}],
    [{"role": "user", "content": "Why is my Pod Pending?"}],
    [{"role": "user", "content": "What is a toleration?"}],
    [{"role": "user", "content": "How do I request a GPU?"}],
    [{"role": "system", "content": "You are a helpful assistant."}, {"role": "user", "content": "What is the KV cache?"}],
    [{"role": "user", "content": "What is continuous batching?"},
     {"role": "assistant", "content": "Continuous batching lets new requests join the batch at each step and lets finished ones leave."},
     {"role": "user", "content": "Thanks!"}],
]
PLAIN = ["# Readiness probes\n\n", "A Deployment", "Q: What is TTFT?\nA:", "Maria runs a small cluster."]

TOKEN_STRINGS = [
    "", " ", "  ", "\n", "\n\n", "a", "Hello", " Hello", "Hello, world!", "Why is my Pod Pending?", "What is nvidia.com/gpu?",
    "kubectl get pods -n kube-system", "kubectl logs -f llm-0 --tail=100", "CrashLoopBackOff", "OOMKilled (exit code 137)",
    "it's, we'll, they've, I'm, you'd, don't", "IT'S NOT 'quoted'", "0123456789", "3.14159 1,000,000 42nd", "x = 10 ** 2 + y[3];",
    "def f(a, b=None):\n    return a + b  # sum\n", '{"model": "inferlab-tiny", "n": 1}', "resources:\n  limits:\n    nvidia.com/gpu: 1\n",
    "two  spaces   three    four", "trailing spaces   ", "   leading", "tab\tand\ttabs\t\t", "line one\r\nline two\r\n", "a\n\n\nb \n c",
    "caf\u00e9 na\u00efve \u00fcber stra\u00dfe", "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440", "\u4f60\u597d\uff0c\u4e16\u754c",
    "\u3053\u3093\u306b\u3061\u306f 123", "\u0645\u0631\u062d\u0628\u0627", "\U0001f642 ok \U0001f680\U0001f680", "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\u20ac 5 \u2013 \u201cquote\u201d \u2026", "x\u00b2 + \u00bd \u2160", "non\u00a0breaking\u2003space", "e\u0301 combining", "_under_score__", "!!!???...---",
    "http://localhost:8080/v1/chat/completions", "A very long word: pneumonoultramicroscopicsilicovolcanoconiosis",
]
CONTROL_STRINGS = [
    "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n", "<|endoftext|>", "a<|im_end|>b", "<|im_start|><|im_end|><|im_start|>",
]


def chat_prompt(messages: list[dict[str, str]]) -> str:
    return "".join(f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in messages) + "<|im_start|>assistant\n"


def greedy(model: Model, tokenizer: Tokenizer, text: str, limit: int = 64) -> dict[str, Any]:
    """Greedy continuation with the numbers that an engine can be compared with."""
    prompt = tokenizer.encode(text)
    ids = list(prompt)
    first: Optional[np.ndarray] = None
    margin = math.inf
    while len(ids) - len(prompt) < limit:
        logits = model.logits(ids, last_only=True)[0]
        first = logits if first is None else first
        second, best = np.partition(logits, -2)[-2:]
        margin = min(margin, float(best - second))
        ids.append(int(logits.argmax()))
        if ids[-1] in (tokenizer.im_end, tokenizer.eot):
            break
    assert first is not None
    continuation = ids[len(prompt) :]
    top = np.argsort(-first)[:5]
    return {
        "text": text, "ids": prompt, "continuation_ids": continuation, "continuation_text": tokenizer.decode(continuation),
        "finish": "stop" if continuation[-1] in (tokenizer.im_end, tokenizer.eot) else "length",
        "top5": [{"id": int(i), "logit": round(float(first[i]), 4)} for i in top],
        "smallest_margin": round(margin, 4),
    }


def write_json(path: Path, value: Any) -> None:
    """Indented JSON, but each list of numbers on one line."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    text = re.sub(r"\[\s+([-\d,\s]+?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m.group(1)) + "]", text)
    assert json.loads(text) == value
    path.write_text(text + "\n", encoding="utf-8")


# ------------------------------------------------------------------ held-out loss


def held_out_loss(model: Model, tokenizer: Tokenizer, val: Path, limit: int) -> tuple[float, float]:
    """Nats per token and bits per byte; the same tokens as in training are counted."""
    total, tokens, size = 0.0, 0, 0
    with open(val, encoding="utf-8") as handle:
        for line in handle:
            ids = (tokenizer.encode(json.loads(line)["text"]) + [tokenizer.eot])[:limit]
            logits = model.logits(ids[:-1])
            logits = logits - logits.max(axis=-1, keepdims=True)
            log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
            total -= float(log_p[np.arange(len(ids) - 1), ids[1:]].sum())
            tokens += len(ids) - 1
            size += len(tokenizer.decode(ids[1:]))
    return total / tokens, total / size / math.log(2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gguf", type=Path, default=Path("inferlab-tiny.gguf"))
    parser.add_argument("--out", type=Path, default=Path("reference"), help="folder for the JSON files")
    parser.add_argument("--val", type=Path, help="val.jsonl for the loss of the GGUF file")
    parser.add_argument("--float", type=Path, dest="float_model", help="model.npz for the loss of the float model")
    parser.add_argument("--length", type=int, default=256, help="tokens per held-out document, as in training")
    args = parser.parse_args()

    meta, tensors = read_gguf(args.gguf)
    tokenizer = tokenizer_of(meta)
    model = Model(meta, tensors)

    results = [{"kind": "chat", "messages": m, **greedy(model, tokenizer, chat_prompt(m))} for m in CHATS]
    results += [{"kind": "plain", **greedy(model, tokenizer, text)} for text in PLAIN]
    args.out.mkdir(parents=True, exist_ok=True)
    write_json(args.out / "greedy.json", results)
    vectors = [{"text": s, "control": False, "ids": tokenizer.encode(s, control=False)} for s in TOKEN_STRINGS + CONTROL_STRINGS[:1]]
    vectors += [{"text": s, "control": True, "ids": tokenizer.encode(s)} for s in CONTROL_STRINGS]
    for vector in vectors:
        assert tokenizer.decode(vector["ids"]) == vector["text"]
    write_json(args.out / "tokens.json", vectors)
    for result in results:
        print(json.dumps(result["text"].replace(CONTROL_TOKENS[1], "").replace(CONTROL_TOKENS[2], "")), "->",
              json.dumps(result["continuation_text"]), f"(smallest margin {result['smallest_margin']})")

    if args.val:
        print("GGUF  val loss %.4f nats/token, %.4f bits/byte" % held_out_loss(model, tokenizer, args.val, args.length))
        if args.float_model:
            archive = np.load(args.float_model)
            exact = Model(meta, {name: archive[name] for name in archive.files if name != "config"})
            print("float val loss %.4f nats/token, %.4f bits/byte" % held_out_loss(exact, tokenizer, args.val, args.length))


if __name__ == "__main__":
    main()
