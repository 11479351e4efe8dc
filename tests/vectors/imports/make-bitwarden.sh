#!/usr/bin/env bash
# Makes the bitwarden*.* fixtures: the real Bitwarden CLI logs in to bitwarden-fake-server.mjs
# on localhost and exports. Everything in the vault is invented.
# Usage: make-bitwarden.sh OUTPUT_FOLDER   (BW=path of bw.js; "npm install @bitwarden/cli@2026.9.0")
# Needs node 20+ and openssl. bitwarden.{json,csv} and bitwarden-org.* come out the same every time, the ciphertexts do not.
set -euo pipefail
out=${1:?usage: make-bitwarden.sh OUTPUT_FOLDER}
mkdir -p "$out"
out=$(cd "$out" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
BW=${BW:-node_modules/@bitwarden/cli/build/bw.js}
PORT=${PORT:-18443}
tmp=$(mktemp -d)
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$tmp/key.pem" -out "$tmp/cert.pem" -days 2 \
  -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
node "$here/bitwarden-fake-server.mjs" "$PORT" "$tmp/cert.pem" "$tmp/key.pem" 2>"$tmp/server.log" &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$tmp"' EXIT
for _ in $(seq 100); do grep -q listening "$tmp/server.log" && break; sleep 0.1; done

export BITWARDENCLI_APPDATA_DIR=$tmp/app NODE_EXTRA_CA_CERTS=$tmp/cert.pem BW_NOINTERACTION=true BW_QUIET=true
bw() { timeout 120 node "$BW" "$@"; }
bw config server "https://localhost:$PORT" 2>/dev/null
BW_SESSION=$(BW_QUIET=false timeout 120 node "$BW" login aiko.takahashi@example.com fixture-master-password --raw)
export BW_SESSION
org=22222222-2222-4222-8222-222222222222
for f in csv json zip; do bw export --format $f --output "$out/bitwarden.$f"; done
bw export --format encrypted_json --password export-password --output "$out/bitwarden-encrypted.json"
bw export --format encrypted_json --output "$out/bitwarden-account-encrypted.json"
for f in csv json; do bw export --organizationid $org --format $f --output "$out/bitwarden-org.$f"; done
chmod 644 "$out"/bitwarden*.{csv,json,zip}
