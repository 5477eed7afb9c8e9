#!/bin/sh
# What decoding in processes of its own costs: `bench decode` with and without, in turns; medians of ROUNDS rounds. "fps" is by the
# wall clock; "cpu" is frames for each second of processor time, of all processes together, which other programs disturb less.
# Usage: isolation.sh ZOETROPE SEQUENCE...    (ROUNDS=5 REPEAT=40; starting is part of it, so with few frames repeat more)
set -eu

: "${2:?usage: isolation.sh ZOETROPE SEQUENCE...}"
exec python3 - "$@" <<'PYTHON'
import json, math, os, resource, statistics, subprocess, sys

def run(program, mode, sequence):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run([program, "bench", "decode", "--json", "--isolation", mode, "--repeat", os.environ.get("REPEAT", "40"),
                          sequence], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    report = json.loads(out)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return report["fps"], report["frames"] / cpu

program, sequences = sys.argv[1], sys.argv[2:]
logs = [0.0, 0.0]
print(f"{'sequence':<28}{'fps off':>9}{'fps on':>9}{'ratio':>7}{'cpu':>7}")
for sequence in sequences:
    figures = {"off": [], "on": []}
    for _ in range(int(os.environ.get("ROUNDS", "5"))):
        for mode in figures:
            figures[mode].append(run(program, mode, sequence))
    fps, cpu = ([statistics.median(f[i] for f in figures[mode]) for mode in ("off", "on")] for i in (0, 1))
    ratios = fps[1] / fps[0], cpu[1] / cpu[0]
    logs = [sum_ + math.log(ratio) for sum_, ratio in zip(logs, ratios)]
    print(f"{os.path.basename(sequence.rstrip('/')):<28}{fps[0]:9.1f}{fps[1]:9.1f}{ratios[0]:7.3f}{ratios[1]:7.3f}", flush=True)
print(f"{'geometric mean':<46}{math.exp(logs[0] / len(sequences)):7.3f}{math.exp(logs[1] / len(sequences)):7.3f}")
PYTHON
