#!/usr/bin/env python3
"""Checks the live board of arrivals from outside: posts streams in ASTERIX Category 062, BaseStation text and tables, and
checks that every sequence respects wake separations by a table of its own, the freeze horizon and the position-shift limit;
flies every advised way through the arcs in the wind by a model of its own; and checks staggered and mixed runways, slots,
bad lines and the Monte Carlo page.

usage: arrival_board.py TEQU

The encoder is written from EUROCONTROL SUR.ET1.ST05.2000-STD-09-01 (062) and from the description of BaseStation's port
30003; its bytes are first read by asterix_decoder (PyPI). It shares no code with the program. Figures that are the
city's own (fleet, approach speeds, buffers, final approach) are read from the city's data.
"""
import hashlib, hmac, json, math, os, random, re, shutil, struct, subprocess, sys, tempfile, time, urllib.parse

import board_flight
from outside import Checks, Server, Site, argument

check = Checks()
tequ = argument(1)
work = tempfile.mkdtemp(prefix="tequ-board-")
city = os.path.join(work, "city")
SECRET, PARTNER = "radar-secret-of-this-check", "radar"
here = os.path.dirname(os.path.abspath(__file__))
data = json.load(open(os.path.join(here, "..", "..", "cities", "shifan", "airports.json")))
airport = data["airports"][0]
scenario = airport["scenario"]
types = {t["type"]: t for t in data["types"]}
types.update({g["type"]: g for g in scenario["fleet"] if g["type"] not in types})
KNOT, NM = 1852 / 3600, 1852
# RECAT-CN in kilometres, as quoted from CCAR-93TM-R6 (unverified): leader, follower.
RECAT_CN = {"JB": 9.3, "JC": 11.1, "JM": 13.0, "JL": 14.8, "BB": 5.6, "BC": 7.4, "BM": 9.3, "BL": 13.0, "CM": 6.5, "CL": 11.1, "ML": 9.3}


def category(t):
    if t["mass_kg"] >= 136000:
        return "J" if t["span_m"] >= 75 else "B" if t["span_m"] >= 54 else "C"
    return "M" if t["mass_kg"] > 7000 else "L"


def least(leader, follower):
    """Seconds between two landings, without the buffer: distance held on the whole final approach, runway free."""
    distance = max(scenario["after"]["radar_km"], RECAT_CN.get(category(leader) + category(follower), 0)) * 1000
    final = scenario["final_km"] * 1000
    u, v = leader["approach_kt"] * KNOT, follower["approach_kt"] * KNOT
    at_threshold = distance / v
    outside = max(0, final - distance)
    at_entry = (outside + distance) / v - outside / u
    return max(at_threshold, at_entry, leader["occupancy_s"])


def least_of(leader, follower):
    """The same for types by name; one that is not known is the one that needs most."""
    return max(least(types[a], types[b]) for a in ([leader] if leader in types else types) for b in ([follower] if follower in types else types))


def six_bit(callsign):
    bits = 0
    for character in callsign.ljust(8):
        code = ord(character) - 64 if character.isalpha() else ord(character)
        bits = bits << 6 | code
    return bits.to_bytes(6, "big")


