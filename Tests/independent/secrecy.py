"""Self-assessments, inventories and losses of trade secrets, worked out again from docs/reference/trade-secrets.md:
random answers with evidence on disk, random losses on both sides of every date, and files that are wrong.

usage: secrecy.py BASE TEQU
"""
import datetime, hashlib, json, os, random, re, shutil, subprocess, sys, tempfile

from verify_receipt import canonical
from outside import Checks, Site, argument

site, tequ = Site(argument(1)), argument(2)
check = Checks()
ground = tempfile.mkdtemp(prefix="tequ-secrecy-")
chance = random.Random(4)
EDITIONS = {"2020-09": "2020-09-12", "2023-10": "2023-10-27", "2025-10": "2025-10-15"}
LEVELS = ["full", "partly", "none"]


def run(*words):
    done = subprocess.run([tequ, "secret", *words], capture_output=True, text=True, cwd=ground, env={**os.environ, "LC_ALL": "C"})
    return done.returncode, done.stdout, done.stderr


def put(name, value):
    with open(os.path.join(ground, name), "w") as file:
        json.dump(value, file, ensure_ascii=False)
    return name


def sha(data):
    return hashlib.sha256(data).digest()


# Self-assessment

def assessments(count=60):
    clauses = {e: site.get(f"/api/trade-secrets/assessments/clauses?edition={e}").json["clauses"] for e in EDITIONS}
    check("clauses: all seven measures of art. 6 in every edition",
          all({c["measure"] for c in cs} >= set(range(1, 8)) for cs in clauses.values()))
    check("clauses: algorithms from 2023-10 on", [any(c["chapter"] == "algorithms" for c in clauses[e]) for e in EDITIONS] == [False, True, True])
    scores = digests = again = salted = 0
    seen = set()
    for number in range(count):
        edition = chance.choice(list(EDITIONS))
        algorithms = chance.random() < 0.5
        asked = [c for c in clauses[edition] if algorithms or c["chapter"] != "algorithms"]
        answers, points, of = {}, 0, 0
        for clause in asked:
            level = chance.choice(LEVELS + (["not-applicable"] if clause["may_not_apply"] else []))
            files = []
            if chance.random() < 0.3:
                name = f"evidence-{number}-{len(answers)}.txt"
                open(os.path.join(ground, name), "wb").write(chance.randbytes(chance.choice([0, 10, 100_000])))
                files.append(name)
            answers[clause["id"]] = {"level": level, "files": files}
            if level != "not-applicable":
                of += 4 * clause["weight"]
                points += clause["weight"] * {"full": 4 if files else 3, "partly": 2, "none": 0}[level]
        put("answers.json", {"edition": edition, "algorithms": algorithms, "answers": answers})
        status, out, err = run("assess", "answers.json", "--out", "result.json", "--json")
        if status:
            check("assess: answers are taken", False, err)
            continue
        told = json.loads(out)
        scores += (told["points"], told["of"]) == (points, of) and told["basis_points"] == (points * 20_000 + of) // (2 * of)
        made = json.load(open(os.path.join(ground, "result.json")))
        digests += sha(canonical(made).encode()).hex() == told["result"]
        again += json.loads(run("assess", "result.json", "--json")[1]) == told
        fits = all(sha(bytes.fromhex(e["salt"]) + sha(open(os.path.join(ground, f), "rb").read())).hex() == e["digest"]
                   for c, a in answers.items() for f, e in zip(a["files"], made["answers"][c]["evidence"]))
        plain = any(sha(open(os.path.join(ground, f), "rb").read()).hex() in canonical(made) for a in answers.values() for f in a["files"])
        salted += fits and not plain
        seen.add(told["result"])
    check(f"assess: {count} scores as the page says", scores == count, scores)
    check(f"assess: {count} digests of the result", digests == count, digests)
    check(f"assess: {count} results compute the same again", again == count, again)
    check(f"assess: {count} times evidence as salted digests alone", salted == count, salted)
    run("assess", "answers.json", "--out", "result.json")
    twice = json.loads(run("assess", "answers.json", "--json")[1])["result"]
    check("assess: the same answers under another salt are another digest", twice not in seen)


def wrong_assessments():
    made = json.load(open(os.path.join(ground, "result.json")))
    for name, change in {"another score": lambda m: m["score"].update(points=m["score"]["points"] + 1),
                         "another edition": lambda m: m.update(edition="1999-01"),
                         "no salt": lambda m: m.pop("salt"),
                         "a clause less": lambda m: m["answers"].pop("people.agreement")}.items():
        changed = json.loads(json.dumps(made))
        change(changed)
        status, _, err = run("assess", put("changed.json", changed))
        check(f"assess: refuses {name}", status == 1 and len(err) > 10, status)
    for name, value in {"a level that is none": {"answers": {"people.agreement": {"level": "good"}}}, "no answers": {},
                        "a clause that is none": {"answers": {"colour": {"level": "full"}}},
                        "evidence that is not there": {"answers": {"people.agreement": {"level": "full", "files": ["nowhere"]}}}}.items():
        status, _, err = run("assess", put("changed.json", value))
        check(f"assess: refuses {name}", status == 1 and len(err) > 10, status)


# Losses

