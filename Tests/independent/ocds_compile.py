"""Releases merged by `tequ ocds compile` beside PyPI's ocdsmerge: samples of the standard, real releases, and
random releases with what real ones have wrong. Prints how much less processor time ours takes.

usage: ocds_compile.py TEQU [MARKET [PROCESSES]]

MARKET is the folder with ocds-1.1.5/release-schema.json and, if they are there, ocds-merge-examples and
real-all.jsonl.gz; without it nothing is compared.
"""
import copy, glob, gzip, json, os, random, resource, subprocess, tempfile, time, warnings

from outside import Checks, argument

tequ, market, count = argument(1), argument(2, ""), int(argument(3, "2000"))
check = Checks()
schema = os.path.join(market, "ocds-1.1.5", "release-schema.json")
if not os.path.exists(schema):
    check.skip("ocds:", "the release schema is not here")
    check.finish()

from ocdsmerge import Merger
from ocdsmerge.exceptions import OCDSMergeError
from ocdsmerge.rules import get_merge_rules

warnings.simplefilter("ignore")
merger = Merger(merge_rules=get_merge_rules(json.load(open(schema))))


def theirs(releases):
    found = {}
    for name, merge in (("compiledRelease", merger.create_compiled_release),
                        ("versionedRelease", merger.create_versioned_release)):
        try:
            found[name] = merge(copy.deepcopy(releases))
        except OCDSMergeError:
            pass
    return found