def fspec(numbers):
    out = bytearray((max(numbers) + 6) // 7)
    for n in numbers:
        out[(n - 1) // 7] |= 0x80 >> (n - 1) % 7
    for i in range(len(out) - 1):
        out[i] |= 1
    return bytes(out)


def record(track, moment, lat, lon, vx, vy, callsign, kind, level_ft):
    items = {
        1: bytes([25, 3]),
        4: int(round(moment % 86400 * 128)).to_bytes(3, "big"),
        5: struct.pack(">ii", round(lat * 2**25 / 180), round(lon * 2**25 / 180)),
        7: struct.pack(">hh", round(vx * 4), round(vy * 4)),
        11: bytes([0b11000000]) + (0x780000 + track).to_bytes(3, "big") + six_bit(callsign),
        12: struct.pack(">H", track),
        13: bytes([0x01, 0x01, 0x00]),
        17: struct.pack(">h", round(level_ft / 25)),
        21: bytes([0b01001000]) + callsign.ljust(7).encode() + kind.ljust(4).encode(),
    }
    return fspec(items) + b"".join(items[n] for n in sorted(items))


def block(records):
    body = b"".join(records)
    return bytes([62]) + struct.pack(">H", len(body) + 3) + body


def foreign_reading(bytes_, wanted):
    """asterix_decoder must read what was meant."""
    try:
        import asterix
    except ImportError:
        check.skip("foreign", "asterix_decoder is not installed")
        return
    parsed = asterix.parse(bytes_)
    check("asterix_decoder reads all records", len(parsed) == len(wanted), f"{len(parsed)}")
    for got, meant in zip(parsed, wanted):
        lat, lon = got["I105"]["Lat"]["val"], got["I105"]["Lon"]["val"]
        same = abs(lat - meant["lat"]) < 1e-5 and abs(lon - meant["lon"]) < 1e-5
        same &= got["I380"]["ID"]["ACID"]["val"].strip() == meant["callsign"] and got["I390"]["TAC"]["TYPE"]["val"].strip() == meant["type"]
        same &= got["I040"]["TrkN"]["val"] == meant["track"]
        if not same:
            check("asterix_decoder agrees", False, f"{meant} {got}")
            return
    check("asterix_decoder agrees on place, track, callsign and type", True)


def sbs(aircraft, moment):
    day, clock = time.strftime("%Y/%m/%d", time.gmtime(moment)), time.strftime("%H:%M:%S.000", time.gmtime(moment))
    stamp = f"{day},{clock},{day},{clock}"
    address = f"{0x790000 + aircraft['track']:06X}"
    speed = math.hypot(aircraft["vx"], aircraft["vy"]) / KNOT
    course = math.degrees(math.atan2(aircraft["vx"], aircraft["vy"])) % 360
    return "".join([
        f"MSG,1,1,1,{address},1,{stamp},{aircraft['callsign']},,,,,,,,,,,\r\n",
        f"MSG,4,1,1,{address},1,{stamp},,,{speed:.1f},{course:.1f},,,-640,,,,,\r\n",
        f"MSG,3,1,1,{address},1,{stamp},,9000,,,{aircraft['lat']:.6f},{aircraft['lon']:.6f},,,0,0,0,0\r\n"])


counter = 0


def post(site, form, body, key=None, secret=SECRET, partner=PARTNER, at=None, place=None):
    global counter
    counter += 1
    key = key or f"m{counter}"
    seconds = str(int(at if at is not None else time.time()))
    mac = hmac.new(secret.encode(), f"v1\n{seconds}\n{key}\n".encode() + body, hashlib.sha256).hexdigest()
    headers = {"Tequ-Partner": partner, "Tequ-Timestamp": seconds, "Idempotency-Key": key, "Tequ-Signature": "v1=" + mac,
               "Content-Type": "application/octet-stream", "Accept-Language": "en"}
    return site.call("POST", f"/arrivals/feeds/{place or airport['id']}/{form}", body, headers)


def judge(board, name, before=None):
    """Wake separations by the own table, freeze horizon and shift limit."""
    planned = sorted((f for f in board["flights"] if "planned" in f and not f["departure"]), key=lambda f: f["planned"])
    close = []
    for runway in {f["runway"] for f in planned}:
        own = [f for f in planned if f["runway"] == runway]
        for i, leader in enumerate(own):
            for follower in own[i + 1:]:
                need = least_of(leader["type"], follower["type"]) + scenario["after"]["buffer_s"]
                if follower["planned"] - leader["planned"] < need - 1e-6:
                    close.append((leader["callsign"], follower["callsign"], follower["planned"] - leader["planned"], round(need, 1)))
    moved = [f["callsign"] for f in planned if abs(f["shift"]) > board["shift"]]
    kept = True
    if before is not None and board["making"] != "afresh":
        old = {f["callsign"]: f for f in before["flights"] if "planned" in f}
        for f in planned:
            was = old.get(f["callsign"])
            if was and was["planned"] < board["now"] + board["freeze_s"] - 2 and (f["planned"], f["runway"]) != (was["planned"], was["runway"]):
                kept = False
    return len(planned), close, moved, kept


def stream(site):
    """An hour of aircraft seen every minute of their way by radar, sped up: each message says what time it is by positions alone."""
    rng = random.Random(13)
    origin = next(r for r in airport["runways"] if r["name"] == airport["point_merge"]["landing"])
    fleet = scenario["fleet"]
    aircraft = []
    for i in range(28):
        kind = rng.choices(fleet, [g["share"] for g in fleet])[0]["type"]
        angle, distance = rng.uniform(0, 2 * math.pi), rng.uniform(60_000, 260_000)
        aircraft.append({"track": 100 + i, "callsign": f"{rng.choice(['CSN', 'CCA', 'CES'])}{3000 + i}", "type": kind,
                         "lat": origin["lat"] + distance * math.cos(angle) / 111_200,
                         "lon": origin["lon"] + distance * math.sin(angle) / 111_200 / math.cos(math.radians(origin["lat"])),
                         "vx": -130 * math.sin(angle), "vy": -130 * math.cos(angle)})
    # The tables of a wind and a set of types are made once; what is timed is what comes then.
    plans = "".join(f"CXA{9000 + i},{g['type']},{stamp(time.time() + 9000)}\n" for i, g in enumerate(fleet))
    post(site, "csv", ("callsign,type,eta\n" + plans).encode())
    worst, before, sizes, makings = [], None, [], set()
    moved_all, kept_all, seconds = [], True, []
    for turn in range(12):
        now = time.time()
        seen = aircraft[:12 + turn * 2]
        for a in seen:
            # Half a minute of flight passes between two messages, and nobody flies quite as planned.
            jitter = rng.uniform(0.8, 1.2)
            a["lat"] += a["vy"] * 30 * jitter / 111_200 if turn else 0
            a["lon"] += a["vx"] * 30 * jitter / 111_200 / math.cos(math.radians(a["lat"])) if turn else 0
        if turn % 3 == 2:
            body, form = "".join(sbs(a, now) for a in seen).encode(), "sbs"
        else:
            body, form = block([record(a["track"], now, a["lat"], a["lon"], a["vx"], a["vy"], a["callsign"], a["type"], 9000) for a in seen]), "asterix"
        if turn == 0:
            foreign_reading(body, seen)
        begin = time.monotonic()
        answer = post(site, form, body)
        seconds.append(time.monotonic() - begin)
        if answer.status != 200:
            check(f"message {turn} is taken", False, f"{answer.status} {answer.text[:300]}")
            return
        board = answer.json
        if board["faults"]:
            check(f"message {turn} has no faults", False, str(board["faults"][:2]))
        size, close, moved, kept = judge(board, turn, before)
        sizes.append(size)
        worst += close
        moved_all += moved
        kept_all &= kept
        makings.add(board["making"])
        before = board
    check("the sequence grows with the traffic", sizes[-1] >= 20, str(sizes))
    check("no pair is closer than the own wake table and buffer", not worst, str(worst[:3]))
    check("nobody is moved more places than allowed", not moved_all, str(moved_all[:5]))
    check("frozen landings keep time and runway", kept_all)
    check("sequences were made within the rules", makings <= {"as-ruled", "holding"}, str(makings))
    check("a message is answered within 2 s", max(seconds) < 2, f"longest {max(seconds):.3f} s")


def bad_input(site):
    good = block([record(7, time.time(), 22.0, 113.5, 90, 90, "CSN1", "A320", 9000)])
    for count in range(4, len(good)):
        cut = bytes([62]) + struct.pack(">H", count) + good[3:count]
        answer = post(site, "asterix", cut)
        if answer.status != 422 or not answer.json["faults"]:
            check(f"a record cut to {count} bytes is told", False, f"{answer.status}")
            return
    check("every cut record is refused with the place", True)
    check("a table without callsigns is refused", post(site, "csv", b"type\nA320\n").status == 422)
    check("an unknown format is not found", post(site, "json", b"{}").status == 404)
    check("an unknown airport is not found", post(site, "csv", b"callsign\nA1\n", place="nowhere").status == 404)
    check("a wrong signature is turned away", post(site, "csv", b"callsign\nA1\n", secret="another secret here").status == 401)
    check("an unknown sender is turned away", post(site, "csv", b"callsign\nA1\n", partner="x").status == 401)
    check("an old message is turned away", post(site, "csv", b"callsign\nA1\n", at=time.time() - 3600).status == 401)
    once = b"callsign,type,eta\nCES999,A320," + time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1500)).encode() + b"\n"
    first, again = post(site, "csv", once, key="same"), post(site, "csv", once, key="same")
    check("the same message again changes nothing", first.status == again.status == 200 and
          first.json["version"] == again.json["version"], f"{first.status} {again.status}")
    check("the server lives", site.is_alive())


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def way_of(place, runway):
    """The procedure of a runway by the city's data."""
    own = next(a for a in data["airports"] if a["id"] == place)
    merges = [own["point_merge"], *own.get("further_merges", [])]
    merge = next(m for m in merges if m["landing"] == runway)
    return own, merge, next(r for r in own["runways"] if r["name"] == runway)


