#!/bin/sh
# Everything a change must pass, as CI runs it. Arguments name the parts to run: `make test ARGS="fmt web"`.
# Each part prints its minutes; a part that fails does not stop the ones that need nothing from it. The last
# line counts: tests where a part has them, else the part itself. A part whose subject does not exist yet says
# so and is listed; it is neither passed nor failed.
. "$(dirname -- "$0")/lib.sh"

PATH=$PATH:$venv/bin
export PATH
wanted=" $* "
logs=$root/target/test-logs
mkdir -p "$logs"
passed=0 failed=0
broken='' absent='' times=''
begin=$(date +%s)

# In the order of their run. What is quick and what others need comes first.
parts='check fmt web deny clippy rust statements doc schema e2e schemathesis faults'

# A part's function answers 0 passed, 1 failed, 3 not built yet. Its output stands on the screen and in a log.
part() {
    name=$1
    case $wanted in '  ' | *" $name "*) ;; *) return 0 ;; esac
    stage "$name"
    started=$(date +%s)
    log=$logs/$name.log
    { "part_$name" 2>&1; echo $? >"$log.status"; } | tee "$log"
    status=$(cat "$log.status")
    spent=$(minutes $(($(date +%s) - started)))
    case $status in
        0) count_tests; word=passed ;;
        3) absent="$absent $name"; word='not built yet' ;;
        *) count_tests; word=FAILED; broken="$broken $name" ;;
    esac
    say "-- $name: $word, $spent"
    times="$times
$(printf '%-14s %-14s %s' "$name" "$word" "$spent")"
}

# Adds what the part's own runner counted. A part without a count is one; a failed part is at least one failure.
count_tests() {
    good=$(count_word pass) bad=$(count_word fail)
    [ "$good$bad" = 00 ] && [ "$status" = 0 ] && good=1
    [ "$bad" = 0 ] && [ "$status" != 0 ] && bad=1
    passed=$((passed + good))
    failed=$((failed + bad))
}

# Sums the closing lines of nextest, cargo test, vitest, node's runner and our own scripts.
count_word() {
    sed 's/\x1b\[[0-9;]*m//g' "$log" | awk -v word="$1" '
        /^ *Summary \[/ || /^test result:/ || /^ *Tests  / || /^[0-9]+ passed, [0-9]+ failed/ {
            n = split($0, words, /[ ,();]+/)
            for (i = 2; i <= n; i++) if (words[i] == word "ed") sum += words[i - 1]
        }
        $0 ~ "^(#|ℹ) " word " [0-9]+$" { sum += $NF }
        END { print sum + 0 }'
}

not_built() { say "not built yet: $*"; return 3; }

part_check() { sh scripts/check.sh test; }

# Names only: the difference is one `cargo fmt --all` away.
part_fmt() {
    cargo fmt --all -- --check -l && return 0
    say 'not formatted: cargo fmt --all'
    return 1
}

# npm ci and build (type check and budgets are inside), lint, unit tests. Built always: CI trusts no stamp.
part_web() {
    [ -f web/package.json ] || { not_built web; return; }
    sh scripts/web.sh --always || return 1
    (cd web && npm run --silent lint && npm test --silent)
}

# Advisories need the database, which not every network reaches; the rest needs only the lock file.
part_deny() {
    checks='bans licenses sources'
    if timeout 20 git ls-remote https://github.com/rustsec/advisory-db HEAD >/dev/null 2>&1; then
        checks="advisories $checks"
    else
        say 'advisories: the database cannot be reached from here, not checked'
    fi
    cargo deny --locked check $checks
}

# Warnings are denied for our crates only, so that nothing below is compiled twice for it.
part_clippy() { cargo clippy --locked --workspace --all-targets -- -D warnings; }

# All tests of all crates; those that need PostgreSQL find it in STEWARD_TEST_PG. The binary is built in the
# same profile: the parts below drive it.
part_rust() {
    # Together, so that both are built with the same features and nothing is built twice.
    cargo build --locked --workspace --bins --tests || return 1
    rm -rf "$logs/sql"
    STEWARD_RECORD_SQL=$logs/sql PG_LOG=$logs/postgres.log sh scripts/pg.sh cargo nextest run --locked \
        --workspace --no-fail-fast --no-tests=fail
}

# What those tests have run, asked of both engines: all taken by both, full scans only from the list.
part_statements() {
    [ -d "$logs/sql" ] || { not_built 'the statements of the part rust'; return; }
    STEWARD_RECORD_SQL=$logs/sql PG_LOG=$logs/postgres.log sh scripts/pg.sh cargo nextest run --locked \
        --workspace --run-ignored only -E 'binary(statements)'
}

# Examples in the documentation of our crates.
part_doc() { cargo test --locked --workspace --doc --quiet; }

# The committed document and the typed client must be what the server and the generator make today.
part_schema() {
    [ -f web/openapi.json ] || { not_built 'web/openapi.json'; return; }
    document=$logs/openapi.json
    target/debug/steward openapi >"$document" || return 1
    [ -s "$document" ] || { not_built 'steward openapi'; return; }
    if ! cmp -s "$document" web/openapi.json; then
        diff -u web/openapi.json "$document" | head -n 40
        say 'web/openapi.json is not what the server answers: steward openapi >web/openapi.json'
        return 1
    fi
    client=web/src/api/schema.d.ts
    [ -f $client ] || { not_built $client; return; }
    (cd web && node_modules/.bin/openapi-typescript openapi.json -o "$logs/schema.d.ts" >/dev/null) || return 1
    if ! cmp -s "$logs/schema.d.ts" $client; then
        diff -u $client "$logs/schema.d.ts" | head -n 40
        say "$client is not what the generator makes: cd web && npm run schema"
        return 1
    fi
}

# A real browser against the real binary.
part_e2e() {
    set -- web/e2e/*.test.*
    [ -f "$1" ] || { not_built 'web/e2e'; return; }
    (cd web && STEWARD_BIN=$root/target/debug/steward npm run --silent e2e)
}

part_schemathesis() { sh scripts/schemathesis.sh; }

# SIGKILL at random moments under many writers, three rounds for each engine; one of two nodes killed; connections
# that break around commits; disks that fail, by libfault.
part_faults() {
    [ -n "$(target/debug/steward openapi 2>/dev/null)" ] || { not_built 'steward openapi'; return; }
    make --no-print-directory libfault || return 1
    STEWARD_BIN=$root/target/debug/steward STEWARD_LIBFAULT=$root/target/libfault.so \
        PG_LIBFAULT=$root/target/libfault.so sh scripts/pg.sh --durable target/debug/steward-faults --rounds 3
}

for name in $parts; do
    part "$name"
    # Without its tools nothing below can say anything.
    [ "$name" = check ] && [ -n "$broken" ] && break
done

stage "all parts, $(minutes $(($(date +%s) - begin)))"
say "$times"
[ -z "$absent" ] || say "
not built yet:$absent"
[ -z "$broken" ] || say "
failed:$broken (logs in target/test-logs)"
say ''
say "$passed passed, $failed failed"
[ "$failed" = 0 ]
