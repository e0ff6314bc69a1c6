#!/usr/bin/env python3
"""Checks measure 16 from outside: alerts and their count from entries of the log alone, the draws, the open data
against the schema of OCDS 1.1.5 and against the program's own flags, and 10,000 random tamperings of stored alerts,
every one of which `tequ oversight audit` must name.

usage: oversight.py BASE TEQU DATA [SCHEMA-FOLDER]

Written from OCDS 1.1 and the program's reference pages; it shares no code with the program.
"""
import collections, hashlib, json, os, random, shutil, sqlite3, subprocess, sys, tempfile, urllib.request

from outside import Site, entries

base, tequ, data = sys.argv[1:4]
folder = sys.argv[4] if len(sys.argv) > 4 else ""
TAMPERINGS = int(os.environ.get("TEQU_TAMPERINGS", "10000"))
checks = failed = 0


def check(holds, what):
    global checks, failed
    checks += 1
    if not holds:
        failed += 1
        print("FAIL", what, flush=True)


def get(path):
    with urllib.request.urlopen(base + path) as answer:
        return answer.read()


def run(*words, ok=(0,)):
    done = subprocess.run([tequ, *words], capture_output=True, text=True)
    if done.returncode not in ok:
        raise SystemExit(f"{' '.join(words)}: {done.returncode} {done.stderr[:2000]}")
    return done


def merge(old, new):
    """The merging of OCDS 1.1, for releases whose lists of objects have ids."""
    if isinstance(new, dict):
        result = dict(old) if isinstance(old, dict) else {}
        for name, value in new.items():
            if value is None:
                result.pop(name, None)
            else:
                result[name] = merge(result.get(name), value)
        return result
    if isinstance(new, list) and new and all(isinstance(e, dict) for e in new):
        result = list(old) if isinstance(old, list) else []
        for element in new:
            places = [i for i, e in enumerate(result) if "id" in element and e.get("id") == element["id"]]
            if places:
                result[places[0]] = merge(result[places[0]], element)
            else:
                result.append(merge(None, element))
        return result
    return new


def from_the_log(acts):
    """Counts the alerts, folds the releases and computes the flags again."""
    raised = [a["public"] for a in acts if a["kind"] == "procurement.alerts.raise"]
    ids = [a["alert"] for a in raised]
    check(len(ids) == len(set(ids)), "an alert was raised twice")
    check(len(ids) > 0, "there are alerts")
    figures = json.loads(get("/api/procurement/alerts/figures"))
    shown = next((f["value"] for f in figures["indicators"] if f["id"] == "procurement.alerts"), None)
    check(shown == len(ids), f"the page shows {shown} alerts, the log has {len(ids)}")
    compiled = {}
    for act in acts:
        release = act["public"].get("ocds") if act["kind"].startswith("procurement.") else None
        if release and not act["kind"].endswith(".refused"):
            compiled[release["ocid"]] = merge(compiled.get(release["ocid"]), release)
    check(len(compiled) > 0, "there are purchases")
    lines = os.path.join(work, "compiled.jsonl")
    with open(lines, "w") as out:
        for ocid in sorted(compiled):
            out.write(json.dumps(compiled[ocid]) + "\n")
    flags = json.loads(run("flags", lines, "--catalogue").stdout)
    missing = []
    for ocid, values in flags.get("OCID", {}).items():
        status = compiled[ocid].get("tender", {}).get("status", "")
        if status in ("planning", "planned", "") and "awards" not in compiled[ocid]:
            continue
        missing += [(ocid, code) for code in values if f"{ocid}|process|{code}" not in set(ids)]
    # What changes with other purchases' prices may come after the last look at a purchase.
    moving = {"R024", "R058", "R016", "R017", "R019", "R022", "R011", "R013"}
    check(not [m for m in missing if m[1] not in moving], f"flags without an alert: {missing[:5]}")
    return ids, compiled


def draws(acts):
    """Every revealed seed is the one that was committed, and gives the published order; every assignment follows."""
    commitments, revealed, places = {}, 0, {}
    for act in acts:
        public = act["public"]
        if act["kind"] == "procurement.draws.commit":
            commitments[act["matter"]] = public["commitment"]
        elif act["kind"] == "procurement.draws.reveal":
            revealed += 1
            digest = hashlib.sha256(public["seed"].encode()).hexdigest()
            check(commitments.get(act["matter"]) == digest, "a seed is not what was committed")
            order = sorted(public["order"], key=lambda a: hashlib.sha256(f"{public['seed']}\n{a}".encode()).hexdigest())
            check(order == public["order"], "an order is not that of its seed")
            for place, alert in enumerate(order):
                places[alert] = (place, public["handlers"])
    names = {a["matter"]: a["public"]["alert"] for a in acts if a["kind"] == "procurement.alerts.raise"}
    assigned = 0
    for act in acts:
        if act["kind"] in ("procurement.alerts.assign", "procurement.alerts.assign-sample"):
            place, handlers = places[names[act["matter"]]]
            assigned += 1
            check(act["public"]["place"] == place and act["public"].get("agency") in (None, handlers[place % len(handlers)]),
                  "an alert is not where the lot put it")
            check((place % 10 == 0) == act["kind"].endswith("-sample"), "a second look is not what was drawn")
    check(revealed > 0 and assigned > 0, f"{revealed} draws, {assigned} alerts assigned")