def winds(site):
    """Every advised way is flown by a model of our own; calm first, then with the wind of the signed feed."""
    place = "dublin"
    for name, layers in (("calm air", []), ("wind", [(0, 250, 12), (1500, 280, 25), (4000, 300, 45)])):
        now = int(time.time())
        if layers:
            answer = post(site, "wind", "\n".join(f"{a} {d} {s}" for a, d, s in layers).encode(), place=place)
            check("the wind is taken", answer.status == 200 and answer.json["wind"]["by"] == PARTNER, answer.text[:200])
        kinds = ["A320", "B738", "B788", "DH8D"]
        lines = [f"EIN{100 + i},{kinds[i % 4]},{stamp(now + 1500 + 40 * i)},{'AB'[i % 2]}" for i in range(14)]
        answer = post(site, "csv", ("callsign,type,eta,arc\n" + "\n".join(lines) + "\n").encode(), place=place)
        board = answer.json
        worst, turns, count, levels = 0, 0, 0, set()
        for f in board["flights"]:
            if "arc_m" not in f:
                continue
            own, merge, runway = way_of(place, f["way"])
            arc = next(a for a in merge["arcs"] if a["name"] == f["arc"])
            flown = board_flight.fly(own, merge, runway, arc, f["arc_level_m"], types[f["type"]], f["arc_m"], layers)
            entered = f["entry"] + f["wait_s"] + f["missing_s"]
            worst = max(worst, abs(entered + flown["landing"] - f["planned"]))
            turns = max(turns, abs(entered + flown["turn"] - f["turn"]))
            levels.add((f["arc"], f["arc_level_m"]))
            count += 1
        check(f"in {name} {count} advised ways land as planned by our own flight", count == 14 and worst < 6, f"off by {worst:.1f} s")
        check(f"in {name} the turns to the merge point are where we turn", turns < 4, f"off by {turns:.1f} s")
        check(f"in {name} levels are those of the arcs", levels == {("A", 2750), ("B", 2450)}, str(levels))
        late = [f for f in board["flights"] if f["missing_s"] > 0]
        told = [f for f in board["flights"] if any("arc run-out" in w for w in f["warnings"])]
        check(f"in {name} who runs out of arc is told", len(late) > 0 and {f["callsign"] for f in late} == {f["callsign"] for f in told},
              f"{len(late)} and {len(told)}")
        gaps = {}
        for f in sorted((f for f in board["flights"] if "entry" in f), key=lambda f: f["entry"] + f["wait_s"]):
            gaps.setdefault((f["arc"], f["arc_level_m"]), []).append(f["entry"] + f["wait_s"])
        # On one level nobody follows nearer than the radar minimum at the speed of the arcs.
        least = min(b - a for row in gaps.values() for a, b in zip(row, row[1:]))
        radar = own["scenario"]["after"]["radar_km"] * 1000 / board_flight.true_speed(merge["arc_speed_kt"] * KNOT, 2450)
        check(f"in {name} entries on one level keep the radar minimum", least >= radar, f"{least} s, at least {radar:.0f}")
    storm = post(site, "wind", b"0 250 180", place=place)
    check("a storm is refused", storm.status == 422, storm.text[:200])


