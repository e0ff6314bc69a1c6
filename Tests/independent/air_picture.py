#!/usr/bin/env python3
"""Checks from outside what people are shown of the air: who was above a place at a time, and who keeps to a plan.

usage: air_picture.py BASE TEQU

Conformance, from the definition in docs/reference/low-altitude.md: a report keeps to its plan if there is a planned
point, at most 30 s later and at most 60 s earlier than the report, that is within 50 m on the ground and 20 m in
height. Here the plan is walked in steps of 5 ms; reports that lie within what a step may hide of a limit are passed
over. States: outside by three reports in a row is nonconforming, outside for 60 s contingent, inside by three reports
in a row conforming again.
Above a place: the picture of each second gives positions; from those alone it is computed, with distances on the
sphere, which flights came within 300 m of a place during two minutes before and after a moment. What the program
answers must name those that are clearly within and none that are clearly outside.
Registers: every feature of the open data is valid GeoJSON (RFC 7946): closed rings that turn anticlockwise, longitude
first, within the globe.
"""
import datetime, json, math, os, random, subprocess, sys, tempfile, urllib.error, urllib.parse, urllib.request

BASE, TEQU = sys.argv[1], sys.argv[2]
RADIUS = 6_371_010.0
LATERAL, VERTICAL, EARLY, LATE = 50.0, 20.0, 30.0, 60.0
checks = failures = 0


def check(name, ok, *more):
    global checks, failures
    checks += 1
    failures += not ok
    if not ok or checks <= 40:
        print("  ok  " if ok else "  FAIL", name, *more, flush=True)


