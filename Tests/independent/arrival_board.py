#!/usr/bin/env python3
"""Checks the live board of arrivals from outside: posts streams in ASTERIX Category 062, BaseStation text and tables, and
checks that every sequence respects wake separations by a table of its own, the freeze horizon and the position-shift limit.

usage: arrival_board.py TEQU

The encoder is written from EUROCONTROL SUR.ET1.ST05.2000-STD-09-01 (062) and from the description of BaseStation's port
30003; its bytes are first read by asterix_decoder (PyPI). It shares no code with the program. Figures that are the
city's own (fleet, approach speeds, buffers, final approach) are read from the city's data.
"""
import hashlib, hmac, json, math, os, random, shutil, struct, sys, tempfile, time

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
    planned = sorted((f for f in board["flights"] if "planned" in f), key=lambda f: f["planned"])
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


def main():
    Server(tequ, city, os.path.join(work, "log"), "--demo", "--demo-days", "2").stop()
    with open(os.path.join(city, "config.json"), "w") as file:
        json.dump({"partners": {PARTNER: {"url": "http://127.0.0.1:9/none", "secret": SECRET}}}, file)
    server = Server(tequ, city, os.path.join(work, "log"))
    site = Site(server.base)
    try:
        bad_input(site)
        stream(site)
    finally:
        status = server.stop()
    check("the server ended well", status == 0, str(status))
    shutil.rmtree(work, ignore_errors=True)
    check.finish()


main()
