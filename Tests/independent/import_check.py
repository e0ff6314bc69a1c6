"""Imports files of old messages: twice, with bad lines among them, and killed in the middle.

usage: import_check.py TEQU FOLDER     (FOLDER holds civic2020c_reply.jsonl.gz and civic2020c_hot.jsonl.gz)
"""
import gzip, json, os, random, signal, subprocess, tempfile, time, zlib

from outside import Checks, argument

tequ, folder = argument(1), argument(2, "")
check = Checks()
files = [os.path.join(folder, name) for name in ("civic2020c_reply.jsonl.gz", "civic2020c_hot.jsonl.gz")]
if not all(map(os.path.exists, files)):
    check.skip("import:", "the files of messages are not here")
    check.finish()
work = tempfile.mkdtemp(prefix="tequ-import-")
chance = random.Random(12345)


def run(path, data):
    ran = subprocess.run([tequ, "import", "requests", path, "--data", data, "--json"],
                         capture_output=True, text=True)
    try:
        return ran.returncode, json.loads(ran.stdout)
    except ValueError:
        return ran.returncode, {"problems": [], "error": ran.stderr[-200:]}


def verified(data):
    ran = subprocess.run([tequ, "verify", "--data", data, "--json"], capture_output=True, text=True)
    report = json.loads(ran.stdout)
    return ran.returncode == 0 and report["clean"], report


def counts(report):
    return {n: report.get(n) for n in ("rows", "imported", "known", "refused")}


def sources(path):
    """The distinct messages of a file: an id twice is one message."""
    with gzip.open(path, "rt") as file:
        return {str(json.loads(line)["id"]) for line in file}


fresh, distinct = os.path.join(work, "fresh"), 0
for path in files:
    name, ids = os.path.basename(path), len(sources(path))
    status, first = run(path, fresh)
    refused = first.get("refused", -1)
    check(f"import: {name}", status == (3 if refused else 0) and first.get("imported", 0) + refused >= ids,
          f"{counts(first)} {ids} ids {first['problems'][:2]}")
    distinct += first.get("imported", 0)
clean, before = verified(fresh)
check("import: verify after the first", clean, f"{before['acts']} acts {before['findings'][:2]}")
for path in files:
    _, second = run(path, fresh)
    check(f"import: {os.path.basename(path)} again adds nothing", second.get("imported") == 0, counts(second))
clean, after = verified(fresh)
check("import: not one act more", clean and (after["acts"], after["entries"]) == (before["acts"], before["entries"]),
      f"{after['acts']} acts")

bad = [b"no json", b"{", b"[]", b"{}", b'{"id": "x1"}', b'{"id":"x2","title":"t","body":"b","time":"2020/13/1 9:00:00"}',
       b'{"id":"x3","title":"t","body":"b","asked":"2020/2/2 9:00:00","reply":"r","replied":"2020/1/1 9:00:00"}',
       b'{"id":"x4","title":"\xff\xfe","body":"b","time":"2020/1/1 9:00:00"}', b'{"id":"x5","title":"   ","body":"b","time":"2020/1/1"}',
       b'{"id":"x6","id":"x7","title":"t","body":"b","time":"2020/1/1"}', b"[" * 100000, b"\x00" * 10 + b"x",
       b'{"id":"x8","title":"t","body":"b","time":"99999999999999999999"}']
with gzip.open(files[0], "rb") as file:
    good = [line for line in file.read().split(b"\n") if line][:500]
mixed, lines = list(good), []
for line in bad:
    mixed.insert(chance.randrange(len(mixed)), line)
lines = sorted(i + 1 for i, line in enumerate(mixed) if line in bad)
path = os.path.join(work, "mixed.jsonl")
with open(path, "wb") as file:
    file.write(b"\n".join(mixed))
status, report = run(path, os.path.join(work, "mixed"))
told = [p["line"] for p in report["problems"]]
check("import: every bad line is told with its number", told == lines and status == 3, f"{counts(report)} status {status}")
check("import: each with a reason in both languages", all(p["zh"] and p["en"] for p in report["problems"]))
check("import: the rest goes in", report.get("imported") == len({json.loads(g)["id"] for g in good}), len(good))
check("import: verify with bad lines", verified(os.path.join(work, "mixed"))[0])

# Killed at moments of no one's choosing, until it is through; then as many acts as without a kill.
killed, kills = os.path.join(work, "killed"), 0
for attempt in range(8):
    process = subprocess.Popen([tequ, "import", "requests", files[0], "--data", killed],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.1 + chance.random() * 0.5)
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
        kills += 1
    process.wait()
status, report = run(files[0], killed)
alone = os.path.join(work, "alone")
run(files[0], alone)
(clean, cut), (_, whole) = verified(killed), verified(alone)
check("import: killed and run again completes", clean and (cut["acts"], cut["entries"]) == (whole["acts"], whole["entries"]),
      f"{kills} kills, {cut['acts']} of {whole['acts']} acts, last run {counts(report)}")
status, report = run(os.path.join(work, "absent"), fresh)
check("import: a file that is not there", status == 1, status)
# Cut off between two lines, so that only the missing end of the gzip stream can tell.
packer = zlib.compressobj(wbits=31)
with open(os.path.join(work, "cut.gz"), "wb") as file:
    file.write(packer.compress(b"\n".join(good[:50]) + b"\n") + packer.flush(zlib.Z_FULL_FLUSH))
status, report = run(os.path.join(work, "cut.gz"), os.path.join(work, "cut"))
check("import: a gzip that is cut off is told", status in (1, 3), f"status {status} {counts(report)}")
check.finish()
