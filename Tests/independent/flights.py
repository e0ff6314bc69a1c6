#!/usr/bin/env python3
"""Checks the domestic side of measure 12 from outside, from the Regulation's text: who must apply (art. 31), classes
(art. 62), late applications (art. 26, 29), closures (art. 20), a flight's whole life, conflicts and the plan that is
offered; and that no two approved flights come nearer than the city's minima, computed here from what `tequ airspace
export` writes.

usage: flights.py BASE TEQU DATA
"""
import datetime, itertools, json, math, subprocess, sys, time

from outside import Checks, Site

BASE, TEQU, DATA = sys.argv[1:4]
check, site = Checks(), Site(BASE)
ZONE = datetime.timezone(datetime.timedelta(hours=8))
HORIZONTAL, VERTICAL = 50.0, 15.0  # the demonstration city's minima


def ask(**facts):
    facts = {"empty-grams": 3000, "takeoff-grams": 6000, "height-metres": 500, "speed-kmh": 80, "height-metres-flown": 100, "intervention": True,
             "keeps-airspace": True, "surveyed": True, **{k.replace("_", "-"): v for k, v in facts.items()}}
    query = "&".join(f"{k}={str(v).lower() if isinstance(v, bool) else v}" for k, v in facts.items())
    answer = site.get("/api/low-altitude/flights/check?" + query)
    return {k[4:]: v["outcome"] for k, v in answer.json["answers"].items()} if answer.status == 200 else answer.text


# Article 31, as its text says: facts, and whether an application is needed.
FARM = {"height_metres": 30, "speed_kmh": 50, "radius_metres": 2000, "farm_only": True, "over_farmland": True, "mission": "farming",
        "takeoff_grams": 150_000, "empty_grams": 50_000, "height_metres_flown": 20}
HEAVY = {"empty_grams": 20_000, "takeoff_grams": 60_000}
TABLE = [
    ({}, False), ({"height_metres_flown": 119}, False), ({"height_metres_flown": 120}, True), ({"in_published_controlled": True}, True),
    (HEAVY, True), ({"relayed": True}, True), ({"dangerous_or_dropping": True}, True), ({"over_crowd": True}, True),
    ({"from_vehicle": True}, True), ({"swarm": True}, True), ({"cannot_identify": True}, True),
    (FARM, False), ({**FARM, "dangerous_or_dropping": True}, False), ({**FARM, "over_crowd": True}, True), ({**FARM, "takeoff_grams": 150_001}, True),
    ({**FARM, "over_farmland": False}, True), ({**FARM, "height_metres": 31}, True), ({**FARM, "speed_kmh": 51}, True), ({**FARM, "radius_metres": 2001}, True),
    ({**HEAVY, "state_aircraft": True, "own_ground": True}, False), ({**HEAVY, "state_aircraft": True}, True),
    ({**HEAVY, "state_aircraft": True, "own_ground": True, "height_metres_flown": 120}, False),
    ({**HEAVY, "state_aircraft": True, "own_ground": True, "height_metres_flown": 121}, True),
    ({**HEAVY, "state_aircraft": True, "own_ground": True, "swarm": True}, True),
    ({**HEAVY, "mission": "aerodrome", "civil_control_zone": True, "height_metres_flown": 200}, False),
    ({**HEAVY, "mission": "aerodrome", "civil_control_zone": True, "from_vehicle": True}, True),
]


def exemptions():
    wrong = []
    for facts, needed in TABLE:
        got = ask(**facts)
        if not isinstance(got, dict) or got["application-needed"] is not needed:
            wrong.append((facts, needed, got))
    check(f"art. 31: {len(TABLE)} cases", not wrong, str(wrong[:2])[:300])


def class_of(empty, takeoff, height, speed, radio, able):
    """Article 62, items 2 to 6, word for word; `able` stands for both capabilities, a person can always take over."""
    if empty < 250 and height <= 50 and speed <= 40 and radio:
        return "micro"
    if empty <= 4000 and takeoff <= 7000 and speed <= 100 and able:
        return "light"
    if empty <= 15_000 and takeoff <= 25_000 and able:
        return "small"
    return "medium" if takeoff <= 150_000 else "large"


