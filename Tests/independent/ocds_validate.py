"""`tequ ocds validate` beside PyPI's jsonschema (draft 4): the same faults at the same places in releases, records and
packages, real ones and ones that are broken at random; and how much less processor time ours takes in the same run.

usage: ocds_validate.py TEQU MARKET [VALUES]
"""
import copy, gzip, json, os, random, resource, subprocess, tempfile, time

from outside import Checks, argument

tequ, market, count = argument(1), argument(2, ""), int(argument(3, "600"))
check = Checks()
folder = os.path.join(market, "ocds-1.1.5")
real = os.path.join(market, "real-all.jsonl.gz")
if not os.path.exists(real):
    check.skip("ocds-schema:", "the schemas and real releases are not here")
    check.finish()

from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

names = ["release-schema", "release-package-schema", "record-package-schema", "versioned-release-validation-schema"]
schemas = {n: json.load(open(os.path.join(folder, n + ".json"))) for n in names}
registry = Registry().with_resources([(s["id"], Resource.from_contents(s, default_specification=DRAFT4)) for s in schemas.values()])
theirs = {"release": Draft4Validator(schemas["release-schema"], registry=registry),
          "releasePackage": Draft4Validator(schemas["release-package-schema"], registry=registry),
          "recordPackage": Draft4Validator(schemas["record-package-schema"], registry=registry),
          "record": Draft4Validator({"$ref": schemas["record-package-schema"]["id"] + "#/definitions/record"}, registry=registry)}


def kind(value):
    if isinstance(value, dict):
        if value.get("ocid") is not None:
            return "record" if isinstance(value.get("releases"), list) or value.get("compiledRelease") is not None else "release"
        if value.get("records") is not None:
            return "recordPackage"
        if value.get("releases") is not None:
            return "releasePackage"
    return "release"


def pointer(path):
    return "".join("/" + str(p).replace("~", "~0").replace("/", "~1") for p in path)


def expected(value):
    return sorted((pointer(e.absolute_path), e.validator) for e in theirs[kind(value)].iter_errors(value))


def ours(path, *more):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run([tequ, "ocds", "validate", path, "--json", *more], capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return json.loads(ran.stdout or "{}"), ran, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(name, values):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(v, ensure_ascii=False) + "\n" for v in values)
        file.flush()
        report, ran, _ = ours(file.name, "--limit", "10000000")
    found = {}
    for problem in report.get("problems", []):
        found.setdefault(problem["line"], []).append((problem["pointer"], problem["keyword"]))
    wrong = []
    for line, value in enumerate(values, 1):
        want, got = expected(value), sorted(found.get(line, []))
        if want != got:
            wrong.append((line, [x for x in want if x not in got][:2], [x for x in got if x not in want][:2]))
    bad = sum(1 for v in values if expected(v))
    check(f"ocds-schema: {name}", not wrong and report.get("checked") == len(values) and ran.returncode == (3 if bad else 0),
          f"{len(values)} values, {bad} invalid, {report.get('problemCount')} faults {wrong[:3]} {ran.stderr[-200:]}")


def break_it(r, value):
    """One value somewhere is replaced, taken away, doubled or added."""
    value = copy.deepcopy(value)
    place, keys = value, []
    for _ in range(r.randint(1, 6)):
        inner = [k for k in (place if isinstance(place, dict) else range(len(place))) if isinstance(place[k], (dict, list)) and place[k]]
        if not inner or r.random() < .2:
            break
        place = place[r.choice(inner)]
    key = r.choice(list(place)) if isinstance(place, dict) else r.randrange(len(place))
    k = r.random()
    if k < .5:
        place[key] = r.choice([None, "", "x", 1, 1.5, 2.0, True, [], {}, [1], ["x", "x"], [{"id": "1"}, {"id": "1"}], {"id": ""}, "open", 10 ** 30])
    elif k < .7 and isinstance(place, dict):
        del place[key]
    elif k < .85 and isinstance(place, list):
        place.append(copy.deepcopy(r.choice(place)))
    elif isinstance(place, dict):
        place[r.choice(["title_zh", "title_", "title_zh-Hans-CN", "description_x1", "name_es", "/~", "status", "tag", "uri", "id"])] = r.choice([1, "x", None, [], {}])
    return value


