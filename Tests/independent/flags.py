"""The quantile rule and indicators of red flags, restated from their definitions, beside `tequ flags`.

Hyndman and Fan's quantile 8, R018, R024, R025, R028, R035, R036, R038 and R058 are computed over generated
procurement; so are threads and incremental reading compared, byte by byte. Nothing here comes from the
program's own sources.

usage: flags.py TEQU [PROCESSES]
"""
import json, math, os, random, subprocess, sys, tempfile
from fractions import Fraction

from outside import Checks, argument

tequ, count = argument(1), int(argument(2, "3000"))
check = Checks()


def quantile(values, p):
    """Hyndman and Fan 1996, definition 8: exact place, order statistics from 1, linear between them."""
    values, n = sorted(values), len(values)
    place = (n + Fraction(1, 3)) * p + Fraction(1, 3)
    j = math.floor(place)
    if j < 1:
        return values[0]
    if j >= n:
        return values[-1]
    return values[j - 1] + float(place - j) * (values[j] - values[j - 1])


def fences(values):
    q1, q3 = quantile(values, Fraction(1, 4)), quantile(values, Fraction(3, 4))
    return q1, q3, q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)


def generate(seed):
    r = random.Random(seed)
    suppliers = [f"S{n}" for n in range(40)]
    for number in range(count):
        base = r.uniform(1000, 100000)
        names = r.sample(suppliers[1:], r.randint(1, 6))
        # One bids often and never wins.
        names += ["S0"] * (r.random() < .4)
        bids = []
        for name in names:
            amount = round(base * (1 + (0 if name == names[0] else r.uniform(.15, .3))), 2)
            bids.append({"status": "valid", "tenderers": [{"id": name}], "value": {"amount": amount, "currency": "CNY"}})
        k = r.random()
        if k < .02 and len(bids) > 1:
            bids[1]["value"]["amount"] = bids[0]["value"]["amount"] * 1.01
        elif k < .04 and len(bids) > 1:
            bids[1]["value"]["amount"] = bids[0]["value"]["amount"]
        elif k < .06 and len(bids) > 1:
            bids[0]["value"]["amount"] = round(base / 2, 2)
        elif k < .08:
            for b in bids[1:]:
                b["status"] = "disqualified"
        for b in bids:
            if r.random() < .04:
                b["status"] = r.choice(["disqualified", "pending", "withdrawn"])
            if r.random() < .02:
                b["value"]["currency"] = "USD"
        winner = names[0] if r.random() < .9 else r.choice([n for n in names if n != "S0"])
        yield {"ocid": f"p{number}", "buyer": {"id": f"B{r.randint(0, 9)}"},
               "tender": {"status": "cancelled" if r.random() < .02 else "complete", "procurementMethod": r.choice(["open", "direct"]),
                          "numberOfTenderers": len(bids)},
               "bids": {"details": bids},
               "awards": [{"status": r.choice(["active"] * 9 + ["pending"]), "suppliers": [{"id": winner}]}]}


