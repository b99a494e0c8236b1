#!/usr/bin/env bash
# On a machine with a GPU: what scripts/cuda/pack.sh has packed, run there.
# scripts/cuda/check.sh ARCHIVE.tar.gz OUT [tests] [sanitize] [bench]; all three when none is named.
# OUT gets the whole logs; what is printed is their ends. cuBLASLt is looked for on the machine.
set -uo pipefail
archive=${1:?ARCHIVE.tar.gz}
out=${2:?OUT}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tar -xzf "$archive" -C "$folder" || exit 1
shift 2
parts=${*:-tests sanitize bench}
mkdir -p "$out"
export PATH="$PATH:/usr/local/cuda/bin" LD_LIBRARY_PATH="$folder/lib:${LD_LIBRARY_PATH:-}"
library=$(find / -xdev -name 'libcublasLt.so.1[23]' -print -quit 2>/dev/null)
[ -n "$library" ] && export LD_LIBRARY_PATH="$LD_LIBRARY_PATH:$(dirname "$library")"
cases='cuda::*,CudaBackend*,packed layout*,plan_step*,cut_into_pieces*'
failed=0
{
  date -u
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
  echo "cuBLASLt: ${library:-not found}"
  cat "$folder/commit.txt"
} | tee "$out/machine.txt"
for part in $parts; do
  case $part in
    tests)
      timeout 300 "$folder/test_engine_backend" "$cases" -d yes >"$out/tests.txt" 2>&1 || failed=1
      tail -n 60 "$out/tests.txt" ;;
    sanitize)
      # One check each, as each run is some ten times slower; the largest shapes are left out.
      for tool in memcheck racecheck synccheck; do
        timeout 150 compute-sanitizer --tool "$tool" --error-exitcode 9 "$folder/test_engine_backend" \
          'CudaBackend: a row*,CudaBackend: a copied*,cuda::attention: a row*,cuda::sample*,cuda::rms_norm*' \
          >"$out/$tool.txt" 2>&1
        status=$?
        [ $status -eq 0 ] || failed=1
        echo "$tool: status $status"
        tail -n 6 "$out/$tool.txt"
      done ;;
    bench)
      for only in 1B-BF16 8B-BF16 8B-Q8_0 8B-Q4_0 8B-Q4_K; do
        timeout 150 "$folder/inferlab" bench engine --device cuda --only "$only" \
          >"$out/bench_$only.txt" 2>&1 || failed=1
        cat "$out/bench_$only.txt"
      done ;;
  esac
done
exit $failed
