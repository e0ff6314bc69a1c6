"""The speed of the log's tree beside golang.org/x/mod's tlog (Debian: golang-go, golang-golang-x-mod-dev) and
PyPI's pymerkle, in turn on the same machine, each by seconds of processor time of one core.

usage: log_speed.py TEQU [ENTRIES]
"""
import json, subprocess, tempfile, time

from outside import Checks, argument
from own_log import golang

tequ, entries = argument(1), int(argument(2, "1000000"))
check = Checks()
ROUNDS = 3


def ours():
    lines = subprocess.run([tequ, "bench", "log", "--entries", str(entries), "--acts", "0", "--json"], capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in lines.stdout.splitlines()]
    rate = {row["bench"].split(",")[0]: row["count"] / row["cpu_seconds"] for row in rows}
    return rate["integration"], rate["inclusion proofs checked"]


def go(folder):
    """None where Go or its package is not installed."""
    program = golang("log_speed", folder)
    if program is None:
        return None
    words = subprocess.run([program, str(entries)], capture_output=True, text=True, check=True).stdout.split()
    return float(words[0]), float(words[1])


def pymerkle(count=20_000):
    try:
        from pymerkle import InmemoryTree, verify_inclusion
    except ImportError:
        return None
    tree, entry = InmemoryTree(algorithm="sha256"), bytes(92)
    start = time.process_time()
    for number in range(count):
        tree.append_entry(number.to_bytes(8, "big") + entry)
    appended = time.process_time() - start
    root = tree.get_root()
    proofs = [(tree.get_leaf(number), tree.prove_inclusion(number, count)) for number in range(1, count, 200)]
    start = time.process_time()
    for leaf, proof in proofs:
        verify_inclusion(leaf, root, proof)
    return count / appended, len(proofs) / (time.process_time() - start)


with tempfile.TemporaryDirectory() as folder:
    runs = [(ours(), go(folder), pymerkle()) for _ in range(ROUNDS)]
best = [max((run[who] for run in runs if run[who]), default=None) for who in range(3)]
print("tequ: %.0f entries/s, %.0f checks/s" % best[0])
for name, rates, goals in (("x/mod tlog", best[1], (5, 4)), ("pymerkle", best[2], (60, 20))):
    if rates is None:
        check.skip(name, "is not installed")
        continue
    for what, own, other, goal in zip(("entries", "checks"), best[0], rates, goals):
        check(f"{what} beside {name}", own >= goal * other, f"{own / other:.1f} times {other:.0f}/s, the goal is {goal}")
check.finish()
