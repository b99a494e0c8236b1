#!/usr/bin/env python3
"""Train the byte-level BPE tokenizer, and the tokenizer class that others import.

The tokenizer works like the one of GPT-2: text is cut into words by a fixed
rule, each word becomes UTF-8 bytes, each byte is shown as one printable
character, and frequent pairs are merged.  Control tokens such as
``<|im_end|>`` have their own ids and are never made from plain text merges.

Token ids:  0..255 single bytes, then one id for each merge, then the control tokens.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path
from typing import Iterable, Iterator

CONTROL_TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CONTROL_PATTERN = re.compile("(" + "|".join(re.escape(t) for t in CONTROL_TOKENS) + ")")

WHITESPACE = frozenset("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(chr(c) for c in range(0x2000, 0x200B)))
CONTRACTIONS = ("'s", "'t", "'re", "'ve", "'m", "'ll", "'d")

# The GPT-2 rule for plain ASCII text, where the standard regex classes suffice.
ASCII_RULE = re.compile(
    r"'s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+| ?[0-9]+| ?[^\t\n\v\f\r A-Za-z0-9]+|[\t\n\v\f\r ]+(?![^\t\n\v\f\r ])|[\t\n\v\f\r ]+"
)


def byte_characters() -> dict[int, str]:
    """The printable character that stands for each byte, as in GPT-2."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    table = {b: chr(b) for b in printable}
    extra = (b for b in range(256) if b not in table)
    table.update({b: chr(256 + i) for i, b in enumerate(extra)})
    return table


BYTE_TO_CHAR = byte_characters()
CHAR_TO_BYTE = {c: b for b, c in BYTE_TO_CHAR.items()}


def split_words(text: str) -> list[str]:
    r"""Cut text by the GPT-2 rule.

    ``'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+``
    """
    return ASCII_RULE.findall(text) if text.isascii() else list(_split_unicode(text))


def _kind(char: str) -> str:
    """L letter, N number, S white space, O other."""
    if char in WHITESPACE:
        return "S"
    category = unicodedata.category(char)[0]
    return category if category in "LN" else "O"


def _split_unicode(text: str) -> Iterator[str]:
    position, length = 0, len(text)
    while position < length:
        contraction = next((c for c in CONTRACTIONS if text.startswith(c, position)), None)
        if contraction:
            yield contraction
            position += len(contraction)
            continue
        start = position
        # An optional single space belongs to the word that follows it.
        first = position + 1 if text[position] == " " and position + 1 < length else position
        kind = _kind(text[first])
        if kind != "S":
            end = first + 1
            while end < length and _kind(text[end]) == kind:
                end += 1
        else:
            end = position + 1
            while end < length and _kind(text[end]) == "S":
                end += 1
            # \s+(?!\S): leave the last space to the next word.
            if end < length and end - start > 1:
                end -= 1
        yield text[start:end]
        position = end