def classes():
    wrong, count = [], 0
    for empty, takeoff, height, speed, radio, able in itertools.product(
            (249, 250, 4000, 4001, 15_000, 15_001), (300, 7000, 7001, 25_000, 25_001, 150_000, 150_001), (50, 51), (40, 41, 100, 101), (True, False), (True, False)):
        if takeoff < empty or (radio and empty > 4000):
            continue
        count += 1
        got = ask(empty_grams=empty, takeoff_grams=takeoff, height_metres=height, speed_kmh=speed, low_power=radio, keeps_airspace=able, surveyed=able)
        if not isinstance(got, dict) or got["class"] != class_of(empty, takeoff, height, speed, radio, able):
            wrong.append((empty, takeoff, height, speed, radio, able, got))
    check(f"art. 62: {count} aircraft", not wrong, str(wrong[:1])[:300])


# MARK: a flight's life

controller = site.sign_in("air-controller")
registrar = site.sign_in("air-registrar")


def file(kind, said):
    answer = site.post(f"/api/low-altitude/{kind}", {**said, "district": "jiangbei"})
    return answer if answer.status != 201 else answer.json


def step(kind, case, command, said=None, staff=None):
    query = "" if staff else "?token=" + case["token"]
    body = {"command": command, **({"as": "handler"} if staff else {}), **(said or {})}
    return site.post(f"/api/low-altitude/{kind}/{case['number']}/steps{query}", body, staff)


def state(kind, case):
    return site.get(f"/api/low-altitude/{kind}/{case['number']}?token={case['token']}").json


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S+08:00")


def party():
    until = str(datetime.date.today() + datetime.timedelta(days=300))
    tail = f"{time.time_ns() % 10**12:012d}"
    made = {}
    made["operators"] = file("operators", {"form": "firm", "commercial": True, "name": "外部核查", "phone": "1", "certificate": "X", "certificate-through": until})
    made["aircraft"] = file("aircraft", {"model": "X", "product-id": "OUT" + tail, "mark": "UAS" + tail, "owner": "外部核查", "empty-grams": 9000, "takeoff-grams": 20_000,
                                         "height-metres": 500, "speed-kmh": 80, "radius-metres": 9000, "intervention": True, "keeps-airspace": True, "surveyed": True})
    made["pilots"] = file("pilots", {"name": "外部核查", "phone": "1", "capacity": "full", "papers": ["small"]})
    for kind in ("operators", "aircraft", "pilots"):
        answer = step(kind, made[kind], "grant", {"through": until}, registrar)
        check(f"{kind} are registered", answer.status == 201, answer.text[:200])
    bare = application(made, start=later(2, 10), minutes=30)
    answer = file("flights", bare)
    check("without insurance a flight is refused with article 12", getattr(answer, "status", 0) == 422 and "第十二条" in answer.text or "12" in getattr(answer, "text", ""), getattr(answer, "text", "")[:200])
    policy = file("insurance", {"aircraft": made["aircraft"]["number"], "insurer": "X", "policy": "X", "sum": "1000000", "policy-through": until})
    step("insurance", policy, "grant", {"through": until}, registrar)
    return made


def later(days, hour):
    today = datetime.datetime.now(ZONE).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today + datetime.timedelta(days=days)


def application(made, start, minutes, path="114.0101,22.6301,90\n114.0401,22.6301,90", **more):
    return {"operator": made["operators"]["number"], "pilots": made["pilots"]["number"], "aircraft": made["aircraft"]["number"], "mission": "delivery",
            "urgency": "normal", "mode": "bvlos", "takeoff-site": "A", "landing-site": "B", "alternate-site": "C", "contact": "1", "start": stamp(start),
            "end": stamp(start + datetime.timedelta(minutes=minutes)), "shape": "path", "path": path, "height-low": 0, "height-high": 110, "speed-kmh": 54,
            "extent": "sector", "entry": "-", "link": "-", "capabilities": "-", "emergency-procedure": "-", "dropping": True, "parcel-grams": 100, **more}


def refused(answer, slug, article):
    return getattr(answer, "status", 0) == 422 and slug in answer.text and article in answer.text


