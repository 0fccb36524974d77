#!/bin/sh
# Builds the browser's part into web/dist, but only when one of its sources changed since the last time:
#     scripts/web.sh [--always]
. "$(dirname -- "$0")/lib.sh"

[ -f web/package.json ] || die 'web/package.json is missing'
mkdir -p target

# sources FILE...: one digest over names and content.
digest() { find "$@" -type f -exec sha256sum {} + | LC_ALL=C sort | sha256sum; }

packages=$(digest web/package.json web/package-lock.json)
if [ "$(cat web/node_modules/.steward-packages 2>/dev/null)" != "$packages" ]; then
    say "npm ci (packages changed)"
    (cd web && npm ci --no-audit --no-fund --loglevel=error) || exit 1
    printf '%s' "$packages" >web/node_modules/.steward-packages
fi

sources=$(cd web && find . \( -name node_modules -o -name dist -o -name e2e \) -prune -o -type f -exec sha256sum {} + |
    LC_ALL=C sort | sha256sum)
if [ "${1:-}" != --always ] && [ -f web/dist/index.html ] && [ "$(cat target/web-stamp 2>/dev/null)" = "$sources" ]; then
    say 'web/dist is up to date'
    exit 0
fi
rm -f target/web-stamp
(cd web && npm run --silent build) || exit 1
printf '%s' "$sources" >target/web-stamp
