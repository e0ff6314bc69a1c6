#!/usr/bin/env python3
"""Checks the domestic side of measure 12 from outside, from the Regulation's text: who must apply (art. 31), classes
(art. 62), late applications (art. 26, 29), closures (art. 20), a flight's whole life, conflicts and the plan that is
offered; and that no two approved flights come nearer than the city's minima, computed here from what `tequ airspace
export` writes.

Also: who may share the airspace with manned aircraft (art. 22), slots of routes, urgent tasks that go before, plans under
a standing approval, custody of biological products, firms' trials.

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


# Article 22, paragraphs 2 and 3, as the text says; the flight is in one airspace with manned aircraft.
CRAFT = {"micro": {"empty_grams": 200, "takeoff_grams": 240, "height_metres": 50, "speed_kmh": 40, "low_power": True},
         "light": {"empty_grams": 3000, "takeoff_grams": 6000}, "small": {"empty_grams": 9000, "takeoff_grams": 20_000},
         "medium": {"empty_grams": 20_000, "takeoff_grams": 60_000}, "large": {"empty_grams": 90_000, "takeoff_grams": 200_000}}


def may_share(kind, height, zone, airworthy, own):
    suitable = height < 120 and not zone
    if kind in ("micro", "light") and suitable:
        return "free"
    if own:
        return "approval"
    if kind == "large":
        return "approval" if airworthy else "barred"
    if kind == "medium":
        return "approval" if airworthy and height <= 300 else "barred"
    if kind == "small":
        return "approval" if height <= 300 else "barred"
    if kind == "light":
        return "approval" if 120 <= height <= 300 and not zone else "barred"
    return "barred"


def sharing():
    wrong, count = [], 0
    for kind, height, zone, airworthy, own in itertools.product(CRAFT, (50, 119, 120, 300, 301), (True, False), (True, False), (True, False)):
        count += 1
        got = ask(**CRAFT[kind], height_metres_flown=height, in_published_controlled=zone, airworthy=airworthy, shared=True, state_aircraft=own, own_manned=own)
        if not isinstance(got, dict) or got["sharing"] != may_share(kind, height, zone, airworthy, own):
            wrong.append((kind, height, zone, airworthy, own, got if not isinstance(got, dict) else got["sharing"]))
    check(f"art. 22: {count} flights with manned aircraft", not wrong, str(wrong[:2])[:300])
    check("and apart from them where they do not share", ask(**CRAFT["small"])["sharing"] == "apart")


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
    said = {"operator": made["operators"]["number"], "pilots": made["pilots"]["number"], "aircraft": made["aircraft"]["number"], "mission": "delivery",
            "urgency": "normal", "mode": "bvlos", "takeoff-site": "A", "landing-site": "B", "alternate-site": "C", "contact": "1", "start": stamp(start),
            "end": stamp(start + datetime.timedelta(minutes=minutes)), "shape": "path", "path": path, "height-low": 0, "height-high": 110, "speed-kmh": 54,
            "extent": "sector", "entry": "-", "link": "-", "capabilities": "-", "emergency-procedure": "-", "dropping": True, "parcel-grams": 100, **more}
    return {name: value for name, value in said.items() if value is not None}


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


# MARK: slots, priority, records, goods, trials

def waits(kind, case, stage):
    """Whether a case comes to a stage by itself within a minute."""
    for _ in range(120):
        if state(kind, case)["stage"] == stage:
            return True
        time.sleep(0.5)
    return False


def slots(made):
    keeper, inspector = site.sign_in("air-keeper"), site.sign_in("air-inspector")
    code = f"OUT-{time.time_ns() % 10**9:09d}"
    facts = {"operator": "外部核查", "lower_m": 90, "upper_m": 110, "width_m": 60, "slots_per_hour": 10, "points": [[22_671_000, 113_990_000], [22_671_000, 114_050_000]]}
    answer = site.post("/api/low-altitude/networks", {"kind": "route", "code": code, "name": {"zh": "核查航路", "en": "checked route"}, "facts": facts}, keeper)
    check("a route is planned", answer.status == 201, answer.text[:300])
    for name, who in (("build", keeper), ("accept", inspector), ("commission", keeper)):
        answer = site.post(f"/api/low-altitude/networks/{code}/steps", {"step": name, "reason": "-"}, who)
        check(f"route: {name}", answer.status == 201, answer.text[:300])
    # Ten an hour are six minutes each.
    start = later(3, 11)
    path = "114.0001,22.671,90\n114.0401,22.671,90"
    one = file("flights", application(made, start, 30, path=path, route=code))
    check("a flight asks for the route", isinstance(one, dict), getattr(one, "text", "")[:300])
    check("and takes its slot with the approval", step("flights", one, "approve", {}, controller).status == 201)
    held = state("flights", one)["facts"].get("slot")
    check("it is the slot in which it comes in", held == int(start.timestamp() * 1e6) // 360_000_000 * 360_000_000, held)
    two = file("flights", application(made, start + datetime.timedelta(minutes=3), 30, path=path, route=code))
    facts = state("flights", two)["facts"]
    check("the next flight finds the slot taken", [c["with"] for c in facts.get("conflicts", [])] == [code], str(facts.get("conflicts")))
    check("and is not approved", refused(step("flights", two, "approve", {}, controller), "conflict", code))
    check("it is offered the next slot, three minutes later", 180 <= facts["offer"]["delay"] <= 182, str(facts.get("offer", {}).get("delay")))
    step("flights", two, "take-offer")
    check("with which it is approved", step("flights", two, "approve", {}, controller).status == 201)
    step("flights", one, "withdraw")
    three = file("flights", application(made, start + datetime.timedelta(minutes=1), 30, path=path, route=code))
    check("whoever withdraws frees the slot for another", step("flights", three, "approve", {}, controller).status == 201)
    off = file("flights", application(made, start, 30, route=code))
    check("a flight that never comes into the route is refused", getattr(off, "status", 0) == 422 and "route" in off.text, getattr(off, "text", "")[:200])
    answer = site.get(f"/api/low-altitude/networks/{code}/slots")
    check("the route tells its slots and no flights", answer.status == 200 and answer.json["slot_seconds"] == 360 and set(answer.json) == {"route", "state", "slot_seconds", "hours", "taken"}, answer.text[:200])


def priority(made):
    start = later(3, 7)
    planned = file("flights", application(made, start, 60, path="114.0001,22.6801,90\n114.0401,22.6801,90"))
    step("flights", planned, "approve", {}, controller)
    rescue = file("flights", application(made, start, 60, path="114.0201,22.66162,90\n114.0201,22.7001,90", urgency="special", mission="emergency", **{"urgent-task": "rescue", "parcel-grams": None}))
    check("an urgent task meets a planned flight", planned["number"] in str(state("flights", rescue)["facts"].get("conflicts")))
    check("and is approved before it (art. 18, 29)", step("flights", rescue, "approve", {}, controller).status == 201)
    check("the planned one loses its approval", waits("flights", planned, "blocked"))
    check("and takes the plan that is offered", step("flights", planned, "take-offer").status == 201 and state("flights", planned)["stage"] == "approved")


def standing(made):
    day = later(3, 0).date()
    case = file("standing", {"operator": made["operators"]["number"], "from": str(day), "through": str(day + datetime.timedelta(days=30)),
                             "path": "113.99 22.685; 114.05 22.685; 114.05 22.695; 113.99 22.695", "height-high": 119, "purpose": "核查"})
    check("a standing approval is applied for", isinstance(case, dict), getattr(case, "text", "")[:300])
    step("standing", case, "approve", {}, controller)
    under = {"urgency": "standing", "permit": case["number"]}
    plan = file("flights", application(made, later(4, 3), 30, path="114.0001,22.6901,90\n114.0401,22.6901,90", **under))
    check("a plan under it is on record without a decision (art. 26)", waits("flights", plan, "approved"))
    outside = file("flights", application(made, later(4, 3), 30, path="114.0001,22.6901,90\n114.0601,22.6901,90", **under))
    check("one that leaves its airspace is refused", refused(outside, "outside-standing", "26"))


def goods(made):
    start = datetime.datetime.now(ZONE) + datetime.timedelta(seconds=30)
    cold = {"mission": "biological", "product": "blood", "cold-least": 20, "cold-most": 60, "goods-class": "un3373", "handed-by": "-", "handed-to": "-", "parcel-grams": 1500}
    heavy = file("flights", application(made, later(3, 9), 30, path="114.0001,22.7001,80\n114.0051,22.7001,80", **{**cold, "parcel-grams": 11_001}))
    check("more than the aircraft lifts is refused", getattr(heavy, "status", 0) == 422 and "parcel-grams" in heavy.text, getattr(heavy, "text", "")[:200])
    upside = file("flights", application(made, later(3, 9), 30, **{**cold, "cold-most": 10}))
    check("a cold chain upside down is refused", getattr(upside, "status", 0) == 422 and "cold-most" in upside.text)
    case = file("flights", application(made, start, 10, path="114.0001,22.7001,80\n114.0051,22.7001,80", urgency="special", **{"urgent-task": "medical", **cold}))
    for command, staff, said in (("approve", True, {}), ("report", False, {"text": "就绪"}), ("confirm", True, {})):
        step("flights", case, command, said, controller if staff else None)
    check("without a hand-over on record it does not take off", refused(step("flights", case, "activate"), "no-custody", ""))
    hand = {"consignment": "A-1", "handed-by": "甲", "handed-to": "乙"}
    answer = step("flights", case, "load", hand)
    check("a hand-over in a cold chain has its reading", answer.status == 422 and "temperature" in answer.text)
    for command, said in (("load", {**hand, "temperature": 40}), ("activate", {}), ("land", {}), ("receive", {**hand, "temperature": 75})):
        answer = step("flights", case, command, said)
        check(f"goods: {command}", answer.status == 201, answer.text[:200])
    now = state("flights", case)
    check("it landed and is to be handed over within the hour", now["stage"] == "handing" and now["due"] is not None, now["stage"])
    check("what was too warm is on record as broken", now["facts"]["custody"][0]["cold"] is False, str(now["facts"]["custody"]))
    check("the hand-over is closed", step("flights", case, "settle").status == 201 and state("flights", case)["stage"] == "ended")


def trials(made):
    office = site.sign_in("air-trials")
    said = {"operator": made["operators"]["number"], "contact": "-", "phone": "1", "mission": "scenic", "months": 3, "flights-a-day": 2, "passengers": 0, "text": "-"}
    case = file("trials", said)
    check("a trial is applied for", isinstance(case, dict), getattr(case, "text", "")[:300])
    wrong = file("trials", {**said, "operator": "12-2026-0000000-X"})
    check("without a registration it is not", getattr(wrong, "status", 0) == 422 and "operator" in wrong.text)
    for command, said in (("approve", {"text": "同意"}), ("support", {"support": "pads"})):
        answer = site.post(f"/api/low-altitude/trials/{case['number']}/steps", {"command": command, "as": "reviewer", **said}, office)
        check(f"trial: {command}", answer.status == 201, answer.text[:200])
    answer = step("trials", case, "report", {"flights": 1, "incidents": 0, "on-time": 100, "text": "-"})
    check("trial: report", answer.status == 201, answer.text[:200])
    check("what stands on record is beside it", "flown" in state("trials", case)["facts"])
    answer = site.post(f"/api/low-altitude/trials/{case['number']}/steps", {"command": "pass", "as": "reviewer", "text": "通过"}, office)
    check("trial: pass", answer.status == 201 and state("trials", case)["stage"] == "passed", answer.text[:200])


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
sharing()
made = party()
first, start = life(made)
closing(made, first, start)
special(made)
slots(made)
priority(made)
standing(made)
goods(made)
trials(made)
bad_input(made)
separation()
check.finish()