def life(made):
    soon = datetime.datetime.now(ZONE) + datetime.timedelta(hours=2)
    check("an application for today is late (art. 26)", refused(file("flights", application(made, soon, 30)), "late-application", "26"))
    near = datetime.datetime.now(ZONE) + datetime.timedelta(minutes=20)
    urgent = {"urgency": "urgent", "urgent-task": "medical"}
    check("an urgent one 20 minutes ahead is late (art. 29)", refused(file("flights", application(made, near, 30, **urgent)), "late-application", "29"))
    start = later(3, 3)
    first = file("flights", application(made, start, 30))
    check("an application in time is taken", isinstance(first, dict), getattr(first, "text", "")[:300])
    due = state("flights", first)["due"]
    check("it is to be decided by 21:00 of the day before", due == (start - datetime.timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%S+08:00"), due)
    check("it is approved", step("flights", first, "approve", {}, controller).status == 201)
    crossing = file("flights", application(made, start, 30, path="114.0251,22.6162,90\n114.0251,22.6401,90"))
    found = state("flights", crossing)["facts"]
    check("a crossing flight is told of the conflict", found.get("conflicts", [{}])[0].get("with") == first["number"], str(found.get("conflicts"))[:200])
    check("and cannot be approved", refused(step("flights", crossing, "approve", {}, controller), "conflict", first["number"]))
    check("it takes the plan that is offered", step("flights", crossing, "take-offer").status == 201, str(found.get("offer"))[:200])
    check("and is approved then", step("flights", crossing, "approve", {}, controller).status == 201)
    refusal = file("flights", application(made, start, 30, path="114.0251,22.6501,90\n114.0351,22.6501,90"))
    answer = step("flights", refusal, "refuse", {"reason": "safety", "text": "核查"}, controller)
    check("a refusal has its reasons", state("flights", refusal)["stage"] == "refused", answer.text[:200])
    return first, start


def closing(made, first, start):
    said = {"reason": "event", "path": "114.0200,22.6290;114.0300,22.6290;114.0300,22.6310;114.0200,22.6310", "height-low": 0, "height-high": 300,
            "start": stamp(start), "end": stamp(start + datetime.timedelta(hours=2)), "notice": "1", "district": "jiangbei"}
    soon = datetime.datetime.now(ZONE) + datetime.timedelta(hours=23)
    late = {**said, "start": stamp(soon), "end": stamp(soon + datetime.timedelta(hours=1))}
    check("a closure for an event needs 24 hours (art. 20)", refused(site.post("/api/low-altitude/closures", late, controller), "late-notice", "20"))
    near = datetime.datetime.now(ZONE) + datetime.timedelta(minutes=29)
    rush = {**late, "reason": "rescue", "start": stamp(near)}
    check("an urgent one 30 minutes", refused(site.post("/api/low-altitude/closures", rush, controller), "late-notice", "20"))
    answer = site.post("/api/low-altitude/closures", said, controller)
    check("a closure in time is announced", answer.status == 201, answer.text[:300])
    for _ in range(120):
        if state("flights", first)["stage"] == "blocked":
            break
        time.sleep(1)
    now = state("flights", first)
    check("the flight that it hits loses its approval", now["stage"] == "blocked", now["stage"])
    if "offer" in now["facts"]:
        check("and takes another plan", step("flights", first, "take-offer").status == 201)
    overlap = file("flights", application(made, start, 30, path="114.0251,22.6295,90\n114.0251,22.6305,90"))
    check("a flight into the closure is told", any(c["with"] != first["number"] for c in state("flights", overlap)["facts"].get("conflicts", [])))


def special(made):
    start = datetime.datetime.now(ZONE) + datetime.timedelta(seconds=30)
    case = file("flights", application(made, start, 10, path="114.0001,22.6601,80\n114.0051,22.6601,80", urgency="special", **{"urgent-task": "rescue"}))
    check("a specially urgent task is taken at any time", isinstance(case, dict), getattr(case, "text", "")[:300])
    for command, staff, said in (("approve", True, {}), ("report", False, {"text": "就绪"}), ("confirm", True, {}), ("activate", False, {}), ("land", False, {"abnormal": True})):
        answer = step("flights", case, command, said, controller if staff else None)
        check(f"special: {command}", answer.status == 201, answer.text[:200])
    landed = datetime.datetime.now(ZONE)
    incident = file("incidents", {"flight": case["number"], "kind": "link", "landed": stamp(landed), "place": "-", "phone": "1", "text": "-"})
    due = datetime.datetime.fromisoformat(state("incidents", incident)["due"])
    check("an incident is reported within 24 hours of landing", abs((due - landed).total_seconds() - 86_400) < 2, str(due))


def bad_input(made):
    for name, path, words in (("a pole", "0,90\n1,90", "公里"), ("the date line", "180,0\n-179.9,0", "公里"), ("no number", "x,y\n1,2", "行"), ("one point", "114,22.6", "点")):
        answer = file("flights", application(made, later(3, 5), 30, path=path))
        check(f"{name} is refused with what is wrong", getattr(answer, "status", 0) == 422 and words in answer.text, getattr(answer, "text", "")[:200])
    bow = application(made, later(3, 5), 30, path="114.00,22.60;114.02,22.62;114.02,22.60;114.00,22.62", shape="area")
    answer = file("flights", bow)
    check("a polygon that crosses itself is refused", getattr(answer, "status", 0) == 422 and "自相交" in answer.text, getattr(answer, "text", "")[:200])


# MARK: separation

def metres(flight):
    lat = math.radians(22.6)
    return [(6_371_010.0 * math.cos(lat) * math.radians(p[0] - 114), 6_371_010.0 * math.radians(p[1] - 22.6), p[2], p[3]) for p in flight["points"]]


def too_near(a, b):
    """Whether two legs are at one moment nearer than both minima: the moments of too little height are an interval, on
    which the distance on the ground is the root of a parabola."""
    begin, end = max(a[0][3], b[0][3]), min(a[1][3], b[1][3])
    if begin >= end:
        return False

    def at(leg, t):
        share = (t - leg[0][3]) / (leg[1][3] - leg[0][3])
        return [p + share * (q - p) for p, q in zip(leg[0][:3], leg[1][:3])]

    (x, y, z), last = [p - q for p, q in zip(at(a, begin), at(b, begin))], [p - q for p, q in zip(at(a, end), at(b, end))]
    dx, dy, dz = last[0] - x, last[1] - y, last[2] - z
    low, high = 0.0, 1.0
    if dz == 0:
        if abs(z) >= VERTICAL:
            return False
    else:
        ends = sorted(((-VERTICAL - z) / dz, (VERTICAL - z) / dz))
        low, high = max(low, ends[0]), min(high, ends[1])
        if low >= high:
            return False
    square = dx * dx + dy * dy
    best = low if square == 0 else min(max(-(x * dx + y * dy) / square, low), high)
    return math.hypot(x + best * dx, y + best * dy) < HORIZONTAL


def separation():
    out = subprocess.run([TEQU, "airspace", "export", "--data", DATA], capture_output=True, text=True)
    flights = [json.loads(line) for line in out.stdout.splitlines()]
    held = [f for f in flights if f["state"] != "dropped" and not f["area"]]
    check("the export has flights", len(held) > 0, f"{len(flights)} lines {out.stderr[:200]}")
    held.sort(key=lambda f: f["start"])
    legs = [list(zip(m, m[1:])) for m in map(metres, held)]
    conflicts = pairs = 0
    for i, one in enumerate(held):
        for j in range(i + 1, len(held)):
            if held[j]["start"] > one["end"]:
                break
            pairs += 1
            conflicts += any(too_near(a, b) for a in legs[i] for b in legs[j])
    check(f"no two of {len(held)} approved flights come too near ({pairs} pairs share a time)", conflicts == 0, f"{conflicts} conflicts")
    # The checker itself must see a planted one.
    if held:
        copy = [[(p[0] + 10, p[1], p[2], p[3]) for p in leg] for leg in legs[0]]
        check("a planted conflict is seen", any(too_near(a, b) for a in legs[0] for b in copy))


exemptions()
classes()
made = party()
first, start = life(made)
closing(made, first, start)
special(made)
bad_input(made)
separation()
check.finish()
