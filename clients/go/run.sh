#!/bin/sh
# Generates the stubs, then announces. Needs Go 1.24 or later and protoc (or PROTOC=...).
set -eu
cd "$(dirname "$0")"
mkdir -p bin prearrivalv1
GOBIN="$PWD/bin" go install google.golang.org/protobuf/cmd/protoc-gen-go google.golang.org/grpc/cmd/protoc-gen-go-grpc
PATH="$PWD/bin:$PATH" ${PROTOC:-protoc} -I ../../proto \
  --go_out=. --go_opt=module=customs.uz/prearrival \
  --go-grpc_out=. --go-grpc_opt=module=customs.uz/prearrival \
  ../../proto/customs/prearrival/v1/*.proto
exec go run . "$@"
