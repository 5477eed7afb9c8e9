#!/bin/sh
# The program $ZOETROPE_PLAIN with --isolation $ISOLATION wherever it has that: for tests of the
# program.
#
# SPDX-License-Identifier: BSD-3-Clause
case ${1:-} in
play | info | snapshot)
    command=$1
    shift
    exec "$ZOETROPE_PLAIN" "$command" --isolation "$ISOLATION" "$@"
    ;;
bench)
    what=$2
    shift 2
    exec "$ZOETROPE_PLAIN" bench "$what" --isolation "$ISOLATION" "$@"
    ;;
esac
exec "$ZOETROPE_PLAIN" "$@"
