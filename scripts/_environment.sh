# Sourced by the scripts beside it: makes .venv and keeps it in step with the pinned packages.
# Sets root (the project's folder) and venv. Where nothing has changed since the last start, it
# compares one stamp file and starts neither Python nor pip.

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
venv=$root/.venv

say() { printf '%s\n' "$*" >&2; }

# prepare_environment [EXTRAS]: EXTRAS as pip writes them, for example [test].
prepare_environment() {
  local extras=${1:-} wanted=''
  if [ -n "${PYTHON:-}" ]; then wanted=$(find_python "$PYTHON"); fi
  if is_current "$extras"; then return; fi
  # Of two starts at the same time, the second waits and finds the work done.
  exec 9<"$root/pyproject.toml"
  if command -v flock >/dev/null; then flock 9; fi
  is_current "$extras" || install_packages "$extras"
  exec 9<&-
}

# Whether the packages with these extras are in place. A stamp is the last thing that an
# installation writes, so an interrupted one has none.
is_current() {
  local stamp=$venv/stamp$1
  [ -f "$stamp" ] && [ -x "$venv/bin/python" ] && [ "$(<"$stamp")" = "$(fingerprint)" ] &&
    is_wanted_python
}

# What the environment depends on: its place, the Python behind it, and the pinned packages.
fingerprint() {
  printf '%s\n' "$root" "$(real_path "$venv/bin/python")"
  cksum <"$root/pyproject.toml"
  cksum <"$root/constraints.txt"
}

real_path() { readlink -f -- "$1" || true; }

# Any Python that the environment was made with will do, unless $PYTHON asks for another.
is_wanted_python() {
  [ -z "$wanted" ] || [ "$(real_path "$wanted")" = "$(real_path "$venv/bin/python")" ]
}

# find_python CANDIDATE...: prints the path of the first that is new enough.
find_python() {
  local candidate
  for candidate in "$@"; do
    "$candidate" -c 'import sys
if sys.version_info < (3, 11): sys.exit(1)
print(sys.executable)' 2>/dev/null && return
  done
  say "dtaojax needs Python 3.11 or later, and none was found (tried: $*)."
  say "Install one, for example with 'apt install python3 python3-venv' or 'brew install python',"
  say "or set PYTHON to the path of one."
  return 2
}

# install_packages EXTRAS: fills .venv; makes it anew where there is none that works.
install_packages() {
  local extras=$1 python
  say "Setting up $venv (a minute or two the first time) ..."
  rm -f -- "$venv"/stamp*
  if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1 || ! is_wanted_python; then
    python=${wanted:-$(find_python python3.13 python3.12 python3.11 python3 python)}
    [ -n "$python" ] || return 2
    "$python" -m venv --clear -- "$venv" || {
      say "$python cannot make a virtual environment; on Debian: apt install python3-venv"
      return 2
    }
  fi
  (cd -- "$root" && "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    -c constraints.txt -e ".$extras") || {
    say "The packages could not be installed; the lines above say why. Start again to go on."
    return 2
  }
  fingerprint >"$venv/stamp"
  # The extras come on top of what a start without them needs.
  if [ -n "$extras" ]; then cp -- "$venv/stamp" "$venv/stamp$extras"; fi
}