def restate(processes):
    found = {"OCID": {}, "Tenderer": {}, "Buyer": {}}
    flag = lambda group, who, code, value: found[group].setdefault(who, {}).__setitem__(code, value)
    ratios, tally, share, buyers = {}, {}, {}, {}
    for p in processes:
        if p["tender"]["status"] == "cancelled":
            continue
        ocid, bids = p["ocid"], p["bids"]["details"]
        who = lambda b: b["tenderers"][0]["id"]
        submitted = [b for b in bids if b["status"] not in ("invited", "withdrawn")]
        valid = [b for b in bids if b["status"] == "valid"]
        out = [b for b in bids if b["status"] == "disqualified"]
        award = p["awards"][0]
        active, supplier = award["status"] == "active", award["suppliers"][0]["id"]
        if p["tender"]["numberOfTenderers"] == 1 and p["tender"]["procurementMethod"] == "open":
            flag("OCID", ocid, "R018", 1)
        for i, a in enumerate(submitted):
            for b in submitted[:i]:
                if a["value"] == b["value"] and who(a) != who(b):
                    flag("OCID", ocid, "R028", 1)
                    flag("Tenderer", who(a), "R028", 1)
                    flag("Tenderer", who(b), "R028", 1)
        if active:
            for name in {who(b) for b in valid}:
                won, all_ = tally.get(name, (0, 0))
                tally[name] = (won + (name == supplier), all_ + 1)
            yuan = [b for b in valid if b["value"]["currency"] == "CNY"]
            mine = [b["value"]["amount"] for b in yuan if who(b) == supplier]
            theirs = [(b["value"]["amount"], who(b)) for b in yuan if who(b) != supplier]
            if mine and theirs and min(mine) <= min(theirs)[0]:
                least = min(a for a, _ in theirs)
                ratios[ocid] = ((least - min(mine)) / min(mine), supplier, next(n for a, n in theirs if a == least))
            priced = [b for b in submitted if b["value"]["currency"] == "CNY"]
            if any(b["status"] == "valid" for b in priced):
                if min(priced, key=lambda b: b["value"]["amount"])["status"] == "disqualified":
                    flag("OCID", ocid, "R036", 1)
            if {who(b) for b in valid} == {supplier}:
                others = {who(b) for b in out} - {supplier}
                if others:
                    flag("OCID", ocid, "R035", len(others))
                    flag("Tenderer", supplier, "R035", 0)
        for b in submitted:
            for group, name in ((share, who(b)), (buyers, p["buyer"]["id"])):
                bad, all_ = group.get(name, (0, 0))
                group[name] = (bad + (b["status"] == "disqualified"), all_ + 1)
    _, _, low, high = fences([r for r, _, _ in ratios.values()])
    q1 = quantile([r for r, _, _ in ratios.values()], Fraction(1, 4))
    for ocid, (ratio, winner, second) in ratios.items():
        if q1 > 0 and low > 0 and ratio <= low:
            flag("OCID", ocid, "R024", ratio)
            flag("Tenderer", winner, "R024", 0)
            flag("Tenderer", second, "R024", 0)
        if high > 0 and ratio >= high:
            flag("OCID", ocid, "R058", ratio)
            flag("Tenderer", winner, "R058", 0)
    q1, _, low, _ = fences([w / n for w, n in tally.values()])
    many = quantile([n for _, n in tally.values()], Fraction(3, 4))
    for name, (won, n) in tally.items():
        if q1 > 0 and low > 0 and n >= many and won / n <= low:
            flag("Tenderer", name, "R025", won / n)
    for group, counts in (("Tenderer", share), ("Buyer", buyers)):
        rates = {name: bad / n for name, (bad, n) in counts.items() if n >= 2}
        _, _, _, high = fences(list(rates.values()))
        for name, rate in rates.items():
            if high > 0 and rate >= high:
                flag(group, name, "R038", rate)
    return {group: values for group, values in found.items() if values}


