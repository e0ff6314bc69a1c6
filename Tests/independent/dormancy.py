"""Works out where dormant businesses stand, day by day from the articles, and compares `tequ dormancy sweep`.

条例 30: three years at most; business while dormant means resumed. 实施细则 41: extension within the 30 days before
the end. 42: the end published within 30 days; at the end of the term, or after three years in all, back in business.
Civil Code 201-203: the first day does not count, a year ends on the day of the same number. Shenzhen: two years.

usage: dormancy.py TEQU [HISTORIES]
"""
import calendar, datetime, json, os, random, subprocess, sys, tempfile

from outside import Checks, argument

try:
    import chinese_calendar
except ImportError:
    chinese_calendar = None

tequ, count = argument(1), int(argument(2, "100000"))
check = Checks()
BUSINESS = {"invoice", "social-insurance", "licence-use", "bid"}
KINDS = sorted(BUSINESS | {"contribution", "nil-return", "annual-report"})
ONE = datetime.timedelta(days=1)


def day(text):
    return datetime.date.fromisoformat(text)


def years_on(first, years):
    """The corresponding day so many years later, or the month's last day."""
    year = first.year + years
    return datetime.date(year, first.month, min(first.day, calendar.monthrange(year, first.month)[1]))


def works(date):
    if chinese_calendar and 2004 <= date.year <= 2026:
        return chinese_calendar.is_workday(date)
    return date.weekday() < 5


def thirty_days_on(date):
    date += 30 * ONE
    while not works(date):
        date += ONE
    return date


def faults(row):
    """The places at fault: days that are none or missing, spells that are impossible, pairs that overlap."""
    found, spells = set(), []
    for index, spell in enumerate(row["spells"]):
        for name in ("from", "through", "resumed"):
            if name not in spell and name != "resumed":
                found.add(f"spells/{index}/{name}")
            elif name in spell:
                try:
                    day(spell[name])
                except ValueError:
                    found.add(f"spells/{index}/{name}")
    if found:
        return found
    spells = sorted(((day(s["from"]), day(s["through"]), day(s["resumed"]) if "resumed" in s else None)
                     for s in row["spells"]), key=lambda s: s[:2])
    last = []
    for index, (first, through, resumed) in enumerate(spells):
        if through < first:
            found.add(f"spells/{index}/through")
        elif resumed and not first <= resumed <= through + ONE:
            found.add(f"spells/{index}/resumed")
        last.append(resumed - ONE if resumed else through)
    for index in range(1, len(spells)):
        # A spell that was over before it began covers no day and overlaps nothing.
        if spells[index - 1][0] <= last[index - 1] and spells[index][0] <= last[index - 1]:
            found.add(f"spells/{index}/from")
    return found


def standing(row, on, longest):
    used, latest, planned = 0, None, False
    events = sorted((e for e in row["events"]), key=lambda e: day(e["on"]))
    for spell in sorted(row["spells"], key=lambda s: (s["from"], s["through"])):
        first, through = day(spell["from"]), day(spell["through"])
        if first > on:
            planned = True
            break
        own = years_on(first, longest)
        whole = years_on(first - used * ONE, 3)
        limit = min(own, whole)
        last, end, date = min(through, limit), None, first
        while date <= on:
            happened = [e for e in events if day(e["on"]) == date and e["kind"] in BUSINESS]
            if spell.get("resumed") == date.isoformat():
                end = (date, "decided", None)
            elif date > last:
                end = (date, "term" if through <= limit else "cumulative" if whole < own else "longest", None)
            elif happened:
                end = (date, "deemed", happened[0])
            if end:
                break
            date += ONE
        dormant_through = end[0] - ONE if end else on
        used += max(0, (dormant_through - first).days)
        latest = (first, last, limit, end)
    answer = {"used_days": used}
    if latest is None or latest[3]:
        answer["state"] = "planned" if planned else "active" if latest else "never-dormant"
        limit = min(years_on(on, longest), years_on(on - used * ONE, 3))
        answer["left_days"] = max(0, (limit - on).days)
    else:
        answer["state"], answer["left_days"] = "dormant", max(0, (latest[2] - on).days)
        answer["extend_from"] = (latest[1] - 30 * ONE).isoformat()
        answer["extend_through"] = latest[1].isoformat()
        if (latest[1] - on).days in (30, 7):
            answer["remind"] = True
    if latest:
        first, last, limit, end = latest
        answer |= {"from": first.isoformat(), "last_day": last.isoformat(), "limit": limit.isoformat()}
        if end:
            answer |= {"resumed_on": end[0].isoformat(), "why": end[1]}
            if end[2]:
                answer["evidence"] = end[2]
            if end[1] in ("decided", "deemed"):
                answer["publish_by"] = thirty_days_on(end[0]).isoformat()
            elif longest == 2:
                answer["publish_by"] = thirty_days_on(last).isoformat()
    return answer