def open_data(compiled):
    """The open data is valid OCDS by two validators and holds the same processes as the log."""
    package = json.loads(get("/api/procurement/releases.json?limit=200"))
    path = os.path.join(work, "package.json")
    with open(path, "w") as out:
        json.dump(package, out)
    report = json.loads(run("ocds", "validate", path, "--json", ok=(0, 3)).stdout)
    check(report["checked"] > 0 and report["invalid"] == 0, f"tequ ocds validate: {report['problems'][:3]}")
    for release in package["releases"]:
        own = compiled.get(release["ocid"], {})
        same = {k: v for k, v in release.items() if k not in ("id", "tag")} == {k: v for k, v in own.items() if k not in ("id", "tag")}
        check(same, f"{release['ocid']} is not what the log says")
    schema = os.path.join(folder, "release-schema.json")
    if os.path.exists(schema):
        import jsonschema
        validator = jsonschema.Draft4Validator(json.load(open(schema)))
        for release in package["releases"]:
            faults = [e.message for e in validator.iter_errors(release)]
            check(not faults, f"{release['ocid']}: {faults[:2]}")


TABLES = {
    "procurement_alerts": ("alert_key", "SELECT alert_key FROM procurement_alerts"),
    "cases": ("case_key", "SELECT c.case_key FROM cases c JOIN case_files f ON f.case_key = c.case_key WHERE f.kind = 'procurement-alert'"),
    "case_files": ("case_key", "SELECT case_key FROM case_files WHERE kind = 'procurement-alert'"),
    "journal": ("entry_key", "SELECT entry_key FROM journal WHERE kind LIKE 'procurement.alerts.%'"),
}


def tampered(value, rng):
    if value is None:
        return rng.randrange(1, 1 << 40)
    if isinstance(value, int):
        return value ^ (1 << rng.randrange(40))
    if isinstance(value, bytes):
        place = rng.randrange(len(value)) if value else 0
        return value[:place] + bytes([value[place] ^ (1 << rng.randrange(8))]) + value[place + 1:] if value else b"\x01"
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    place = rng.randrange(len(value) + 1)
    changed = value[:place] + rng.choice(letters) + value[place:]
    return changed if rng.random() < .5 or not value else value[:-1]


def audit(copy):
    report = json.loads(run("oversight", "audit", "--data", copy, "--json", ok=(0, 3)).stdout)
    return report, {(f["table"], f["row"]) for f in report["findings"]}


def tamper():
    """Rounds of tamperings of different rows; each row must be named with its table."""
    rng = random.Random(16)
    clean = os.path.join(work, "clean")
    os.makedirs(clean)
    for name in os.listdir(data):
        source = os.path.join(data, name)
        if name.endswith(".db") or name.endswith(".sqlite"):
            with sqlite3.connect(source) as old, sqlite3.connect(os.path.join(clean, name)) as new:
                old.backup(new)
        elif os.path.isfile(source) and not name.endswith(("-wal", "-shm", "lock")):
            shutil.copy(source, clean)
        elif os.path.isdir(source) and name == "city":
            shutil.copytree(source, os.path.join(clean, name))
    report, findings = audit(clean)
    check(report["clean"] and report["alerts"] > 0, f"the untouched copy: {report['findings'][:3]}")
    files = [n for n in os.listdir(clean) if n.endswith((".db", ".sqlite"))]
    done, kinds = 0, collections.Counter()
    while done < TAMPERINGS:
        copy = os.path.join(work, "copy")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(clean, copy)
        store = sqlite3.connect(os.path.join(copy, files[0]))
        wanted = []
        for table, (key, rows) in TABLES.items():
            columns = [r[1] for r in store.execute(f"PRAGMA table_info({table})")]
            keys = [r[0] for r in store.execute(rows)]
            for row in rng.sample(keys, min(len(keys), max(1, len(keys) * 2 // 3))):
                if done + len(wanted) >= TAMPERINGS:
                    break
                if rng.random() < .1:
                    store.execute(f"DELETE FROM {table} WHERE {key} = ?", (row,))
                    wanted.append((table, row, "deleted"))
                    continue
                # The key itself is not changed: that is one row less and one more.
                column = rng.choice([c for c in columns if c != key])
                old = store.execute(f"SELECT {column} FROM {table} WHERE {key} = ?", (row,)).fetchone()[0]
                try:
                    store.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (tampered(old, rng), row))
                except sqlite3.IntegrityError:
                    continue
                wanted.append((table, row, column))
        store.commit()
        store.close()
        report, findings = audit(copy)
        # A journal row that is gone is named by the case whose acts have a gap, or by the log's index.
        for table, row, what in wanted:
            named = (table, str(row)) in findings
            if not named and table == "journal":
                case = str(row >> 16)
                named = any((t, r) in findings for t in ("cases", "case_files", "procurement_alerts") for r in (case,)) or any(
                    t == "journal" and int(r) >> 16 == row >> 16 for t, r in findings if r.lstrip("-").isdigit())
            if not named and table == "cases" and what == "deleted":
                named = ("case_files", str(row)) in findings
            check(named, f"{table} {row} ({what}) was not found")
            kinds[table] += 1
        done += len(wanted)
        print(f"{done} tamperings, {len(findings)} rows named this round", flush=True)
    print(dict(kinds))


with tempfile.TemporaryDirectory(prefix="tequ-oversight-") as work:
    acts = [json.loads(line) for line in entries(Site(base))]
    ids, compiled = from_the_log(acts)
    draws(acts)
    open_data(compiled)
    tamper()
print(f"{checks} checks, {failed} failed")
sys.exit(1 if failed else 0)