def departure_gap(first, second, own):
    """Seconds from one movement to the next on one runway, by the notice's own parts: who clears it, and who comes."""
    rules = own["scenario"]
    a, b = types[first["type"]], types[second["type"]]
    if first["departure"] and second["departure"]:
        return rules["departure_s"]
    if first["departure"]:
        return max(rules["departure_clearance_km"] * 1000 / (b["approach_kt"] * KNOT), rules["departure_occupancy_s"]) + rules["after"]["buffer_s"]
    return a["occupancy_s"] + rules["reaction_s"]


def runways(site, control):
    """Staggered landings keep the slant distance; in mixed use departures take their gaps."""
    place = "shenzhen-3"
    own = next(a for a in data["airports"] if a["id"] == place)
    use = own["configurations"][0]
    now = int(time.time())
    lines = [f"CSN{200 + i},{['A320', 'A333'][i % 3 == 0]},{stamp(now + 1500 + 20 * i)},{['34L', '33'][i % 2]}.A" for i in range(12)]
    board = post(site, "csv", ("callsign,type,eta,arc\n" + "\n".join(lines) + "\n").encode(), place=place).json
    planned = sorted((f for f in board["flights"] if "planned" in f), key=lambda f: f["planned"])
    along = math.sqrt(use["slant_km"] ** 2 - use["spacing_km"] ** 2) * 1000
    final, buffer = own["scenario"]["final_km"] * 1000, own["scenario"]["after"]["buffer_s"]
    close, nearest = [], 1e9
    for i, a in enumerate(planned):
        for b in planned[i + 1:]:
            u, v = (types[f["type"]]["approach_kt"] * KNOT for f in (a, b))
            if a["runway"] == b["runway"]:
                need = least(types[a["type"]], types[b["type"]]) + buffer
            else:
                need = max(along / v, final / v - (final - along) / u) + buffer
                nearest = min(nearest, b["planned"] - a["planned"])
            if b["planned"] - a["planned"] < need - 1e-6:
                close.append((a["callsign"], b["callsign"], b["planned"] - a["planned"], round(need, 1)))
    check("staggered landings keep wake, radar and slant distances", len(planned) == 12 and not close, str(close[:3]))
    one = least(types["A320"], types["A320"]) + buffer
    check("staggered runways are not sequenced as one", nearest < one, f"{nearest} s, one runway {one:.0f}")

    place = "dublin"
    own = next(a for a in data["airports"] if a["id"] == place)
    answer = control(f"/desk/arrivals/boards/{place}/configuration", {"configuration": "one"})
    check("a controller uses the runways otherwise", answer.status == 303, f"{answer.status} {answer.text[:200]}")
    now = int(time.time())
    lines = [f"EIN{300 + i},{['A320', 'B738'][i % 2]},,{stamp(now + 1500 + 100 * i)}" for i in range(8)]
    board = post(site, "csv", ("callsign,type,eta,etd\n" + "\n".join(lines) + "\n").encode(), place=place).json
    planned = sorted((f for f in board["flights"] if "planned" in f), key=lambda f: f["planned"])
    close = []
    for i, a in enumerate(planned):
        for b in planned[i + 1:]:
            both = not a["departure"] and not b["departure"]
            need = least_in(own, a, b) if both else departure_gap(a, b, own)
            if b["planned"] - a["planned"] < need - 1e-6:
                close.append((a["callsign"], b["callsign"], b["planned"] - a["planned"], round(need, 1)))
    departing = sum(f["departure"] for f in planned)
    check("in mixed use departures take their gaps", departing == 8 and {f["runway"] for f in planned} == {"28L"} and not close,
          f"{departing} of {len(planned)}, {close[:3]}")
    check("a use that there is not is refused", control(f"/desk/arrivals/boards/{place}/configuration", {"configuration": "x"}).status == 422)


