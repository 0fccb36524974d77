#!/bin/sh
# Speed, size and faults of the release build, each figure beside a raw limit measured in the same run.
# Arguments go to the benchmark ("--only create"); both engines, PostgreSQL with its syncs on.
. "$(dirname -- "$0")/lib.sh"

sh scripts/check.sh test || exit 1
PATH=$PATH:$venv/bin
[ -f bench/src/main.rs ] || die 'not built yet: bench/src/main.rs'
stage 'web pages'
sh scripts/web.sh || exit 1
stage 'release build (some minutes)'
cargo build --locked --release -p steward -p steward-bench || exit 1
make --no-print-directory libfault || exit 1
stage 'benchmark'
STEWARD_BIN=$root/target/release/steward
STEWARD_LIBFAULT=$root/target/libfault.so
export STEWARD_BIN STEWARD_LIBFAULT
exec sh scripts/pg.sh --durable target/release/steward-bench "$@"
