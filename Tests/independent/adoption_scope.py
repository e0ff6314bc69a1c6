"""The notice's limits on place, measure by measure, written from the notice and not from the program: the
program's answers for all provinces, all measures and two dates are compared, then the published vectors.

usage: adoption_scope.py PROGRAM [VECTORS]      VECTORS: columns measure, city, province, expected_scope_class
"""
import csv, itertools, json, os, subprocess, sys, tempfile

from outside import Checks, argument

program, vectors = argument(1), argument(2)
check = Checks()

PROVINCES = ("北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南 重庆 四川 "
             "贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆").split()
# Second paragraph of the notice: two cities stand in the list of seven beside five provinces.
NAMED = {"北京", "上海", "浙江", "广东", "陕西"}
NAMED_CITIES = {"青岛市", "宁波市"}


def said_by_the_notice(measure, city, province):
    if measure == 9:
        return "listed_scope" if province in NAMED or city in NAMED_CITIES else "outside_listed_scope"
    return "qualifying_scope_only" if measure in (12, 17, 19) else "reference_by_local_conditions"


def in_force(measure, city, province, day):
    """Later law: one reconsideration authority by statute from 2024, dormancy by regulation since 2022, cash pools
    everywhere from the end of 2025."""
    if measure == 15 or (measure == 19 and day >= "2024-01-01") or (measure == 9 and day >= "2025-12-26"):
        return "nationwide_scope"
    return said_by_the_notice(measure, city, province)


def answers(rule, rows, day):
    with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["measure", "city", "province"])
        writer.writerows(rows)
        file.flush()
        done = subprocess.run(
            [program, "rules", "evaluate", rule, "--facts", file.name, "--on", day, "--json"], capture_output=True, text=True)
    return [json.loads(line).get("value") for line in done.stdout.splitlines()]


places = [(p + "某市", p) for p in PROVINCES] + [("青岛市", "山东"), ("宁波市", "浙江"), ("济南市", "山东"), ("大连市", "辽宁")]
rows = [(m, city, province) for m, (city, province) in itertools.product(range(1, 23), places)]
for day in ("2023-10-27", "2023-12-31", "2024-01-01", "2025-12-25", "2025-12-26", "2026-11-24"):
    expected = [said_by_the_notice(*row) for row in rows]
    check(f"the notice, asked on {day}", answers("adoption.notice-scope", rows, day) == expected, f"{len(rows)} places")
    expected = [in_force(*row, day) for row in rows]
    check(f"the law of {day}", answers("adoption.scope", rows, day) == expected, f"{len(rows)} places")

if vectors and os.path.exists(vectors):
    with open(vectors, encoding="utf-8") as file:
        known = list(csv.DictReader(file))
    for day in ("2023-10-27", "2026-11-24"):
        done = subprocess.run(
            [program, "rules", "evaluate", "adoption.notice-scope", "--facts", vectors, "--on", day, "--json"], capture_output=True, text=True)
        found = [json.loads(line).get("value") for line in done.stdout.splitlines()]
        right = sum(a == b["expected_scope_class"] for a, b in zip(found, known))
        check(f"vectors, asked on {day}", right == len(known) == len(found), f"{right} of {len(known)}")
else:
    check.skip("vectors", f"{vectors} is not there")
check.finish()