def same(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return abs(a - b) <= 1e-12


ini = "currency = CNY\n" + "".join(f"[{c}]\n" for c in ("R018", "R024", "R025", "R028", "R035", "R036", "R038", "R058"))
with tempfile.TemporaryDirectory() as folder:
    path, settings = os.path.join(folder, "p.jsonl"), os.path.join(folder, "s.ini")
    open(settings, "w").write(ini)
    seen = set()
    for seed in range(1, 6):
        processes = list(generate(seed))
        with open(path, "w") as file:
            file.writelines(json.dumps(p) + "\n" for p in processes)

        def run(*more):
            ran = subprocess.run([tequ, "flags", path, "--settings", settings, *more], capture_output=True)
            check(f"flags: seed {seed} {' '.join(more)} ends well", ran.returncode == 0, ran.stderr.decode()[-200:].strip())
            return ran.stdout

        output = run("--no-meta", "--threads", "1")
        found, expected = json.loads(output), restate(processes)
        seen |= {code for group in expected.values() for values in group.values() for code in values}
        check(f"flags: seed {seed} as restated", same(found, expected), f"{sum(map(len, expected.values()))} flagged")
        for more in (["--threads", "2"], ["--threads", "8"], ["--incremental"]):
            check(f"flags: seed {seed} {more[-1]} gives the same bytes", run("--no-meta", *more) == output)
    # What is wrong is told with its place, and does not hinder the rest.
    def told(text, *more, ini=None):
        open(path, "wb").write(text if isinstance(text, bytes) else text.encode())
        open(settings, "w").write(ini if ini is not None else "[R018]\n")
        ran = subprocess.run([tequ, "flags", path, "--settings", settings, "--no-meta", *more], capture_output=True,
                             env={**os.environ, "LC_ALL": "C.UTF-8"})
        return ran.returncode, ran.stdout.decode().strip(), ran.stderr.decode()

    good = '{"ocid":"g","tender":{"numberOfTenderers":1,"procurementMethod":"open"}}\n'
    flagged = '{"OCID":{"g":{"R018":1.0}}}'
    for name, text, line, byte in [
            ("a line cut off", good + '{"ocid":"a","tender":{\n', 2, 23), ("NaN", good + '{"ocid":NaN}\n', 2, 9),
            ("half a surrogate pair", good + '{"ocid":"\\ud800"}\n', 2, 10), ("bytes that are no UTF-8", good.encode() + b'{"ocid":"\xff"}\n', 2, 10),
            ("two values on a line", good + '{"ocid":"a"} {}\n', 2, 14)]:
        code, out, err = told(text)
        check(f"flags: {name} is told with line and byte", code == 0 and out == flagged and f"line {line}, byte {byte}" in err, err.strip()[:160])
        code, out, err = told(text, "--incremental")
        check(f"flags: {name}, line by line", code == 0 and out == flagged and f"line {line}" in err, err.strip()[:160])
    for name, text in [("wrong types", good + '{"ocid":7}\n[]\n{"ocid":"x","tender":[1],"bids":{"details":{}},"awards":"a"}\n'),
                       ("a text of 10 MB", good + '{"ocid":"x","title":"' + "x" * 10_000_000 + '"}\n'), ("two lines of one process", good + good),
                       ("blank lines and no last line break", "\n  \n" + good.strip())]:
        for more in ([], ["--incremental"], ["--threads", "2"]):
            code, out, err = told(text, *more)
            check(f"flags: {name} {' '.join(more)}", code == 0 and out == flagged, (out[:80] + err[:120]).strip())
    code, out, err = told("")
    check("flags: an empty file", code == 0 and out == "{}", out)
    code, out, err = told(good, ini="[R018]\nmethods = open\n[X]\n")
    check("flags: wrong settings are refused with their lines", code == 1 and "line 2" in err and "line 3" in err, err.strip()[:160])
    code, out, err = told(good, "--rates", path, ini="currency = CNY\n[R018]\n")
    check("flags: wrong rates are refused with their line", code == 1 and "line 1" in err, err.strip()[:160])
    code, out, err = told(good, "--rates", path)
    check("flags: rates need a currency", code == 1 and "currency" in err, err.strip()[:160])
    ran = subprocess.run([tequ, "flags", path + "-"], capture_output=True)
    check("flags: a file that is not there", ran.returncode == 1 and ran.stdout == b"")
    offsets = '{"ocid":"g","tender":{"tenderPeriod":{"startDate":"2024-01-01T00:00:00+08:00","endDate":"2024-01-15T%s"}}}\n'
    short = [told(offsets % end, ini="[R003]\n")[1] for end in ("15:59:59Z", "16:00:00Z")]
    check("flags: dates with offsets", short == ['{"OCID":{"g":{"R003":1.0}}}', "{}"], str(short))
    check("flags: indicators that came up", len(seen) == 8, " ".join(sorted(seen)))
check.finish()
