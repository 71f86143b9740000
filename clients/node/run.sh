#!/bin/sh
# Announces. Needs Node.js 20 or later; the contract is read at run time, nothing is generated.
set -eu
cd "$(dirname "$0")"
[ -d node_modules ] || npm ci --silent --no-audit --no-fund
exec node announce.js "$@"
