#!/usr/bin/env bash
# Puts what scripts/cuda/check.sh needs into a folder, to be taken to a machine with a GPU and with
# nothing of this project: the programs, stripped, and the libraries that they are linked with, but
# for those of the C and C++ runtimes. scripts/cuda/pack.sh FOLDER [BUILD_FOLDER]
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
to=${1:?scripts/cuda/pack.sh FOLDER [BUILD_FOLDER]}
build=${2:-$root/build}
mkdir -p "$to/lib"
for program in test_engine_backend inferlab; do
  strip -o "$to/$program" "$build/$program"
  ldd "$build/$program" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' |
    grep -vE '/(libc|libm|libstdc\+\+|libgcc_s|libpthread|libdl|librt|ld-linux[^/]*)\.so' |
    while read -r library; do cp -L "$library" "$to/lib/"; done
done
du -sh "$to"
