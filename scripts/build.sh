# Sourced by ./run and ./test: installs what is missing, configures and builds incrementally.
# Usage: prepare PRESET TARGET…   Says what it does on stderr; leaves the log in BUILD_DIR/build.log.

say() { printf '%s\n' "$*" >&2; }
die() { say "inferlab: $*"; exit 3; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -- "$@"; fi
}

# The Debian packages of scripts/packages.txt that are not installed. A line may name a command
# after a bar: when that command is on PATH the package is not needed.
missing_packages() {
  local package command
  while IFS='| ' read -r package command; do
    case "$package" in ''|'#'*) continue ;; esac
    if [ -n "${command:-}" ] && command -v "$command" >/dev/null 2>&1; then continue; fi
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
      printf '%s ' "$package"
    fi
  done < "$ROOT/scripts/packages.txt"
}

install_packages() {
  local missing
  missing=$(missing_packages)
  missing=${missing% }
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null 2>&1 || die "this is no Debian: install these by hand: $missing"
  # Asked before anything is redirected into the log.
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
    die "packages are missing, and neither root nor sudo is at hand: $missing
(hint: as root, run: apt-get install --no-install-recommends $missing)"
  fi
  say "Installing: $missing"
  local apt=(apt-get -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  # shellcheck disable=SC2086  # one word for each package
  as_root env DEBIAN_FRONTEND=noninteractive "${apt[@]}" install $missing >"$1" 2>&1 ||
    { as_root env DEBIAN_FRONTEND=noninteractive "${apt[@]}" update >>"$1" 2>&1 &&
      as_root env DEBIAN_FRONTEND=noninteractive "${apt[@]}" install $missing >>"$1" 2>&1; } ||
    { tail -n 20 "$1" >&2; die "apt-get could not install the packages above"; }
}

# One status line on a terminal, one line for each tenth elsewhere.
show_progress() {
  if [ -t 2 ]; then
    awk '/^\[/ { printf "\r\033[K%s", substr($0, 1, 100) > "/dev/stderr"; fflush() }
         END { printf "\r\033[K" > "/dev/stderr" }'
  else
    awk -F'[][/ ]' '/^\[[0-9]+\/[0-9]+/ { tenth = int(10 * $2 / $3)
         if (tenth != last) { printf "  %d%% (%d of %d)\n", 10 * tenth, $2, $3 > "/dev/stderr"
                              last = tenth } }'
  fi
}

prepare() {
  local preset=$1
  shift
  BUILD_DIR=$ROOT/build
  [ "$preset" = release ] || BUILD_DIR=$ROOT/build-$preset
  mkdir -p "$BUILD_DIR"
  install_packages "$BUILD_DIR/apt.log"
  # A build folder that was configured elsewhere (a copied or moved tree) is of no use.
  if [ -f "$BUILD_DIR/CMakeCache.txt" ] &&
     ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$ROOT" "$BUILD_DIR/CMakeCache.txt"; then
    rm -rf "$BUILD_DIR/CMakeCache.txt" "$BUILD_DIR/CMakeFiles" "$BUILD_DIR/build.ninja" \
      "$BUILD_DIR"/.ninja_*
  fi
  if [ ! -f "$BUILD_DIR/build.ninja" ]; then
    say "Configuring ($preset)"
    (cd "$ROOT" && cmake --preset "$preset") >"$BUILD_DIR/configure.log" 2>&1 ||
      { tail -n 30 "$BUILD_DIR/configure.log" >&2; die "configuration failed"; }
  fi
  say "Building"
  (cd "$ROOT" && NINJA_STATUS='[%f/%t] ' nice -n 2 ninja -C "$BUILD_DIR" "$@" 2>&1) |
    tee "$BUILD_DIR/build.log" | show_progress ||
    { grep -A 20 -m 3 'FAILED:\|error:' "$BUILD_DIR/build.log" >&2; die "the build failed (log: $BUILD_DIR/build.log)"; }
}