def least_in(own, a, b):
    """Two landings on one runway by radar minimum alone (the wake schemes of Europe ask no less)."""
    rules = own["scenario"]
    u, v = (types[f["type"]]["approach_kt"] * KNOT for f in (a, b))
    distance, final = rules["after"]["radar_km"] * 1000, rules["final_km"] * 1000
    return max(distance / v, final / v - (final - distance) / u, types[a["type"]]["occupancy_s"]) + rules["after"]["buffer_s"]


def bad_lines(site):
    """Clocks, doubles, jumps and aircraft that vanish."""
    now = time.time()
    def one(at, lat, key=None):
        return post(site, "asterix", block([record(9, at, lat, 10.0, 0, 100, "SAS77", "A320", 9000)]), key=key, place="oslo").json
    check("a place is taken", one(now, 59.0)["taken"] == 1)
    check("the same again is a double", one(now, 59.0)["skipped"] == {"duplicates": 1})
    early, stale, jump = one(now + 90, 59.0), one(now - 200, 59.0), one(now + 2, 60.0)
    check("a clock that is ahead is told", early["skipped"] == {"early": 1} and "ahead" in early["skipped_why"][0], str(early["skipped_why"]))
    check("a stale report is told", stale["skipped"] == {"stale": 1}, str(stale["skipped"]))
    check("a jump of 110 km in 2 s is not believed", jump["skipped"] == {"jumps": 1}, str(jump["skipped"]))
    flight = next(f for f in jump["flights"] if f["callsign"] == "SAS77")
    check("none of it moved the aircraft", flight["lat_e7"] == 590000000 or abs(flight["lat_e7"] / 1e7 - 59) < 1e-5, str(flight["lat_e7"]))
    unnamed = "MSG,3,1,1,79FFFF,1," + ",".join(2 * [time.strftime("%Y/%m/%d,%H:%M:%S.000", time.gmtime(now))]) + ",,9000,,,59.5,10.5,,,0,0,0,0\r\n"
    check("a track without a name is told", post(site, "sbs", unnamed.encode(), place="oslo").json["skipped"] == {"nameless": 1})


