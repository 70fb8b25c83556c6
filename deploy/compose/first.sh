#!/bin/sh
# Makes once what the services need and nobody has to think up: an authority, the certificate of PostgreSQL, passwords, a token.
# What is there stays as it is.
set -eu
umask 077

if ! test -s /tls/server.crt; then
  openssl req -x509 -newkey rsa:3072 -noenc -days 3650 -subj "/CN=alga-extension-runner compose" -keyout /tls/ca.key -out /tls/ca.crt
  openssl req -newkey rsa:3072 -noenc -subj "/CN=postgres" -keyout /tls/server.key -out /tls/server.csr
  printf 'subjectAltName=DNS:postgres\n' >/tls/server.ext
  openssl x509 -req -in /tls/server.csr -CA /tls/ca.crt -CAkey /tls/ca.key -days 3650 -extfile /tls/server.ext -out /tls/server.new
  mv /tls/server.new /tls/server.crt
fi
chmod 0755 /tls
chmod 0644 /tls/ca.crt /tls/server.crt
chown postgres /tls/server.key

for name in admin reader keys token; do
  test -s "/secrets/$name" || openssl rand -hex 24 >"/secrets/$name"
done
test -s /secrets/admin-url || printf 'postgres://alga:%s@postgres:5432/alga?sslmode=verify-full&sslrootcert=/tls/ca.crt\n' "$(cat /secrets/admin)" >/secrets/admin-url
# The runner's user reads what the runner needs.
chmod 0755 /secrets
chown 1000 /secrets/reader /secrets/keys /secrets/token
