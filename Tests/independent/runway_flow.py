"""Judges `tequ arrivals runways`: every pair of a whole hour against spacing computed here from the scenario, small
scenarios against trying every order and runway, and what cannot be read or flown must be named.

usage: runway_flow.py TEQU [SCENARIO]
"""
import copy, json, math, os, random, subprocess, sys, tempfile

from outside import Checks, argument

# RECAT-CN on approach in km and take-off in s (secondary sources), leader by row; nothing: no wake minimum.
WAKE = {("J", "B"): 9.3, ("J", "C"): 11.1, ("J", "M"): 13.0, ("J", "L"): 14.8, ("B", "B"): 5.6, ("B", "C"): 7.4,
        ("B", "M"): 9.3, ("B", "L"): 13.0, ("C", "M"): 6.5, ("C", "L"): 11.1, ("M", "L"): 9.3}
TAKE_OFF = {("J", "B"): 120, ("J", "C"): 120, ("J", "M"): 180, ("J", "L"): 180, ("B", "M"): 120, ("B", "L"): 120,
            ("C", "M"): 120, ("C", "L"): 120, ("M", "L"): 120}


def category(group):
    if group["mass_kg"] >= 136_000:
        return "J" if group["span_m"] >= 75 else "B" if group["span_m"] >= 54 else "C"
    return "M" if group["mass_kg"] > 7000 else "L"


def approach(distance_m, final_m, one, two):
    """Seconds at the threshold so that the distance holds down the final approach, at constant speeds."""
    v, w = (g["approach_kt"] * 1852 / 3600 for g in (one, two))
    out = max(0, final_m - distance_m)
    return max(0, distance_m / w, (out + distance_m) / w - out / v)


def gap(scenario, one, two, same):
    """Whole seconds from a movement (kind, group) to a later one; None if they do not hinder each other."""
    (kind, a), (other, b) = one, two
    rules, final = scenario["rules"], scenario["final_km"] * 1000
    relation = scenario.get("relation", "independent")
    buffer = rules["buffer_s"]
    if not same and relation == "independent":
        return None
    if not same and relation == "staggered":
        if (kind, other) != ("arrival", "arrival"):
            return None
        along = math.sqrt(max(0, scenario["slant_km"] ** 2 - scenario["spacing_km"] ** 2)) * 1000
        return math.ceil(approach(along, final, a, b) + buffer - 1e-9)
    pair = category(a), category(b)
    if (kind, other) == ("arrival", "arrival"):
        distance = max(rules["radar_km"], WAKE.get(pair, 0)) * 1000
        return math.ceil(max(a["occupancy_s"], approach(distance, final, a, b)) + buffer - 1e-9)
    if (kind, other) == ("departure", "departure"):
        return math.ceil(max(scenario["departure_s"], TAKE_OFF.get(pair, 0)))
    if (kind, other) == ("arrival", "departure"):
        return math.ceil(a["occupancy_s"] + scenario["reaction_s"]) if same else 0
    clear = scenario["departure_clearance_km"] * 1000 / (b["approach_kt"] * 1852 / 3600)
    return math.ceil(max(clear, scenario["departure_occupancy_s"] if same else 0) + buffer - 1e-9)


def ask(tequ, scenario, *options):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(scenario, file)
        file.flush()
        ran = subprocess.run([tequ, "arrivals", "runways", "--scenario", file.name, "--json", *options],
                             capture_output=True, text=True, env={**os.environ, "LANG": "en_US.UTF-8"})
    return ran, json.loads(ran.stdout) if ran.stdout.startswith("{") else None


def faults(scenario, answer):
    """Pairs that are too close and movements outside their windows or on a wrong runway."""
    groups = {g["type"]: g for g in scenario["fleet"]}
    uses = {r["name"]: r["use"] for r in scenario["runways"]}
    found = []
    slots = answer["slots"]
    for place, one in enumerate(slots):
        if not one["earliest_s"] <= one["time_s"] <= one["latest_s"]:
            found.append((one["callsign"], one["time_s"]))
        if uses[one["runway"]] not in ("mixed", one["kind"] + "s"):
            found.append((one["callsign"], one["runway"]))
        for two in slots[place + 1:]:
            need = gap(scenario, (one["kind"], groups[one["type"]]), (two["kind"], groups[two["type"]]),
                       one["runway"] == two["runway"])
            # Of two at one second either may be the first.
            if two["time_s"] == one["time_s"]:
                back = gap(scenario, (two["kind"], groups[two["type"]]), (one["kind"], groups[one["type"]]),
                           one["runway"] == two["runway"])
                need = None if need is None or back is None else min(need, back)
            if need is not None and two["time_s"] - one["time_s"] < need:
                found.append((one["callsign"], two["callsign"], two["time_s"] - one["time_s"], need))
    return found


