#!/usr/bin/env bash
# Makes inferlab-tiny.gguf from nothing: corpus, tokenizer, training, export, reference outputs.
#
#   ./train.sh              full training, 41 minutes on two slow cores
#   MINUTES=3 ./train.sh    a quick try
#
# Needs Python 3.9 or newer with PyTorch 1.13 or newer and numpy
# (Debian: apt-get install python3-torch python3-numpy libopenblas0-pthread).
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
python="${PYTHON:-python3}"
build="${BUILD:-${TMPDIR:-/tmp}/inferlab-model}"
minutes="${MINUTES:-41}"

# One thread for BLAS and sleeping workers: PyTorch has its own threads.
export OMP_WAIT_POLICY=passive OPENBLAS_NUM_THREADS=1

"$python" "$here/make_corpus.py" --out "$build"
"$python" "$here/train_tokenizer.py" --build "$build"
"$python" "$here/train.py" --build "$build" --log "$build/training.log" --minutes "$minutes" --steps 100000
"$python" "$here/export_gguf.py" --build "$build" --out "$build/inferlab-tiny.gguf"
"$python" "$here/reference.py" --gguf "$build/inferlab-tiny.gguf" --out "$build/reference" \
    --val "$build/val.jsonl" --float "$build/model.npz"
cp "$build/inferlab-tiny.gguf" "$build/training.log" "$here/"
cp "$build/reference/"*.json "$here/reference/"
