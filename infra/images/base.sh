#!/bin/sh
# Make a small Debian and import it into Docker as $1, for where no base image can be pulled: as root, with debootstrap.
set -eu
image=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
debootstrap --variant=minbase bookworm "$folder"
tar -C "$folder" --exclude=./var/cache/apt/archives --exclude=./var/lib/apt/lists --exclude=./usr/share/doc \
    --exclude=./usr/share/locale -c . | docker import - "$image"
