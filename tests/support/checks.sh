# What test scripts begin with: `. "$(dirname "$0")/../support/checks.sh"`. A folder of their own, $work, which goes when they end,
# and has the program's settings, state and caches; $checks and $failures, fail TEXT..., and end_checks, which is the last command.
#
# SPDX-License-Identifier: BSD-3-Clause
work=$(mktemp -d) || exit 1
trap 'chmod -R u+rwx "$work" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
export HOME="$work" XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state" XDG_CACHE_HOME="$work/cache"

checks=0
failures=0
fail() {
    failures=$((failures + 1))
    echo "FAILED: $*" >&2
}

end_checks() {
    echo "$checks checks, $failures failures"
    [ "$failures" -eq 0 ]
}