class Tokenizer:
    """Encodes and decodes with a trained vocabulary."""

    def __init__(self, merges: list[tuple[str, str]]) -> None:
        self.merges = merges
        self.tokens = list(BYTE_TO_CHAR.values()) + [a + b for a, b in merges] + CONTROL_TOKENS
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        self.ranks = {pair: i for i, pair in enumerate(merges)}
        self.cache: dict[str, list[int]] = {}
        self.eot, self.im_start, self.im_end = (self.ids[t] for t in CONTROL_TOKENS)

    @classmethod
    def load(cls, path: Path) -> "Tokenizer":
        return cls([tuple(pair) for pair in json.loads(path.read_text(encoding="utf-8"))["merges"]])

    def save(self, path: Path) -> None:
        path.write_text(json.dumps({"merges": self.merges}, ensure_ascii=False), encoding="utf-8")

    def _encode_word(self, word: str) -> list[int]:
        parts = [BYTE_TO_CHAR[b] for b in word.encode("utf-8")]
        while len(parts) > 1:
            rank, index = min((self.ranks.get(pair, 1 << 30), i) for i, pair in enumerate(zip(parts, parts[1:])))
            if rank == 1 << 30:
                break
            parts[index : index + 2] = [parts[index] + parts[index + 1]]
        return [self.ids[p] for p in parts]

    def encode(self, text: str, control: bool = True) -> list[int]:
        """Text to ids; with ``control`` the control tokens in the text are recognised."""
        ids: list[int] = []
        for piece in CONTROL_PATTERN.split(text) if control else [text]:
            if control and piece in CONTROL_TOKENS:
                ids.append(self.ids[piece])
                continue
            for word in split_words(piece):
                if word not in self.cache:
                    self.cache[word] = self._encode_word(word)
                ids += self.cache[word]
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """Ids to text; control tokens are shown as they are written."""
        data = bytearray()
        for i in ids:
            token = self.tokens[i]
            data += token.encode() if token in CONTROL_TOKENS else bytes(CHAR_TO_BYTE[c] for c in token)
        return data.decode("utf-8", errors="replace")


def learn_merges(word_counts: Counter[str], count: int) -> list[tuple[str, str]]:
    """Learn BPE merges; pair counts are updated only for words that change."""
    words = [[BYTE_TO_CHAR[b] for b in word.encode("utf-8")] for word in word_counts]
    counts = list(word_counts.values())
    pair_counts: Counter[tuple[str, str]] = Counter()
    where: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for i, parts in enumerate(words):
        for pair in zip(parts, parts[1:]):
            pair_counts[pair] += counts[i]
            where[pair].add(i)
    merges: list[tuple[str, str]] = []
    known = set(BYTE_TO_CHAR.values())
    while len(merges) < count and pair_counts:
        best = max(pair_counts, key=lambda p: (pair_counts[p], p))
        if best[0] + best[1] in known:
            # The same token can be reached in two ways; it needs only one id.
            del pair_counts[best]
            continue
        merges.append(best)
        known.add(best[0] + best[1])
        for i in list(where[best]):
            old = words[i]
            for pair in zip(old, old[1:]):
                pair_counts[pair] -= counts[i]
                if pair_counts[pair] <= 0:
                    del pair_counts[pair]
            new: list[str] = []
            j = 0
            while j < len(old):
                if j + 1 < len(old) and (old[j], old[j + 1]) == best:
                    new.append(old[j] + old[j + 1])
                    j += 2
                else:
                    new.append(old[j])
                    j += 1
            words[i] = new
            for pair in zip(new, new[1:]):
                pair_counts[pair] += counts[i]
                where[pair].add(i)
    return merges


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=Path("build"), help="folder with train.jsonl; tokenizer.json is written there")
    parser.add_argument("--vocab", type=int, default=2048)
    parser.add_argument("--sample", type=int, default=40000, help="documents to count words in")
    args = parser.parse_args()

    word_counts: Counter[str] = Counter()
    with open(args.build / "train.jsonl", encoding="utf-8") as handle:
        for _, line in zip(range(args.sample), handle):
            for piece in CONTROL_PATTERN.split(json.loads(line)["text"]):
                if piece not in CONTROL_TOKENS:
                    word_counts.update(split_words(piece))
    # A few rare names must not become tokens of their own.
    word_counts = Counter({w: c for w, c in word_counts.items() if c >= 3})
    merges = learn_merges(word_counts, args.vocab - 256 - len(CONTROL_TOKENS))
    tokenizer = Tokenizer(merges)
    assert len(tokenizer.tokens) == len(set(tokenizer.tokens)) == args.vocab, len(tokenizer.tokens)
    tokenizer.save(args.build / "tokenizer.json")
    print(f"tokenizer: {len(word_counts)} different words, {len(merges)} merges, vocabulary {len(tokenizer.tokens)}")


if __name__ == "__main__":
    main()
