#!/usr/bin/env python3
"""Checks measure 16 from outside: alerts and their count from entries of the log alone, the draws, the open data
against the schema of OCDS 1.1.5 and against the program's own flags, and 10,000 random tamperings of stored alerts,
every one of which `tequ oversight audit` must name.

usage: oversight.py BASE TEQU DATA [SCHEMA-FOLDER]

Written from OCDS 1.1 and the program's reference pages; it shares no code with the program.
"""
import collections, hashlib, json, os, random, re, shutil, sqlite3, subprocess, tempfile

import ocds_fold
from outside import Checks, Site, argument

base, tequ, data, folder = argument(1), argument(2), argument(3), argument(4, "")
TAMPERINGS = int(os.environ.get("TEQU_TAMPERINGS", "10000"))
check = Checks()
site = Site(base)
# Of other purchases' prices these depend: what changes them may come after the last look at a purchase.
MOVING = {"R024", "R058", "R016", "R017", "R019", "R022", "R011", "R013"}


def run(*words, ok=(0,)):
    done = subprocess.run([tequ, *words], capture_output=True, text=True)
    if done.returncode not in ok:
        raise SystemExit(f"{' '.join(words)}: {done.returncode} {done.stderr[:2000]}")
    return done


def from_the_log(acts):
    """Counts the alerts, folds the releases and computes the flags again."""
    raised = [a["public"] for a in acts if a["kind"] == "procurement.alerts.raise"]
    ids = [a["alert"] for a in raised]
    check("there are alerts, none raised twice", len(ids) == len(set(ids)) > 0, len(ids))
    figures = site.get("/api/procurement/alerts/figures").json
    shown = next((f["value"] for f in figures["indicators"] if f["id"] == "procurement.alerts"), None)
    check("the page's count is the log's", shown == len(ids), f"{shown} {len(ids)}")
    compiled = ocds_fold.compiled(ocds_fold.releases(acts))
    lines = os.path.join(work, "compiled.jsonl")
    with open(lines, "w") as out:
        for ocid in sorted(compiled):
            out.write(json.dumps(compiled[ocid]) + "\n")
    flags = json.loads(run("flags", lines, "--catalogue").stdout)
    missing = []
    for ocid, values in flags.get("OCID", {}).items():
        # The city raises no alert for R063, and for R003 in tenders alone.
        tender = compiled[ocid].get("tender", {}).get("procurementMethod") in ("open", "selective")
        values = {c for c in values if c != "R063" and (c != "R003" or tender)}
        status = compiled[ocid].get("tender", {}).get("status", "")
        if status in ("planning", "planned", "") and "awards" not in compiled[ocid]:
            continue
        missing += [(ocid, code) for code in values if f"{ocid}|process|{code}" not in set(ids) and code not in MOVING]
    check("no flag without its alert", compiled and not missing, f"{len(compiled)} purchases {missing[:5]}")
    return ids, compiled