def brute(scenario):
    """The least weighted delay over every order and runway, each movement as early as it can be."""
    groups = {g["type"]: g for g in scenario["fleet"]}
    best = None

    def go(placed, cost):
        nonlocal best
        if best is not None and cost >= best:
            return
        if len(placed) == len(scenario["movements"]):
            best = cost
            return
        for m in scenario["movements"]:
            if any(m is p for p, _, _ in placed):
                continue
            for strip in scenario["runways"]:
                if strip["use"] not in ("mixed", m["kind"] + "s"):
                    continue
                time = m["earliest_s"]
                for p, runway, at in placed:
                    need = gap(scenario, (p["kind"], groups[p["type"]]), (m["kind"], groups[m["type"]]),
                               runway == strip["name"])
                    if need is not None:
                        time = max(time, at + need)
                if time <= m["latest_s"]:
                    go(placed + [(m, strip["name"], time)], cost + m["weight"] * max(0, time - m["target_s"]))

    go([], 0)
    return best


LAYOUTS = [
    {"runways": [{"name": "1", "use": "mixed"}], "relation": "independent"},
    {"runways": [{"name": "1", "use": "mixed"}, {"name": "2", "use": "mixed"}], "relation": "independent"},
    {"runways": [{"name": "1", "use": "arrivals"}, {"name": "2", "use": "departures"}], "relation": "dependent"},
    {"runways": [{"name": "1", "use": "mixed"}, {"name": "2", "use": "mixed"}], "relation": "dependent"},
    {"runways": [{"name": "1", "use": "arrivals"}, {"name": "2", "use": "arrivals"}, {"name": "3", "use": "departures"}],
     "relation": "staggered", "slant_km": 3.7, "spacing_km": 1.6},
]


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    tequ = argument(1)
    path = argument(2, os.path.join(here, "../../docs/reference/arrivals-runways.json"))
    check = Checks()
    plain = json.load(open(path))
    for layout in LAYOUTS:
        name = f"{len(layout['runways'])} {layout['relation']} ({'/'.join(r['use'] for r in layout['runways'])})"
        hour = {**plain, **layout, "hourly_arrivals": 20, "hourly_departures": 20, "width": 50}
        ran, answer = ask(tequ, hour, "--seed", "3")
        wrong = faults(hour, answer) if answer else ran.stderr
        check(f"runways: {name}: every pair of an hour is apart", answer and not wrong,
              f"{len(answer['slots']) if answer else 0} movements {wrong[:2]}")
        # The same with one movement a second behind the one ahead must be seen, or the check sees nothing.
        if answer:
            close = copy.deepcopy(answer)
            slots = close["slots"]
            late = next(b for a, b in zip(slots[20:], slots[21:]) if a["runway"] == b["runway"])
            ahead = slots[slots.index(late) - 1]
            late["time_s"] = late["earliest_s"] = ahead["time_s"] + 1
            check(f"runways: {name}: a movement too close is seen", faults(hour, close), late["callsign"])
    rng = random.Random(2)
    wrong, judged = [], 0
    for number in range(30):
        layout = LAYOUTS[number % len(LAYOUTS)]
        scenario = {**plain, **layout, "shift": 5, "width": 100_000, "movements": [
            {"callsign": f"M{i}", "kind": rng.choice(["arrival", "departure"]),
             "type": rng.choice(plain["fleet"])["type"], "earliest_s": (t := rng.randint(0, 200)),
             "target_s": t + rng.randint(0, 60), "latest_s": t + rng.randint(60, 700), "weight": rng.randint(1, 3)}
            for i in range(5)]}
        best = brute(scenario)
        ran, answer = ask(tequ, scenario)
        judged += 1
        if best is None:
            if ran.returncode != 1 or "M" not in ran.stderr:
                wrong.append((number, "no sequence exists", ran.returncode, ran.stderr[:200]))
        elif not answer or answer["cost"] != best or faults(scenario, answer) or not answer["proved"]:
            wrong.append((number, best, answer and answer["cost"], ran.stderr[:200]))
    check("runways: small scenarios agree with trying everything", not wrong, f"{judged} scenarios {wrong[:3]}")
    one = {"callsign": "CA1", "kind": "arrival", "type": "A320", "earliest_s": 0, "target_s": 10, "latest_s": 100}
    for name, change, word in [
        ("a type without a category", {"type": "ZZZZ"}, "ZZZZ"), ("a negative time", {"earliest_s": -5}, "earliest_s"),
        ("an empty window", {"latest_s": 5}, "CA1"), ("an unknown kind", {"kind": "overflight"}, "kind"),
        ("an unknown runway", {"runway": "99"}, "99"),
    ]:
        ran, answer = ask(tequ, {**plain, "movements": [{**one, **change}]})
        check(f"runways: {name} is named", ran.returncode == 1 and answer is None and word in ran.stderr,
              ran.stderr.strip()[-160:])
    ran, answer = ask(tequ, {**plain, "movements": [one, one]})
    check("runways: a callsign that stands twice is named", ran.returncode == 1 and "CA1" in ran.stderr,
          ran.stderr.strip()[-160:])
    check.finish()


main()
