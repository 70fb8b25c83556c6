#!/bin/sh
# Makes once what the services need and nobody has to think up: an authority, the certificate of PostgreSQL, passwords, a token.
# What is there stays as it is.
set -eu
umask 077
tls=${1:-/tls} secrets=${2:-/secrets} postgres=${3:-postgres} runner=${4:-1000} host=${5:-postgres} port=${6:-5432}

if ! test -s "$tls/server.crt"; then
  openssl req -x509 -newkey rsa:3072 -noenc -days 3650 -subj "/CN=alga-extension-runner compose" \
    -keyout "$tls/ca.key" -out "$tls/ca.crt"
  openssl req -newkey rsa:3072 -noenc -subj "/CN=$host" -keyout "$tls/server.key" -out "$tls/server.csr"
  printf 'subjectAltName=DNS:%s\n' "$host" >"$tls/server.ext"
  openssl x509 -req -in "$tls/server.csr" -CA "$tls/ca.crt" -CAkey "$tls/ca.key" -days 3650 \
    -extfile "$tls/server.ext" -out "$tls/server.new"
  mv "$tls/server.new" "$tls/server.crt"
fi
chmod 0755 "$tls"
chmod 0644 "$tls/ca.crt" "$tls/server.crt"
chown "$postgres" "$tls/server.key"

for name in admin reader keys token; do
  test -s "$secrets/$name" || openssl rand -hex 24 >"$secrets/$name"
done
printf 'postgres://alga:%s@%s:%s/alga?sslmode=verify-full&sslrootcert=%s/ca.crt\n' \
  "$(cat "$secrets/admin")" "$host" "$port" "$tls" >"$secrets/admin-url"
chmod 0755 "$secrets"
# The runner's user reads what the runner needs, and PostgreSQL the password of the login that it makes.
chown "$runner" "$secrets/reader" "$secrets/keys" "$secrets/token"
chgrp "$postgres" "$secrets/keys"
chmod 0640 "$secrets/keys"