releases = [json.loads(line) for line in gzip.open(real, "rt")]
r = random.Random(5)
compare("real compiled releases", releases[:count])
compare("broken releases", [break_it(r, r.choice(releases)) for _ in range(count)])
package = {"uri": "http://x/", "version": "1.1", "publishedDate": "2024-01-01T00:00:00Z", "publisher": {"name": "x"}}
small = sorted(releases, key=lambda v: len(json.dumps(v)))[:max(20, len(releases) // 3)]
packages = [{**package, "releases": r.sample(small, 2)} for _ in range(count // 10)]
compare("packages of releases", packages + [break_it(r, p) for p in packages])
linked = [{"url": "http://x/" + str(n), "date": "2024-01-01T00:00:00Z", "tag": ["tender"]} for n in range(2)]
rows = [{"ocid": v["ocid"], "releases": r.choice([[v], linked, [], linked + [v]]), "compiledRelease": v} for v in r.sample(small, min(len(small), count // 10)) if v.get("ocid")]
compare("records", rows + [break_it(r, v) for v in rows])
compare("packages of records", [{**package, "records": rows[k:k + 2]} for k in range(0, len(rows), 2)])
with tempfile.TemporaryDirectory() as work:
    path = os.path.join(work, "compiled.jsonl")
    source = os.path.join(work, "p.jsonl")
    pairs = [[{**v, "id": f"{v['ocid']}-1", "date": "2024-01-01T00:00:00Z", "tag": ["tender"]},
              {**v, "id": f"{v['ocid']}-2", "date": "2024-02-01T00:00:00Z", "tag": ["award"]}] for v in small if v.get("ocid")]
    with open(source, "w") as file:
        file.writelines(json.dumps(v) + "\n" for pair in pairs for v in pair)
    made = subprocess.run([tequ, "ocds", "compile", source], capture_output=True, text=True).stdout
    compare("records as compiled, with versioned releases", [json.loads(line) for line in made.splitlines()])
    # Documents over several lines, and what is no JSON, with its place.
    document = os.path.join(work, "package.json")
    json.dump(packages[0], open(document, "w"), indent=2)
    report, ran, _ = ours(document)
    check("ocds-schema: a document over several lines is one value", report.get("checked") == 1 and ran.returncode in (0, 3))
    for name, text, line, column in [("a truncated line", '{"ocid":"a"}\n{"ocid":"b",\n{"ocid":"c"}\n', 2, 13), ("NaN", '{"ocid":NaN}\n', 1, 9),
                                     ("more behind a value", '{"ocid":"a"} {"ocid":"b"}\n', 1, 14),
                                     ("a document cut off", '{\n "ocid": "a",\n "x": [1, 2\n}\n', 4, 1)]:
        open(path, "w").write(text)
        report, ran, _ = ours(path)
        told = [(p.get("line"), p.get("column")) for p in report.get("problems", []) if p["keyword"] == "json"]
        check(f"ocds-schema: {name} is told with line and byte", told == [(line, column)] and ran.returncode == 3, str(told))
    open(path, "w").write("")
    report, ran, _ = ours(path)
    check("ocds-schema: an empty file holds nothing", report.get("checked") == 0 and ran.returncode == 0)
    open(path, "w").write('{"ocid":"a","id":"1","date":"x","tag":["tender"],"initiationType":"tender","language":"' + "x" * 10_000_000 + '"}\n')
    report, ran, _ = ours(path)
    check("ocds-schema: a text of 10 MB", report.get("checked") == 1 and ran.returncode in (0, 3))
    check("ocds-schema: a file that is not there", ours(path + "-")[1].returncode == 1)
    # Speed: both on the same records in this run, ours with starting, reading and parsing, theirs without parsing.
    begin = time.process_time()
    for value in releases[:count]:
        expected(value)
    other = (time.process_time() - begin) / len(releases[:count])
    with open(path, "w") as file:
        for _ in range(max(1, 20000 // len(releases[:count]))):
            file.writelines(json.dumps(v) + "\n" for v in releases[:count])
    report, ran, cpu = ours(path)
    own = cpu / report["checked"]
    check("ocds-schema: at least 50 times less processor time than jsonschema", other / own >= 50,
          f"{other / own:.0f} times; {1 / own:.0f} and {1 / other:.0f} values a processor second")
check.finish()
