#!/bin/sh
# Random secrets for docker-compose.yml, each a file of its own; files that are there stay as they are.
set -eu
folder=${SECRETS:-secrets}
umask 077
mkdir -p "$folder"

keep() { # name, content: readable within the folder, which is its owner's alone, since containers have users of their own
    [ -e "$folder/$1" ] || { printf '%s' "$2" >"$folder/$1"; chmod 444 "$folder/$1"; }
}
word() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

keep postgres-password "$(word)"
keep redis-password "$(word)"
keep api-tokens "$(word)"
keep erasure-key "$(word)" # keep a copy apart from the database and its backups
keep llm-api-key "$(word)"
keep hf-token "${HF_TOKEN:-}" # of Hugging Face, for weights that are not open to all; may be empty
keep database-url "postgresql://turnpoint:$(cat "$folder/postgres-password")@postgres:5432/turnpoint"
keep redis-url "redis://:$(cat "$folder/redis-password")@redis:6379/0"
echo "The secrets are in $folder/; callers send $folder/api-tokens as their token."
