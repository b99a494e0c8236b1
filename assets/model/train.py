#!/usr/bin/env python3
"""Train the inferlab-tiny model on a CPU with PyTorch.

The model is a small Llama: RMSNorm, rotary positions on adjacent pairs (the
convention of llama.cpp's ``llama`` architecture), grouped-query attention,
SwiGLU and tied embeddings.  Documents are packed into sequences; attention
never looks across a document border.  Matrices are trained with Muon, the
embedding and the norms with Adam.

Reads ``tokenizer.json``, ``train.jsonl`` and ``val.jsonl`` of the build folder
and writes ``model.npz`` there (float32 tensors with GGUF names).
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from train_tokenizer import Tokenizer

IGNORE = -100  # target of positions that do not count


@dataclass
class Config:
    vocab: int = 2048
    dim: int = 192
    layers: int = 6
    heads: int = 6
    kv_heads: int = 3
    head_dim: int = 32
    ffn: int = 576
    context: int = 256
    rope_base: float = 10000.0
    norm_eps: float = 1e-5


# ------------------------------------------------------------------ model


class RMSNorm(nn.Module):
    def __init__(self, dim: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotate the adjacent pairs (2i, 2i+1) of each head.  x: [batch, heads, time, head_dim]."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1).flatten(-2)


class Block(nn.Module):
    def __init__(self, c: Config) -> None:
        super().__init__()
        self.c = c
        self.attn_norm = RMSNorm(c.dim, c.norm_eps)
        self.attn_q = nn.Linear(c.dim, c.heads * c.head_dim, bias=False)
        self.attn_k = nn.Linear(c.dim, c.kv_heads * c.head_dim, bias=False)
        self.attn_v = nn.Linear(c.dim, c.kv_heads * c.head_dim, bias=False)
        self.attn_output = nn.Linear(c.heads * c.head_dim, c.dim, bias=False)
        self.ffn_norm = RMSNorm(c.dim, c.norm_eps)
        self.ffn_gate = nn.Linear(c.dim, c.ffn, bias=False)
        self.ffn_up = nn.Linear(c.dim, c.ffn, bias=False)
        self.ffn_down = nn.Linear(c.ffn, c.dim, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        c = self.c
        batch, time_, _ = x.shape
        h = self.attn_norm(x)
        q = self.attn_q(h).view(batch, time_, c.heads, c.head_dim).transpose(1, 2)
        k = self.attn_k(h).view(batch, time_, c.kv_heads, c.head_dim).transpose(1, 2)
        v = self.attn_v(h).view(batch, time_, c.kv_heads, c.head_dim).transpose(1, 2)
        q, k = rotate(q, cos, sin) * c.head_dim**-0.5, rotate(k, cos, sin)
        # Query head i uses key/value head i // group: fold the group into the time axis.
        group = c.heads // c.kv_heads
        q = q.reshape(batch * c.kv_heads, group * time_, c.head_dim)
        k, v = (t.reshape(batch * c.kv_heads, time_, c.head_dim) for t in (k, v))
        scores = torch.bmm(q, k.transpose(1, 2)).view(batch, c.kv_heads, group, time_, time_) + mask
        probs = torch.softmax(scores, dim=-1).view(batch * c.kv_heads, group * time_, time_)
        out = torch.bmm(probs, v).view(batch, c.heads, time_, c.head_dim).transpose(1, 2).reshape(batch, time_, -1)
        x = x + self.attn_output(out)
        h = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


class Llama(nn.Module):
    def __init__(self, c: Config) -> None:
        super().__init__()
        self.c = c
        self.token_embd = nn.Embedding(c.vocab, c.dim)
        self.blk = nn.ModuleList(Block(c) for _ in range(c.layers))
        self.output_norm = RMSNorm(c.dim, c.norm_eps)
        nn.init.normal_(self.token_embd.weight, std=0.05)
        for block in self.blk:
            for name, module in block.named_children():
                if isinstance(module, nn.Linear):
                    last = name in ("attn_output", "ffn_down")
                    nn.init.normal_(module.weight, std=module.in_features**-0.5 * (0.1 if last else 0.6))
        frequency = c.rope_base ** (-torch.arange(0, c.head_dim, 2, dtype=torch.float64) / c.head_dim)
        angle = torch.outer(torch.arange(c.context, dtype=torch.float64), frequency)
        self.register_buffer("cos", angle.cos().float(), persistent=False)
        self.register_buffer("sin", angle.sin().float(), persistent=False)

    def hidden(self, ids: Tensor, document: Tensor) -> Tensor:
        """Final hidden states.  ``document`` numbers the document of each position."""
        time_ = ids.shape[1]
        allowed = (document[:, :, None] == document[:, None, :]) & torch.ones(time_, time_, dtype=torch.bool).tril()
        mask = torch.zeros(allowed.shape).masked_fill_(~allowed, -1e9)[:, None, None]
        x = self.token_embd(ids)
        for block in self.blk:
            x = block(x, self.cos[:time_], self.sin[:time_], mask)
        return self.output_norm(x)

    def losses(self, ids: Tensor, document: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Cross entropy at each position that counts, and the flat index of these positions."""
        index = (targets.view(-1) != IGNORE).nonzero().squeeze(1)
        h = self.hidden(ids, document).view(-1, self.c.dim)[index]
        return F.cross_entropy(h @ self.token_embd.weight.t(), targets.view(-1)[index], reduction="none"), index