def get(path, body=None):
    request = urllib.request.Request(BASE + path, headers={"content-type": "application/json"},
                                     data=None if body is None else json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, None


# Conformance

def walk(plan):
    """The plan in steps of 5 ms: (time, east, north, up)."""
    points = []
    for (x, y, z, t), (p, q, r, s) in zip(plan, plan[1:]):
        count = max(1, math.ceil((s - t) / 0.005))
        points += [(t + (s - t) * i / count, x + (p - x) * i / count, y + (q - y) * i / count, z + (r - z) * i / count)
                   for i in range(count + 1)]
    return points


def keeps(points, report, slack):
    """Whether a report keeps to the plan if every tolerance is widened by `slack` metres (and its time at 20 m/s)."""
    x, y, z, t = report
    return any(t - LATE - slack / 20 <= s <= t + EARLY + slack / 20 and abs(r - z) <= VERTICAL + slack
               and math.hypot(p - x, q - y) <= LATERAL + slack for s, p, q, r in points)


def conformance():
    rng = random.Random(7)
    cases = []
    for _ in range(60):
        t, place, plan = 0.0, [0.0, 0.0, 40.0], []
        for _ in range(rng.randint(2, 4)):
            plan.append([*place, t])
            t += rng.uniform(20, 60)
            place = [place[0] + rng.uniform(-600, 600), place[1] + rng.uniform(-600, 600), rng.choice([30.0, 60.0, 90.0])]
        plan.append([*place, t])
        points, reports, now = walk(plan), [], rng.uniform(0, 5)
        offset = [0.0, 0.0, 0.0, 0.0]
        while now < t:
            if rng.random() < 0.15:
                offset = rng.choice([[0, 0, 0, 0], [rng.uniform(-120, 120), rng.uniform(-120, 120), 0, 0],
                                     [0, 0, rng.uniform(-45, 45), 0], [0, 0, 0, rng.uniform(-100, 60)]])
            wanted = min(max(now + offset[3], 0), t)
            at = min(points, key=lambda p: abs(p[0] - wanted))
            reports.append([at[1] + offset[0], at[2] + offset[1], at[3] + offset[2], now])
            now += rng.uniform(1, 4)
        cases.append((plan, points, reports))
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", delete=False) as file:
        for plan, _, reports in cases:
            file.write(json.dumps({"plan": plan, "reports": reports}) + "\n")
    out = subprocess.run([TEQU, "airspace", "conformance", file.name], capture_output=True, text=True, check=True).stdout
    os.unlink(file.name)
    answers = [json.loads(line)["reports"] for line in out.splitlines()]
    wrong, passed, inside, seen = [], 0, 0, set()
    for (plan, points, reports), said in zip(cases, answers):
        outside = within = 0
        since, state = None, "conforming"
        for report, answer in zip(reports, said):
            sure, maybe = keeps(points, report, -0.2), keeps(points, report, 0.2)
            passed += 1
            is_inside = sure if sure == maybe else answer["deviation"] is None
            inside += is_inside
            if (answer["deviation"] is None) != is_inside:
                wrong.append((plan, report, answer))
            # The states follow from the definition.
            if is_inside:
                within, outside, since = within + 1, 0, None
                if within >= 3:
                    state = "conforming"
            else:
                outside, within, since = outside + 1, 0, report[3] if since is None else since
                if outside >= 3 and state == "conforming":
                    state = "nonconforming"
                if outside >= 3 and report[3] - since >= 60:
                    state = "contingent"
            seen.add(state)
            if answer["state"] != state:
                wrong.append((plan, report, answer, state))
                state = answer["state"]
    check("every report keeps to its plan or not as the definition says", not wrong, f"{passed} reports, {inside} inside", wrong[:1])
    check("every state was met", seen == {"conforming", "nonconforming", "contingent"}, seen)


# Above a place

def distance(a, b):
    (p, q), (r, s) = [(math.radians(x), math.radians(y)) for x, y in (a, b)]
    h = math.sin((r - p) / 2) ** 2 + math.cos(p) * math.cos(r) * math.sin((s - q) / 2) ** 2
    return 2 * RADIUS * math.asin(math.sqrt(h))


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def picture(moment):
    status, body = get("/api/low-altitude/picture?at=" + urllib.parse.quote(stamp(moment)))
    assert status == 200, (status, moment)
    return body["flights"]


def above():
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) - datetime.timedelta(minutes=5)
    found = []
    for hours in range(0, 24 * 7):
        moment = now - datetime.timedelta(hours=hours)
        flights = [f for f in picture(moment) if "lat" in f]
        if flights:
            found.append((moment, flights))
        if len(found) >= 3:
            break
    if not found:
        print("  --   no flight was in the air in the last week: nothing to look for", flush=True)
        return
    rng = random.Random(3)
    for moment, flights in found:
        positions = {}
        for second in range(-120, 121, 2):
            for f in picture(moment + datetime.timedelta(seconds=second)):
                if "lat" in f:
                    positions.setdefault(f["flight"], []).append((f["lat"], f["lon"]))
        for f in flights[:3]:
            place = (f["lat"] + rng.uniform(-0.004, 0.004), f["lon"] + rng.uniform(-0.004, 0.004))
            status, body = get("/api/low-altitude/overhead", {"lat": place[0], "lon": place[1], "at": stamp(moment)})
            check("the search answers", status == 200, status)
            named = {g["flight"]: g for g in body["flights"]}
            for number, way in positions.items():
                nearest = min(distance(place, p) for p in way)
                # Between two seconds an aircraft may fly some 60 m.
                if nearest <= 290:
                    check(f"{number} passed within 300 m and is named", number in named, round(nearest))
                elif nearest > 365:
                    check(f"{number} stayed further away and is not named", number not in named, round(nearest))
            for number, g in named.items():
                check(f"{number} is told without persons", set(g) <= {"flight", "mission", "distance_m", "altitude_m", "at"}, g)


def registers():
    status, body = get("/api/low-altitude/networks.geojson")
    check("the registers are open data", status == 200 and body["type"] == "FeatureCollection")
    for feature in body["features"]:
        kind, places = feature["geometry"]["type"], feature["geometry"]["coordinates"]
        rings = [[places]] if kind == "Point" else [places] if kind == "LineString" else places
        ok = all(-180 <= x <= 180 and -90 <= y <= 90 for ring in rings for x, y in ring)
        if kind == "Polygon":
            turn = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(rings[0], rings[0][1:]))
            ok = ok and rings[0][0] == rings[0][-1] and turn > 0
        check(f"{feature['id']} is a valid {kind}", ok, feature["geometry"])
    for at in ("2100-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "soon"):
        check(f"the picture refuses {at}", get("/api/low-altitude/picture?at=" + at)[0] == 422)
    for body in ({}, {"lat": "x", "lon": 1}, {"lat": 91, "lon": 1}, {"lat": 22, "lon": 114, "at": "soon"}):
        check("the search refuses", get("/api/low-altitude/overhead", body)[0] == 422, body)
    check("positions without a token are refused", get("/api/low-altitude/telemetry", {"positions": []})[0] == 401)


conformance()
above()
registers()
print(f"{checks} checks, {failures} failed")
sys.exit(failures > 0)
