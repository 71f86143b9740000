#!/bin/sh
# Plays docs/PARTNERS.md against a gateway of its own and prints how long each step took. Needs openssl and bc. NO_BUILD=1 takes
# the programs as they were built last.
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

step "1 a key and a request for a certificate"
openssl req -new $new_key -keyout silk-rail.key.pem -out silk-rail.request.pem -subj "/CN=silk-rail" 2> openssl.log
chmod 600 silk-rail.key.pem
step "2 be registered"
"$BIN/gateway" partner add silk-rail --csr silk-rail.request.pem --ca-certificate ca.pem --ca-key ca.key.pem \
  --certificate-out silk-rail.pem --loads passengers --border-posts '*' --test true --config gateway.toml
step "3 connect, as soon as the gateway knows us"
cat > corridor.toml <<X
address = "$(sed -n 's/^grpc //p' addresses)"
server_name = "localhost"
ca_file = "gateway-root.pem"
certificate_file = "silk-rail.pem"
key_file = "silk-rail.key.pem"
X
until "$BIN/corridor" list 2> list.log; do sleep 0.2; done
step "4 play the conformance kit"
"$BIN/corridor" conform --report conformance.json
step "5 an own first manifest: checked, sent, sent again, compared"
mkdir sent
cp "$REPO/fixtures/coach-clean/submission.json" sent/first.json
"$BIN/corridor" validate sent/first.json
"$BIN/corridor" submit sent/first.json | head -3
"$BIN/corridor" submit sent/first.json | head -3
"$BIN/corridor" reconcile sent --from "$(date -u -d '1 hour ago' +%FT%TZ)" --to "$(date -u -d '1 hour' +%FT%TZ)" | tail -3
step "the first manifest is accepted"
