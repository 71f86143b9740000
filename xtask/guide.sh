#!/bin/sh
# Plays docs/PARTNERS.md, command by command as it stands there, against a gateway of its own, and prints how long each step took. Needs
# openssl and bc. NO_BUILD=1 takes the programs as they were built last. FROM_NOTHING=1 begins as a stranger does: a clone of what is
# committed here, no crate at hand, and `corridor` built as the guide says; git, a Rust toolchain and a C compiler are there.
set -eu
cd "$(dirname "$0")/.."
REPO=$PWD BIN=${CARGO_TARGET_DIR:-$PWD/target}/debug
[ -n "${NO_BUILD:-}" ] || cargo build --quiet --workspace --bins
FOLDER=$(mktemp -d)
cd "$FOLDER"
GATEWAY=
trap '[ -z "$GATEWAY" ] || { kill "$GATEWAY"; wait "$GATEWAY" || true; }; rm -r "$FOLDER"' EXIT

# The other side, beforehand: a gateway, and a CA for partners who have none. Everybody is invented.
new_key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
cat > ca.cnf <<X
[req]
distinguished_name = dn
x509_extensions = v3
[dn]
[v3]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
X
for ca in gateway-root ca; do
  openssl req -x509 $new_key -keyout $ca.key.pem -out $ca.pem -subj "/CN=synthetic $ca" -days 365 -config ca.cnf 2> openssl.log
done
openssl req -new $new_key -keyout server.key.pem -out server.request.pem -subj "/CN=localhost" 2> openssl.log
printf 'subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n' > server.ext
openssl x509 -req -in server.request.pem -CA gateway-root.pem -CAkey gateway-root.key.pem -CAcreateserial -days 30 \
  -extfile server.ext -out server.pem 2> openssl.log
chmod 600 ./*.key.pem
cat > gateway.toml <<X
authenticate = {listen = "127.0.0.1:0", certificate_file = "$FOLDER/server.pem", key_file = "$FOLDER/server.key.pem"}
persist = {path = "$FOLDER/store.db", wrapping_keys_file = "$FOLDER/wrapping-keys", digest_secret_file = "$FOLDER/digest-secret"}
admin = {listen = "127.0.0.1:0"}
observability = {log_filter = "warn"}
X
"$BIN/gateway" migrate --config gateway.toml > migrate.log
"$BIN/gateway" serve --config gateway.toml > addresses &
GATEWAY=$!
until grep -q '^admin' addresses; do sleep 0.1; done

BEGIN=$(date +%s.%N)
step() { printf '\n%6.1f s  %s\n' "$(echo "$(date +%s.%N) - $BEGIN" | bc)" "$1"; }
GUIDE=$REPO/docs/PARTNERS.md
# The block of the guide that holds these words: its commands, or its settings.
block() { awk -v words="$1" '/^```/ {if (inside && found) exit; inside = !inside; text = ""; found = 0; next}
  inside {text = text $0 "\n"; if (index($0, words)) found = 1} END {if (!found) exit 1; printf "%s", text}' "$GUIDE"; }
play() { commands=$(block "$1"); printf '%s\n' "$commands" | sed 's/^/$ /'; set -e; eval "$commands"; }

SOURCES=$REPO
if [ -n "${FROM_NOTHING:-}" ]; then
  step "0 the sources, and corridor built"
  git clone --quiet "$REPO" clone
  SOURCES=$FOLDER/clone
  (cd clone && CARGO_HOME=$FOLDER/cargo CARGO_TARGET_DIR=$FOLDER/target cargo build --quiet --release --package cli)
  PATH=$FOLDER/target/release:$BIN:$PATH
fi
PATH=$PATH:$BIN
ln -s "$SOURCES/fixtures" fixtures

step "1 a key and a request for a certificate"
play 'openssl req -new' 2> openssl.log
step "2 be registered"
play '--csr'
step "3 connect, as soon as the gateway knows us"
block 'server_name' | sed "s/gateway.example:8443/$(sed -n 's/^grpc //p' addresses)/; s/gateway.example/localhost/" > corridor.toml
until corridor list 2> list.log; do sleep 0.2; done
play 'corridor list'
step "4 play the conformance kit"
play 'corridor conform'
step "5 an own first manifest: checked, sent, sent again, compared"
play 'corridor submit'
mkdir sent
cp first.json sent
corridor submit sent/first.json | head -3
corridor reconcile sent --from "$(date -u -d '1 hour ago' +%FT%TZ)" --to "$(date -u -d '1 hour' +%FT%TZ)" | tail -3
step "the first manifest is accepted"
