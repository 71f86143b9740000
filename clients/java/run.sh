#!/bin/sh
# Generates the stubs, compiles and announces. Needs a JDK 17 or later and Maven 3.8 or later.
set -eu
cd "$(dirname "$0")"
exec mvn --batch-mode --quiet compile exec:java "$@"
