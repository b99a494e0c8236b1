#!/usr/bin/env bash
# Packs what scripts/cuda/check.sh needs, to be taken to a machine with a GPU and with nothing of this
# project: the programs, stripped, and the libraries that they are linked with, but for those of the C
# and C++ runtimes. scripts/cuda/pack.sh ARCHIVE.tar.gz [BUILD_FOLDER]
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
archive=${1:?scripts/cuda/pack.sh ARCHIVE.tar.gz [BUILD_FOLDER]}
build=${2:-$root/build}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/lib"
for program in test_engine_backend inferlab; do
  strip -o "$folder/$program" "$build/$program"
  ldd "$build/$program" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' |
    grep -vE '/(libc|libm|libstdc\+\+|libgcc_s|libpthread|libdl|librt|ld-linux[^/]*)\.so' |
    while read -r library; do cp -L "$library" "$folder/lib/"; done
done
git -C "$root" log -1 --format='commit %h' >"$folder/commit.txt" 2>/dev/null || true
mkdir -p "$(dirname "$archive")"
tar -czf "$archive" -C "$folder" .
du -h "$archive"