def ours(text, *options):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(text)
        file.flush()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ran = subprocess.run([tequ, "ocds", "compile", file.name, *options], capture_output=True, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    records = [json.loads(line) for line in ran.stdout.splitlines()]
    return {r["ocid"]: {k: v for k, v in r.items() if k.endswith("Release")} for r in records}, cpu, ran


def compare(name, processes, text, *options):
    found, cpu, ran = ours(text, *options)
    start = time.process_time()
    expected = {ocid: theirs(releases) for ocid, releases in processes.items()}
    other = time.process_time() - start
    wrong = [ocid for ocid in expected if found.get(ocid) != expected[ocid]]
    check(f"ocds: {name}", not wrong and found.keys() == expected.keys() and ran.returncode in (0, 3),
          f"{len(expected) - len(wrong)} of {len(expected)} processes {wrong[:3]} {ran.stderr[-200:].strip() if wrong else ''}")
    return cpu, other


def lines(processes, r=None):
    rows = [json.dumps(release, ensure_ascii=bool(r and r.random() < .5)) for releases in processes.values() for release in releases]
    if r:
        r.shuffle(rows)
    return "\n".join(rows) + "\n"


for path in sorted(glob.glob(os.path.join(market, "ocds-merge-examples", "*.json"))):
    document = json.load(open(path))
    processes = {}
    parts = document.get("records") or [document]
    for part in parts:
        for release in part.get("releases", [part]):
            processes.setdefault(release["ocid"], []).append(release)
    compare(os.path.basename(path), processes, open(path).read())
real = os.path.join(market, "real-all.jsonl.gz")
if os.path.exists(real):
    processes = {}
    for line in gzip.open(real, "rt"):
        release = json.loads(line)
        if isinstance(release.get("ocid"), str):
            processes.setdefault(release["ocid"], []).append(release)
    kept = {ocid: releases for ocid, releases in processes.items() if len(releases) == 1}
    compare("real releases, each alone", kept, lines(kept))
    # Parts of a real release, published one after another.
    split, r = {}, random.Random(3)
    for ocid, (release,) in kept.items():
        names = [k for k in release if k not in ("ocid", "id", "date", "tag")]
        split[ocid] = []
        for day in range(1, 4):
            part = {k: copy.deepcopy(release[k]) for k in names if r.random() < .7}
            split[ocid].append({"ocid": ocid, "id": f"{ocid}-{day}", "date": f"2024-01-0{day}T00:00:00Z", "tag": ["tender"], **part})
    compare("real releases in parts", split, lines(split))


def value(r, depth=0):
    k = r.random()
    if k < .5 or depth > 2:
        return r.choice([1, 2, 1.0, "a", "b", "é\n", True, False, None, 0, "", ["x"], ["x", "y"], []])
    if k < .75:
        return {name: value(r, depth + 1) for name in r.sample(["id", "title", "value", "amount", "x"], r.randint(0, 3))}
    return [item(r, depth + 1) for _ in range(r.randint(0, 3))]


def item(r, depth=0):
    made = {"id": r.choice(["1", "2", "3", "é"])} if r.random() < .8 else {}
    if r.random() < .05:
        made["id"] = r.choice([None, 7, 8])
    for name in r.sample(["title", "status", "date", "n"], r.randint(0, 3)):
        made[name] = r.choice(["a", "b", None, 1, {"amount": r.randint(1, 2)}, {}])
    if r.random() < .4:
        made["additionalClassifications"] = [{"id": "c"}] * r.randint(0, 2)
    if depth < 2 and r.random() < .4:
        made["items"] = [item(r, depth + 1) for _ in range(r.randint(0, 2))]
    return made


def release(r, ocid, day):
    made = {"ocid": ocid, "id": f"{ocid}-{r.randint(1, 9)}", "date": f"2024-01-{day:02}T00:00:00Z", "tag": r.choice([["tender"], ["award"]])}
    for name in ("awards", "contracts", "parties", "other"):
        if r.random() < .6:
            made[name] = [item(r) for _ in range(r.randint(0, 3))]
    if r.random() < .7:
        made["tender"] = {"items": [item(r) for _ in range(r.randint(0, 2))], "submissionMethod": ["a"] * r.randint(0, 2),
                          "status": r.choice(["a", "b", None])}
    if r.random() < .3:
        made[r.choice(["free", "wild"])] = value(r)
    if r.random() < .1:
        made.pop(r.choice(["id", "tag"]))
    return made


for seed in range(1, 5):
    r = random.Random(seed)
    processes = {f"p{n}": [release(r, f"p{n}", day) for day in range(1, r.randint(2, 6))] for n in range(count // 4)}
    # Lines in any order; those of one process have dates of their own.
    cpu, other = compare(f"random releases, seed {seed}", processes, lines(processes, r))
compare("rules from the schema", processes, lines(processes), "--schema", schema)
big, r = {}, random.Random(9)
for n in range(count):
    suppliers = [{"id": f"S{r.randint(0, 99)}", "name": "供应商"} for _ in range(4)]
    base = {"ocid": f"p{n}", "parties": suppliers, "buyer": {"id": "B", "name": "市属国企"},
            "tender": {"id": str(n), "title": "采购项目", "status": "active", "value": {"amount": r.randint(1, 10**6), "currency": "CNY"},
                       "items": [{"id": str(k), "description": "项", "classification": {"scheme": "UNSPSC", "id": "1234"}} for k in range(3)]}}
    award = {"awards": [{"id": "1", "status": "active", "suppliers": suppliers[:1], "value": {"amount": r.randint(1, 10**6), "currency": "CNY"}}],
             "tender": {"status": "complete"}}
    big[f"p{n}"] = [{**base, "id": f"{n}-1", "date": "2024-01-01T00:00:00Z", "tag": ["tender"]},
                    {"ocid": f"p{n}", "id": f"{n}-2", "date": "2024-02-01T00:00:00Z", "tag": ["award"], **award}]
text = lines(big)
cpu, other = compare("processes with two releases", big, text)
# A larger file, so that starting the program weighs little.
_, cpu, _ = ours("".join(text.replace('"ocid": "p', f'"ocid": "q{k}-') for k in range(10)))
ratio = other * 10 / cpu
check("ocds: at least 20 times less processor time than ocdsmerge", ratio >= 20,
      f"{ratio:.0f} times; {count * 10 / cpu:.0f} and {count / other:.0f} processes a second, ours with reading and writing")
check.finish()
