#!/bin/sh
# Runs a command beside a PostgreSQL of its own, and removes both when the command ends:
#     scripts/pg.sh [--durable] COMMAND [ARGUMENT...]
# The command finds it in STEWARD_TEST_PG=postgres://... (a superuser: each test makes its own database).
# Without --durable the server forgets to sync, which is right for tests and wrong for figures.
# PG_LIBFAULT names the library that makes its disk fail (bench/faults/libfault.c); the command finds the switch in
# STEWARD_PG_SWITCH.
# PG_PORT chooses the port (else a free one), PG_SETTINGS adds server options ("-c work_mem=64MB").
. "$(dirname -- "$0")/lib.sh"

durable=no
[ "${1:-}" = --durable ] && { durable=yes; shift; }
[ $# -gt 0 ] || die 'usage: scripts/pg.sh [--durable] COMMAND [ARGUMENT...]'

# The newest installed server, or what the PATH offers.
bin=''
for dir in /usr/lib/postgresql/*/bin; do
    [ -x "$dir/initdb" ] || continue
    version=${dir#/usr/lib/postgresql/}
    version=${version%/bin}
    if [ -z "$bin" ] || [ "${version%%.*}" -gt "${newest%%.*}" ]; then
        bin=$dir newest=$version
    fi
done
[ -n "$bin" ] || bin=$(dirname -- "$(command -v initdb)" 2>/dev/null)
[ -x "$bin/postgres" ] || die 'PostgreSQL is missing: apt-get install -y postgresql'

# PostgreSQL refuses to run as root: then it runs as a user who may do nothing else.
as=''
if [ "$(id -u)" = 0 ]; then
    user=postgres
    id "$user" >/dev/null 2>&1 || user=nobody
    as="setpriv --reuid=$(id -u $user) --regid=$(id -g $user) --clear-groups --"
fi

home=$(mktemp -d "${TMPDIR:-/tmp}/steward-pg.XXXXXX") || exit 1
server='' command='' watch=''

clean_up() {
    trap '' INT TERM HUP
    [ -n "$command" ] && kill -TERM "$command" 2>/dev/null && wait "$command"
    if [ -n "$server" ]; then
        kill -INT "$server" 2>/dev/null   # fast shutdown: open sessions are ended
        wait "$server" 2>/dev/null
    fi
    [ -n "$watch" ] && kill "$watch" 2>/dev/null
    rm -rf "$home"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# One password for this run, so that no other user of this machine gets in by the port.
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '%s\n' "$password" >"$home/password"
[ -z "$as" ] || chown -R "$user" "$home"

# As the other user the current directory may be closed: PostgreSQL's tools want one that is open.
# --locale=C: text is compared by folded keys, and an installed locale must not change an answer.
(cd / && $as "$bin/initdb" -D "$home/data" -U postgres -A scram-sha-256 --pwfile="$home/password" \
    -E UTF8 --locale=C --no-sync) >"$home/initdb.log" 2>&1 ||
    { cat "$home/initdb.log" >&2; die 'initdb failed'; }
rm -f "$home/password"

settings='-c listen_addresses=127.0.0.1 -c max_connections=300 -c shared_buffers=256MB -c logging_collector=off'
if [ $durable = no ]; then
    settings="$settings -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
fi

# The user of the server may not reach the library where it was built.
preload=''
if [ -n "${PG_LIBFAULT:-}" ]; then
    install -m 0755 "$PG_LIBFAULT" "$home/libfault.so" || exit 1
    STEWARD_PG_SWITCH=$home/switch
    : >"$STEWARD_PG_SWITCH"
    chmod 0644 "$STEWARD_PG_SWITCH"
    export STEWARD_PG_SWITCH
    preload="env LD_PRELOAD=$home/libfault.so STEWARD_FAULT_DIR=$home/data/base STEWARD_FAULT_FILE=$home/switch"
fi

answers() {
    PGPASSWORD=$password "$bin/psql" -qAtX -h 127.0.0.1 -p "$port" -U postgres -c 'select 1' postgres \
        >/dev/null 2>&1
}

# start: serves on $port, or fails when another process took it meanwhile.
start() {
    (cd / && exec $as $preload "$bin/postgres" -D "$home/data" -p "$port" -k "$home/data" $settings ${PG_SETTINGS:-}) \
        >"$home/log" 2>&1 &
    server=$!
    tries=0
    until answers; do
        kill -0 "$server" 2>/dev/null || { wait "$server"; server=''; return 1; }
        tries=$((tries + 1))
        [ $tries -lt 300 ] || return 1
        sleep 0.1
    done
}

attempt=1
while :; do
    port=${PG_PORT:-$(free_port)}
    start && break
    attempt=$((attempt + 1))
    [ $attempt -le 5 ] && [ -z "${PG_PORT:-}" ] || { cat "$home/log" >&2; die 'PostgreSQL does not start'; }
done

# If this script is killed outright, its server must not stay behind.
(
    while kill -0 $$ 2>/dev/null; do sleep 2; done
    kill -INT "$server" 2>/dev/null
    sleep 5
    rm -rf "$home"
) >/dev/null 2>&1 </dev/null &
watch=$!

STEWARD_TEST_PG=postgres://postgres:$password@127.0.0.1:$port/postgres
export STEWARD_TEST_PG

# In the background and waited for: only so does a signal reach this script before the command ends.
"$@" <&0 &
command=$!
wait "$command"
status=$?
command=''
if [ -n "${PG_LOG:-}" ]; then cp "$home/log" "$PG_LOG"; fi
exit $status