def recount(acts, ids):
    """`tequ oversight recount` over the entries alone: the same count; an alert that is kept back, and one that is made
    up, are named."""
    file = os.path.join(work, "entries.jsonl")

    def report(acts, ok):
        with open(file, "w") as out:
            out.writelines(json.dumps(a, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n" for a in acts)
        return json.loads(run("oversight", "recount", file, "--json", ok=ok).stdout)

    own = report(acts, (0, 3))
    check("recounted from the entries alone", own["clean"] and own["alerts"] == len(ids) and own["entries"] == len(acts),
          (own["passed_over"][:3], own["without_reason"][:3]))
    rng = random.Random(5)
    # Not of the last days: what is young may still be raised.
    raises = [n for n, a in enumerate(acts) if a["kind"] == "procurement.alerts.raise"]
    for n in rng.sample(raises[:len(raises) * 3 // 4], 8):
        short = report(acts[:n] + acts[n + 1:], (3,))
        check("an alert that is kept back is named", acts[n]["public"]["alert"] in [m["alert"] for m in short["passed_over"]],
              acts[n]["public"]["alert"])
    invented = json.loads(json.dumps(acts[raises[0]]))
    invented["public"]["alert"] = invented["public"]["alert"].rsplit("|", 1)[0] + "|R999"
    more = report(acts + [invented], (3,))
    check("an alert without a reason is named", more["without_reason"] == [invented["public"]["alert"]], more["without_reason"][:3])


def draws(acts):
    """Every revealed seed is the one that was committed, and gives the published order; every assignment follows."""
    commitments, revealed, places, wrong = {}, 0, {}, []
    for act in acts:
        public = act["public"]
        if act["kind"] == "procurement.draws.commit":
            commitments[act["matter"]] = public["commitment"]
        elif act["kind"] == "procurement.draws.reveal":
            revealed += 1
            digest = hashlib.sha256(public["seed"].encode()).hexdigest()
            order = sorted(public["order"], key=lambda a: hashlib.sha256(f"{public['seed']}\n{a}".encode()).hexdigest())
            if commitments.get(act["matter"]) != digest or order != public["order"]:
                wrong.append(act["matter"])
            for place, alert in enumerate(order):
                places[alert] = (revealed, place, public["handlers"])
    check("every draw is that of its committed seed", revealed > 0 and not wrong, f"{revealed} draws {wrong[:3]}")
    names = {a["matter"]: a["public"]["alert"] for a in acts if a["kind"] == "procurement.alerts.raise"}
    assigned, wrong = 0, []
    for act in acts:
        if act["kind"] in ("procurement.alerts.assign", "procurement.alerts.assign-sample"):
            _, place, handlers = places[names[act["matter"]]]
            assigned += 1
            agency = act["public"].get("agency")
            if act["public"]["place"] != place or agency not in (None, handlers[place % len(handlers)]):
                wrong.append(act["matter"])
            if (place % 10 == 0) != act["kind"].endswith("-sample"):
                wrong.append(act["matter"])
    check("every alert is where the lot put it", assigned > 0 and not wrong, f"{assigned} assigned {wrong[:3]}")
    turns(acts, places, names)


def turns(acts, places, names):
    """At each handling, how many earlier ones of the same agency wait; never more than the city lets wait."""
    place = {m: (places[n][0], places[n][1]) for m, n in names.items() if n in places}
    agency = {m: places[n][2][places[n][1] % len(places[n][2])] for m, n in names.items() if n in places}
    waiting, handled, wrong, most = set(), 0, [], 0
    for act in acts:
        step, matter = act["kind"].rpartition(".")[2], act["matter"]
        if not act["kind"].startswith("procurement.alerts."):
            continue
        if step in ("assign", "assign-sample", "return"):
            waiting.add(matter)
        elif step == "handle":
            handled += 1
            earlier = sum(agency[m] == agency[matter] and place[m] < place[matter] for m in waiting)
            most = max(most, earlier)
            if act["public"].get("earlier") != earlier:
                wrong.append((matter, act["public"].get("earlier"), earlier))
            waiting.discard(matter)
    check("alerts are handled in the order of the lot", handled > 0 and not wrong and most <= 5,
          f"{handled} handled, at most {most} earlier wait {wrong[:3]}")


def open_data(compiled):
    """The open data is valid OCDS by two validators, leads from page to page, and holds the same processes as the log."""
    packages = ocds_fold.pages(site, "/api/procurement/releases.json?limit=7")
    shown = [r for p in packages for r in p["releases"]]
    check("open data: every process once", sorted(r["ocid"] for r in shown) == sorted(compiled), f"{len(shown)} in {len(packages)} pages")
    report = ocds_fold.validate(tequ, {**packages[0], "releases": shown}, os.path.join(work, "package.json"))
    check("open data: valid by tequ ocds validate", report["checked"] > 0 and report["invalid"] == 0, report["problems"][:3])
    wrong = [r["ocid"] for r in shown if ocds_fold.without_names(r) != ocds_fold.without_names(compiled.get(r["ocid"], {}))]
    check("open data: what the log says", not wrong, wrong[:3])
    found = ocds_fold.faults(shown, folder)
    check("open data: valid by jsonschema", not found, found[:2] if found else "") if found is not None else check.skip("jsonschema", "no schema")


def persons(acts):
    """What bidders wrote of accounts, machines and persons is in the log as aliases alone."""
    plain = [r for a in acts if a["kind"].startswith("procurement.") for r in [json.dumps(a["public"].get("ocds", {}).get("bids", ""))]
             if re.search(r"6222-|10\.0\.", r)]
    aliases = sum("account-" in json.dumps(a["public"].get("ocds", {})) for a in acts)
    check("the log has no account and no address", not plain and aliases > 0, plain[:1])


def notices(compiled):
    """The public list names every purchase once, page after page, and each leads to its page."""
    path, numbers, broken = "/procurement/notices", [], []
    while path:
        text = site.get(path).text
        numbers += re.findall(r'href="(/procurement/(?:projects/[0-9]+|processes\?ocid=[^"]+))"', text)
        following = re.search(r'href="([^"]+)"[^>]*rel="next"', text)
        path = following and following[1].replace("&amp;", "&")
    check("notices: every purchase once", len(numbers) == len(set(numbers)) == len(compiled), f"{len(numbers)} of {len(compiled)}")
    for target in numbers[::max(1, len(numbers) // 40)]:
        answer = site.get(target)
        if answer.status != 200:
            broken.append((target, answer.status))
    check("notices: each leads to its page", not broken, broken[:3])


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
    check("the untouched copy is clean", report["clean"] and report["alerts"] > 0, report["findings"][:3])
    files = [n for n in os.listdir(clean) if n.endswith((".db", ".sqlite"))]
    done, kinds, lost = 0, collections.Counter(), []
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
            if not named:
                lost.append(f"{table} {row} ({what})")
            kinds[table] += 1
        done += len(wanted)
        print(f"{done} tamperings, {len(findings)} rows named this round", flush=True)
    check("every tampering was found", done >= TAMPERINGS and not lost, f"{done}: {dict(kinds)} {lost[:5]}")


with tempfile.TemporaryDirectory(prefix="tequ-oversight-") as work:
    acts = ocds_fold.acts(site)
    ids, compiled = from_the_log(acts)
    recount(acts, ids)
    draws(acts)
    open_data(compiled)
    persons(acts)
    notices(compiled)
    tamper()
check.finish()
