#!/bin/sh
# Announces over gRPC-Web and HTTP/1.1. Needs Node.js 20 or later and protoc (or PROTOC=...), which only packs the contract
# into one file that is read at run time.
set -eu
cd "$(dirname "$0")"
[ -d node_modules ] || npm ci --silent --no-audit --no-fund
mkdir -p generated
${PROTOC:-protoc} -I ../../proto -I node_modules/google-proto-files --include_imports \
  --descriptor_set_out=generated/contract.binpb \
  ../../proto/customs/prearrival/v1/*.proto node_modules/google-proto-files/google/rpc/error_details.proto
exec node announce.js "$@"