# ------------------------------------------------------------------ data


@dataclass
class Document:
    ids: np.ndarray  # tokens and a final <|endoftext|>
    answer: np.ndarray  # True where the token is part of an answer or of plain text


# Documents in which the answer copies names and numbers of the question.
COPY_KINDS = {"kubectl", "event", "sum", "memory", "manifest"}


def load_documents(path: Path, tokenizer: Tokenizer, limit: int, boost: int = 1) -> list[Document]:
    """Tokenise a corpus file; documents are cut at ``limit`` tokens.

    ``boost`` is how often documents of ``COPY_KINDS`` are taken.
    """
    marker = tokenizer.encode("<|im_start|>assistant\n")
    documents = []
    with open(path, encoding="utf-8") as handle:
        for line in handle:
            record = json.loads(line)
            ids = tokenizer.encode(record["text"]) + [tokenizer.eot]
            answer = np.ones(len(ids), dtype=bool)
            if ids[0] == tokenizer.im_start:
                inside = False
                for i, token in enumerate(ids):
                    answer[i] = inside
                    if token == tokenizer.im_end:
                        inside = False
                    elif ids[i - len(marker) + 1 : i + 1] == marker:
                        inside = True
            document = Document(np.array(ids[:limit], dtype=np.int64), answer[:limit])
            documents += [document] * (boost if record["kind"] in COPY_KINDS else 1)
    return documents


def pack(documents: list[Document], length: int, pad: int) -> Iterator[tuple[np.ndarray, ...]]:
    """Pack whole documents into rows: ids, document numbers, targets, answer flags of the targets."""
    pool: list[Document] = []
    source = iter(documents)
    exhausted = False
    while True:
        row = (np.full(length, pad), np.full(length, -1), np.full(length, IGNORE), np.zeros(length, dtype=bool))
        used, number = 0, 0
        while True:
            while len(pool) < 64 and not exhausted:
                nxt = next(source, None)
                exhausted = nxt is None
                if nxt is not None:
                    pool.append(nxt)
            fits = next((i for i, d in enumerate(pool) if used + len(d.ids) <= length), None)
            if fits is None:
                break
            document = pool.pop(fits)
            n = len(document.ids)
            row[0][used : used + n] = document.ids
            row[1][used : used + n] = number
            row[2][used : used + n - 1] = document.ids[1:]
            row[3][used : used + n - 1] = document.answer[1:]
            used, number = used + n, number + 1
        if used == 0:
            return
        yield row


def batches(documents: list[Document], length: int, size: int, pad: int) -> Iterator[tuple[Tensor, ...]]:
    rows = []
    for row in pack(documents, length, pad):
        rows.append(row)
        if len(rows) == size:
            yield tuple(torch.from_numpy(np.stack(column)) for column in zip(*rows))
            rows = []
    if rows:
        yield tuple(torch.from_numpy(np.stack(column)) for column in zip(*rows))


# ------------------------------------------------------------------ optimiser