def pages(site):
    """The pages' figures by our own count."""
    text = site.get("/arrivals/slot-resources?before=55&after=65&peak=16&lang=en").text
    check("55 to 65 in 16 hours are 160 slots", "(65 − 55) × 16" in text and ">160<" in text)
    hours, seed = 40, 7
    text = site.get(f"/arrivals/monte-carlo?hours={hours}&seed={seed}&hourly=30&shift=2&lang=en").text
    scenario = site.get("/arrivals/airports/shenzhen-2/scenario.json?hourly=30&shift=2")
    file = os.path.join(work, "scenario.json")
    open(file, "w").write(scenario.text)
    told = subprocess.run([tequ, "arrivals", "simulate", "--scenario", file, "--hours", str(hours), "--seed", str(seed), "--json"],
                          capture_output=True, text=True)
    figures = json.loads(told.stdout) if told.returncode == 0 else {}
    mean, rate = figures.get("mean_delay", -1), figures.get("throughput", -1)
    check("the Monte Carlo page shows what the command line computes from its file",
          f">{mean:.0f}<" in text.replace("<small", "<") and f"{rate:.1f}" in text, f"{mean:.1f} s, {rate:.2f}; {told.stderr[:200]}")
    figures = [int(n) for n in re.findall(r"<td[^>]*>(\d+)</td>", text)]
    check("its tables have all aircraft", sum(figures) > hours * 30, str(len(figures)))


def main():
    Server(tequ, city, os.path.join(work, "log"), "--demo", "--demo-days", "2").stop()
    with open(os.path.join(city, "config.json"), "w") as file:
        json.dump({"partners": {PARTNER: {"url": "http://127.0.0.1:9/none", "secret": SECRET}}}, file)
    server = Server(tequ, city, os.path.join(work, "log"))
    site = Site(server.base)
    signed = {"Cookie": "session=" + site.sign_in("arrivals-control")["Authorization"].split(" ")[1]}

    def control(path, fields):
        page = site.get(path.rsplit("/", 1)[0], {**signed, "Accept": "text/html"}).text
        csrf = re.search(r'name="csrf" value="([^"]*)"', page)[1]
        body = urllib.parse.urlencode({**fields, "csrf": csrf, "idempotency_key": f"check-{random.random()}"})
        return site.call("POST", path, body, {**signed, "Content-Type": "application/x-www-form-urlencoded", "Origin": site.base})

    try:
        bad_input(site)
        stream(site)
        winds(site)
        runways(site, control)
        bad_lines(site)
        pages(site)
    finally:
        status = server.stop()
    check("the server ended well", status == 0, str(status))
    shutil.rmtree(work, ignore_errors=True)
    check.finish()


main()
