# Small words that the other scripts share. Sourced, never run; needs only POSIX sh.

# The repository's root, whatever directory the caller stands in.
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root" || exit 1

# Tools from PyPI live here, beside the checkout and out of git.
venv=$root/.venv

say() { printf '%s\n' "$*"; }
stage() { printf '\n== %s\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# rustup puts cargo where a fresh shell may not look yet.
if ! have cargo && [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]; then
    PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
    export PATH
fi

# minutes SECONDS: "3.5 min", with shell arithmetic only.
minutes() { printf '%d.%d min' "$(($1 / 60))" "$(($1 % 60 / 6))"; }

# A port on which nothing listens at this moment. Whoever uses it must cope with losing the race.
free_port() {
    /usr/bin/python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}
