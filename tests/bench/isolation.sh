#!/bin/sh
# What decoding in processes of its own costs: `bench decode` and `bench scrub` with and without, in turns; medians of ROUNDS rounds.
# "fps" is by the wall clock; "cpu" is frames for each second of processor time, of all processes together, which other programs disturb
# less. "ms" is the time from a jump to a frame that is not loaded until it is shown, the median of SEEKS jumps; "more" is what isolation
# adds to it, the median of the rounds' differences.
# Usage: isolation.sh ZOETROPE SEQUENCE...    (ROUNDS=5 REPEAT=40 SEEKS=60; starting is part of it, so with few frames repeat more;
# REPEAT=0 or SEEKS=0 leaves one of the two out)
set -eu

: "${2:?usage: isolation.sh ZOETROPE SEQUENCE...}"
exec python3 - "$@" <<'PYTHON'
import json, math, os, resource, statistics, subprocess, sys

modes = "off", "on"
rounds, repeat, seeks = (int(os.environ.get(name, default)) for name, default in (("ROUNDS", 5), ("REPEAT", 40), ("SEEKS", 60)))
program, sequences = sys.argv[1], sys.argv[2:]

def bench(mode, sequence, *what):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run([program, "bench", *what, "--json", "--isolation", mode, sequence], stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return json.loads(out), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

def decode(mode, sequence):
    report, cpu = bench(mode, sequence, "decode", "--repeat", str(repeat))
    return report["fps"], report["frames"] / cpu

def scrub(mode, sequence, seed):
    report, _ = bench(mode, sequence, "scrub", "--seeks", str(seeks), "--seed", str(seed))
    return report["latency_ms"]["p50"]

logs = [[], []]
print(f"{'sequence':<28}{'fps off':>9}{'fps on':>9}{'ratio':>7}{'cpu':>7}{'ms off':>9}{'ms on':>9}{'more':>8}")
for sequence in sequences:
    line = f"{os.path.basename(sequence.rstrip('/')):<28}"
    if repeat:
        runs = [[decode(mode, sequence) for mode in modes] for _ in range(rounds)]
        off, on = ([statistics.median(column) for column in zip(*mode)] for mode in zip(*runs))
        for sums, a, b in zip(logs, off, on):
            sums.append(math.log(b / a))
        line += f"{off[0]:9.1f}{on[0]:9.1f}{on[0] / off[0]:7.3f}{on[1] / off[1]:7.3f}"
    else:
        line += " " * 32
    if seeks:
        pairs = [[scrub(mode, sequence, seed) for mode in modes] for seed in range(1, rounds + 1)]
        off, on = (statistics.median(column) for column in zip(*pairs))
        line += f"{off:9.2f}{on:9.2f}{statistics.median(b - a for a, b in pairs):+8.2f}"
    print(line, flush=True)
if repeat:
    print(f"{'geometric mean':<46}{math.exp(statistics.mean(logs[0])):7.3f}{math.exp(statistics.mean(logs[1])):7.3f}")
PYTHON
