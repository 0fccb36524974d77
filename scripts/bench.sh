#!/bin/sh
# Speed, size and faults of the release build, each figure beside a raw limit measured in the same run.
# Arguments go to the benchmark: make bench ARGS="--quick", ARGS="--only create,read". Without any, 50 rounds of
# faults follow, on both engines.
. "$(dirname -- "$0")/lib.sh"

sh scripts/check.sh test || exit 1
PATH=$PATH:$venv/bin
stage 'web pages'
sh scripts/web.sh || exit 1
stage 'release build (some minutes)'
cargo build --locked --release -p steward -p steward-bench || exit 1
make --no-print-directory libfault || exit 1
STEWARD_BIN=$root/target/release/steward
STEWARD_LIBFAULT=$root/target/libfault.so
export STEWARD_BIN STEWARD_LIBFAULT

# Figures are for two cores, which the product, the bare program and the load share.
cores=''
[ "$(nproc)" -le 2 ] || ! have taskset || cores='taskset -c 0,1'
stage 'speed and size'
$cores target/release/steward-bench "$@"
status=$?
if [ $# -eq 0 ]; then
    stage 'faults: 50 rounds'
    PG_LIBFAULT=$STEWARD_LIBFAULT sh scripts/pg.sh --durable target/release/steward-faults --rounds 50 || status=1
fi
exit $status
