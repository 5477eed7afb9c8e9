#!/bin/sh
# Holds calls to the operating system to engine/base/os*.c: no other file of the engine includes a header that declares them.
# Usage: platform.sh SOURCE_DIR
set -eu

cd "${1:?usage: platform.sh SOURCE_DIR}"
headers='dirent|fcntl|ftw|malloc|poll|sched|signal|spawn|unistd|arpa/[a-z]+|linux/[a-z]+|net/[a-z]+|netinet/[a-z]+|sys/[a-z]+'
found=$(grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*<($headers)\.h>" engine | grep -v '^engine/base/os' || true)
if [ -n "$found" ]; then
    echo "calls to the operating system stand in engine/base/os*.c alone:"
    echo "$found"
    exit 1
fi