def orthogonalise(update: Tensor, steps: int = 5) -> Tensor:
    """Newton-Schulz iteration of Muon: push all singular values towards one."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = update / (update.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.t()
    for _ in range(steps):
        gram = x @ x.t()
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.t() if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum with orthogonalised updates, for matrices."""

    def __init__(self, params: list[nn.Parameter], lr: float, momentum: float = 0.95, weight_decay: float = 0.02) -> None:
        super().__init__(params, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                if "buffer" not in state:
                    state["buffer"] = torch.zeros_like(p)
                buffer = state["buffer"]
                buffer.lerp_(p.grad, 1 - group["momentum"])
                update = orthogonalise(p.grad.lerp(buffer, group["momentum"]))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(update, alpha=-group["lr"] * max(1.0, p.shape[0] / p.shape[1]) ** 0.5)


# ------------------------------------------------------------------ training


@torch.no_grad()
def evaluate(model: Llama, rows: list[tuple[Tensor, ...]]) -> tuple[float, float]:
    """Mean loss of all held-out tokens, and of answers and plain text only."""
    total = answer_total = 0.0
    count = answer_count = 0
    for ids, document, targets, answer in rows:
        loss, index = model.losses(ids, document, targets)
        flags = answer.view(-1)[index]
        total, count = total + loss.sum().item(), count + len(loss)
        answer_total, answer_count = answer_total + loss[flags].sum().item(), answer_count + int(flags.sum())
    return total / count, answer_total / answer_count


def unigram_loss(train: list[Document], val: list[Document], vocab: int) -> float:
    """Held-out cross entropy of the best model that ignores the context (add-one smoothing)."""
    counts = np.ones(vocab)
    for document in train:
        np.add.at(counts, document.ids[1:], 1)
    log_p = np.log(counts / counts.sum())
    targets = np.concatenate([d.ids[1:] for d in val])
    return float(-log_p[targets].mean())


@torch.no_grad()
def sample(model: Llama, tokenizer: Tokenizer, question: str, limit: int = 60) -> str:
    """The greedy answer to one chat question."""
    ids = tokenizer.encode(f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n")
    start = len(ids)
    while len(ids) - start < limit:
        x = torch.tensor([ids])
        ids.append(int((model.hidden(x, torch.zeros_like(x))[0, -1] @ model.token_embd.weight.t()).argmax()))
        if ids[-1] in (tokenizer.im_end, tokenizer.eot):
            break
    return tokenizer.decode(ids[start:])


def save(model: Llama, path: Path) -> None:
    """Write all tensors with their GGUF names, and the configuration."""
    tensors = {name: p.detach().numpy() for name, p in model.named_parameters()}
    temporary = path.with_suffix(".tmp.npz")
    np.savez(temporary, config=json.dumps(asdict(model.c)), **tensors)
    temporary.replace(path)


def load(model: Llama, path: Path) -> None:
    """Read the tensors that ``save`` wrote."""
    archive = np.load(path)
    model.load_state_dict({name: torch.from_numpy(archive[name]) for name in archive.files if name != "config"})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=Path("build"))
    parser.add_argument("--log", type=Path, default=None, help="file for the training log")
    parser.add_argument("--resume", type=Path, default=None, help="start from the weights of this model.npz")
    parser.add_argument("--boost", type=int, default=1, help="how often documents with copied names and numbers are taken")
    parser.add_argument("--steps", type=int, default=3000, help="end of the learning rate schedule in steps ...")
    parser.add_argument("--minutes", type=float, default=1e9, help="... or in minutes, whichever comes first")
    parser.add_argument("--length", type=int, default=256, help="tokens per sequence")
    parser.add_argument("--batch", type=int, default=12, help="sequences per step")
    parser.add_argument("--matrix-lr", type=float, default=0.02)
    parser.add_argument("--other-lr", type=float, default=3e-3)
    parser.add_argument("--warmup", type=int, default=60, help="steps until the full learning rate")
    parser.add_argument("--prompt-weight", type=float, default=0.3, help="loss weight of system and user tokens")
    parser.add_argument("--eval-every", type=int, default=150)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)
    log_file = open(args.log, "a" if args.resume else "w", encoding="utf-8") if args.log else None

    def log(text: str) -> None:
        print(text, flush=True)
        if log_file:
            print(text, file=log_file, flush=True)

    tokenizer = Tokenizer.load(args.build / "tokenizer.json")
    train = load_documents(args.build / "train.jsonl", tokenizer, args.length, args.boost)
    val = load_documents(args.build / "val.jsonl", tokenizer, args.length)
    val_rows = list(batches(val, args.length, args.batch, tokenizer.eot))
    val_tokens = sum(len(d.ids) - 1 for d in val)
    val_bytes = sum(len(tokenizer.decode(d.ids[1:])) for d in val)

    config = Config(vocab=len(tokenizer.tokens))
    model = Llama(config)
    if args.resume:
        load(model, args.resume)
    matrices = [p for n, p in model.blk.named_parameters() if p.ndim == 2]
    embedding = [model.token_embd.weight]
    norms = [p for p in model.parameters() if p.ndim == 1]
    optimisers: list[torch.optim.Optimizer] = [
        Muon(matrices, lr=args.matrix_lr),
        torch.optim.Adam([{"params": embedding}, {"params": norms}], lr=args.other_lr, betas=(0.9, 0.95)),
    ]
    peaks = [[g["lr"] for g in o.param_groups] for o in optimisers]

    if args.resume:
        log("continued from trained weights with a new schedule")
    log(f"config {asdict(config)}")
    log(f"arguments {({k: str(v) for k, v in vars(args).items() if k not in ('build', 'log', 'resume')})}")
    log(f"parameters {sum(p.numel() for p in model.parameters())}")
    log(f"train {len(train)} documents, {sum(len(d.ids) for d in train)} tokens")
    log(f"val {len(val)} documents, {val_tokens} predicted tokens, {val_bytes} bytes")
    log(f"unigram val loss {unigram_loss(train, val, config.vocab):.4f} nats/token")

    start = time.time()
    step = tokens = epoch = 0
    stream: Iterator[tuple[Tensor, ...]] = iter(())
    recent: list[float] = []
    while True:
        progress = min(1.0, max(step / args.steps, (time.time() - start) / 60 / args.minutes))
        if step % args.eval_every == 0 or progress >= 1.0:
            model.eval()
            loss, answer_loss = evaluate(model, val_rows)
            log(f"step {step:5d} tokens {tokens:9d} epoch {epoch} seconds {time.time() - start:6.0f} progress {progress:.3f} "
                f"train {np.mean(recent) if recent else float('nan'):.4f} val {loss:.4f} "
                f"bits/byte {loss * val_tokens / val_bytes / math.log(2):.4f} answers {answer_loss:.4f}")
            if step:
                save(model, args.build / "model.npz")
                log("    sample: " + json.dumps(sample(model, tokenizer, rng.choice([
                    "What is a taint?", "Why is my Pod Pending?", "Who are you?", "What is the KV cache?",
                    "How do I request a GPU?", "What is 2 + 3?"]))))
            model.train()
            recent = []
            if progress >= 1.0:
                break
        batch = next(stream, None)
        if batch is None:
            epoch += 1
            rng.shuffle(train)
            stream = batches(train, args.length, args.batch, tokenizer.eot)
            batch = next(stream)
        ids, document, targets, answer = batch
        # Short warm-up, then a cosine to almost zero.
        factor = min(1.0, (step + 1) / args.warmup) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        for optimiser, peak in zip(optimisers, peaks):
            for group, lr in zip(optimiser.param_groups, peak):
                group["lr"] = lr * factor
        loss, index = model.losses(ids, document, targets)
        weight = torch.where(answer.view(-1)[index], 1.0, args.prompt_weight)
        mean = (loss * weight).sum() / weight.sum()
        model.zero_grad(set_to_none=True)
        mean.backward()
        nn.utils.clip_grad_norm_(embedding + norms, 1.0)
        for optimiser in optimisers:
            optimiser.step()
        recent.append(loss.mean().item())
        step += 1
        tokens += len(loss)
        if step % 50 == 0:
            log(f"step {step:5d} train {np.mean(recent[-50:]):.4f} lr {factor:.3f} tokens/s {tokens / (time.time() - start):.0f}")
    log(f"done: {step} steps, {tokens} tokens, {time.time() - start:.0f} seconds")


if __name__ == "__main__":
    main()
