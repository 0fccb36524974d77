#!/bin/sh
# From a clean clone to the running product: tools, web, binary, server. Arguments go to `steward serve`.
# The first start imports the real incident log into ./steward-data; later starts find it there.
. "$(dirname -- "$0")/lib.sh"

begin=$(date +%s)
elapsed() { minutes "$(($(date +%s) - begin))"; }

stage '1/4 tools'
sh scripts/check.sh run || exit 1

stage "2/4 web pages ($(elapsed) so far)"
sh scripts/web.sh || die 'The web pages could not be built.'

stage "3/4 binary ($(elapsed) so far; the first build takes about 12 minutes on 2 idle cores)"
cargo build --locked -p steward || die 'The binary could not be built.'

stage "4/4 server ($(elapsed) so far)"
if [ ! -e steward-data/steward.db ]; then
    say 'First start: the real incident log (141,712 updates of 24,918 incidents) is imported, then the pages open.'
fi
exec target/debug/steward serve --demo "$@"
