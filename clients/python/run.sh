#!/bin/sh
# Generates the stubs, then announces. Needs Python 3.9 or later; packages go into a virtual environment.
set -eu
cd "$(dirname "$0")"
[ -x .venv/bin/python ] || python3 -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
mkdir -p generated
.venv/bin/python -m grpc_tools.protoc -I ../../proto --python_out=generated --grpc_python_out=generated \
  ../../proto/customs/prearrival/v1/*.proto
PYTHONPATH=generated exec .venv/bin/python announce.py "$@"