def threshold(day, loss, income, repeated, ruined):
    """What docs/reference/trade-secrets.md says of a day."""
    new = day >= datetime.date(2025, 4, 26)
    most = max(loss, income)
    if most >= (3_000_000 if new else 2_500_000) * 100 or (new and ruined):
        return "very-serious"
    if most >= 300_000 * 100 or (ruined and not new) or (new and repeated and most >= 100_000 * 100):
        return "serious"
    return "below"


def losses(count=120):
    good = marked = 0
    edges = [0, 9_999_999, 10_000_000, 29_999_999, 30_000_000, 249_999_999, 250_000_000, 299_999_999, 300_000_000, 7]
    for _ in range(count):
        day = datetime.date(2020, 9, 14) + datetime.timedelta(days=chance.randrange(2200))
        if chance.random() < 0.3:
            day = chance.choice([datetime.date(2025, 4, 25), datetime.date(2025, 4, 26), datetime.date(2020, 9, 14)])
        fen = {n: chance.choice(edges) + chance.choice([0, 0, chance.randrange(10**6)]) for n in ["lost-sales", "licence-fee", "value", "illegal-income"]}
        fen["remedy-cost"] = chance.choice([0, chance.randrange(1000)])
        conduct = chance.choice(["acquired", "acquired-used", "breach", "made-public"])
        repeated, ruined = chance.random() < 0.4, chance.random() < 0.1
        loss = {"acquired": fen["licence-fee"], "acquired-used": max(fen["lost-sales"], fen["licence-fee"]),
                "breach": fen["lost-sales"], "made-public": fen["value"]}[conduct] + fen["remedy-cost"]
        facts = {n: f"{v // 100}.{v % 100:02d}" for n, v in fen.items()}
        put("facts.json", {"conduct": conduct, "repeated": repeated, "ruined": ruined, **facts})
        status, out, err = run("loss", "facts.json", "--on", day.isoformat())
        results = re.findall(r"^Result: (.*?) \(rules as of", out, re.M)
        wanted = [f"CNY {loss // 100}.{loss % 100:02d}", threshold(day, loss, fen["illegal-income"], repeated, ruined)]
        good += status == 0 and results == wanted
        if results != wanted:
            print("  ", day, conduct, facts, repeated, ruined, results, wanted, err)
        marked += "unverified" in out
    check(f"loss: {count} losses and thresholds as the page says", good == count, good)
    check(f"loss: {count} times the law that was not read is marked", marked == count, marked)
    for name, value in {"an amount that is none": {"conduct": "breach", "value": "much"}, "a fact that is none": {"colour": "1"},
                        "no conduct": {}, "a negative amount": {"conduct": "breach", "value": "-1"}}.items():
        status, _, err = run("loss", put("facts.json", value))
        check(f"loss: refuses {name}", status == 1 and len(err) > 10, status)
    status, _, err = run("loss", put("facts.json", {"conduct": "breach"}), "--on", "2020-09-13")
    check("loss: says that no rule was in force before 2020-09-14", status == 1 and len(err) > 10)


# Inventory and papers

def inventories():
    check("inventory: begun, for its owner alone", run("inventory", "init", "list.json")[0] == 0
          and os.stat(os.path.join(ground, "list.json")).st_mode & 0o077 == 0)
    check("inventory: not overwritten", run("inventory", "init", "list.json")[0] == 1)
    status, out, _ = run("inventory", "check", "list.json", "--on", "2026-03-02", "--json")
    found = {(f["subject"], f["rule"]) for f in json.loads(out)["findings"]}
    check("inventory: what is missing is named", status == 2 and {("P-02", "leaver-return"), ("A-001", "algorithm-deposit")} <= found)
    mended = json.load(open(os.path.join(ground, "list.json")))
    mended["assets"][0]["deposits"] = ["ab" * 32]
    mended["people"][1].update(reminded="2026-02-27", returned=["C-02"])
    status, out, _ = run("inventory", "check", put("mended.json", mended), "--on", "2026-03-02", "--json")
    check("inventory: what is mended is missed no more", status == 0 and json.loads(out)["findings"] == [], out)
    status, _, _ = run("inventory", "leaver", "list.json", "P-02", "--out", "letter.html")
    letter = open(os.path.join(ground, "letter.html")).read()
    check("inventory: the letter names person and carriers", status == 0 and all(w in letter for w in ["李四", "C-02", "A-002", "2026-02-27"])
          and "A-001" not in letter)
    check("inventory: a stranger is told", run("inventory", "leaver", "list.json", "P-99")[0] == 1)
    check("inventory: what is none is told", run("inventory", "check", put("x.json", {"assets": []}))[0] == 1)
    for paper in ["leaver-letter", "nda", "police-report", "evidence-list"]:
        status, out, _ = run("form", paper, "--out", "paper.html")
        page = open(os.path.join(ground, "paper.html")).read()
        check(f"papers: {paper} needs no network", status == 0 and "<script" not in page and "http" not in page and "@page" in page)
    put("values.json", {"owner": "<b>晨光</b>", "evidence": [["日志", "网关", "张", "ab"]]})
    run("form", "police-report", "--values", "values.json", "--out", "paper.html")
    page = open(os.path.join(ground, "paper.html")).read()
    check("papers: values are filled in and escaped", "&lt;b>晨光" in page.replace("&gt;", ">") and "网关" in page)
    check("papers: another is told", run("form", "poem", "--out", "p.html")[0] == 1)


assessments()
wrong_assessments()
losses()
inventories()
shutil.rmtree(ground)
check.finish()
