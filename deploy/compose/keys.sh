#!/bin/sh
# PostgreSQL runs this once, as it makes its data: the login that keeps answers under idempotency keys, in a schema of its own.
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set password="$(cat /secrets/keys)" <<'SQL'
CREATE ROLE alga_ext_keys LOGIN PASSWORD :'password';
CREATE SCHEMA alga_extension_runner AUTHORIZATION alga_ext_keys;
SQL
