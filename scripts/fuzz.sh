#!/bin/sh
# Fuzzes a reader of outside text with libFuzzer; no nightly compiler needed.
#     scripts/fuzz.sh [SECONDS]     (default 60; the corpus stays in fuzz/corpus)
. "$(dirname -- "$0")/lib.sh"
cd "$root/fuzz" || exit 1

seconds=${1:-60}
host=$(rustc -vV | sed -n 's/^host: //p')
# With --target these flags reach the program and its crates, not the build scripts.
export RUSTFLAGS='-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares'
mkdir -p corpus/condition
exec cargo run --release --target "$host" --bin condition -- \
    -max_total_time="$seconds" -max_len=512 -timeout=5 -dict=condition.dict corpus/condition