def history(draw, number, on):
    spells, date = [], on - draw.randint(-40, 2300) * ONE
    for _ in range(draw.choice([0, 1, 1, 1, 2, 2, 3])):
        length = draw.choice([draw.randint(0, 60), draw.randint(0, 1300), 365, 730, 731, 1095, 1096])
        spell = {"from": date.isoformat(), "through": (date + length * ONE).isoformat()}
        over = date + (length + 1) * ONE
        if draw.random() < .6:
            over = date + draw.randint(0, length + 1) * ONE
            spell["resumed"] = over.isoformat()
        spells.append(spell)
        # Now and then too early, so that it overlaps.
        date = over + draw.choice([draw.randint(0, 200), draw.randint(0, 5), 0, 0, -1 if draw.random() < .1 else 1]) * ONE
    if spells and draw.random() < .01:
        spell = draw.choice(spells)
        name = draw.choice(["from", "through"])
        if draw.random() < .5:
            del spell[name]
        else:
            spell[name] = draw.choice(["2025-02-29", "2025-13-01", "tomorrow", ""])
    if spells and draw.random() < .01:
        spell = draw.choice(spells)
        spell["resumed"] = (on - draw.randint(0, 4000) * ONE).isoformat()
    events = [{"kind": draw.choice(KINDS), "on": (on - draw.randint(-20, 2300) * ONE).isoformat(), "source": "tax",
               "id": f"{number}-{place}"} for place in range(draw.choice([0, 0, 0, 1, 2, 4]))]
    draw.shuffle(spells)
    return {"id": str(number), "spells": spells, "events": events}


if chinese_calendar is None:
    check.skip("dormancy: days off", "chinesecalendar is not here, days off are compared by weekends alone")
draw = random.Random(2026)
for city, longest, on in [(None, 3, "2026-03-02"), ("4403", 2, "2026-03-02"), ("440300", 2, "2024-02-29"), ("3505", 3, "2025-12-31")]:
    rows = [history(draw, number, day(on)) for number in range(count // 4)]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", delete=False) as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    command = [tequ, "dormancy", "sweep", file.name, "--on", on, "--json"] + (["--city", city] if city else [])
    ran = subprocess.run(command, capture_output=True, text=True)
    os.unlink(file.name)
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    check(f"dormancy {city} {on}: an answer for each", [a["id"] for a in answers] == [r["id"] for r in rows], f"{len(answers)} of {len(rows)}")
    wrong, refused, ends = [], 0, {}
    for row, answer in zip(rows, answers):
        bad = faults(row)
        if bad or "problem" in answer:
            refused += 1
            if bad != {f["pointer"] for f in answer.get("fields", [])}:
                wrong.append((row, sorted(bad), answer))
            continue
        expected = standing(row, day(on), longest) | {"id": row["id"]}
        ends[expected.get("why", expected["state"])] = ends.get(expected.get("why", expected["state"]), 0) + 1
        if expected != answer:
            wrong.append((row, expected, answer))
    check(f"dormancy {city} {on}: the same answer", not wrong, f"{len(rows) - len(wrong)} of {len(rows)}, {refused} refused, {ends} {wrong[:1]}")
    check(f"dormancy {city} {on}: bad lines are told", ran.returncode == 3 and refused > 0, f"status {ran.returncode}")
check.finish()
