"""The exchange of measure 12 from outside: a second opinion on what a DSS of ASTM F3548-21 keeps and finds, bad input on
every path, and the program killed under load.

usage: dss.py TEQU [KILLS]      KILLS: default 5

The tokens are signed here with a key made here. Cells come from s2sphere, and what should be found is worked out from
the requests alone. Nothing of the program is used but its interface.
"""
import concurrent.futures, datetime, http.client, json, os, random, shutil, subprocess, sys, tempfile, threading, time, uuid

import s2sphere

from air_tools import Key, Program, Tally, UTC, b64, box, moment, mutations
from outside import Checks, argument

tequ, KILLS = os.path.abspath(argument(1)), int(argument(2, "5"))
check, chance = Tally(), random.Random(12)
SCOPES = ("utm.strategic_coordination utm.constraint_management utm.constraint_processing utm.conformance_monitoring_sa "
          "utm.availability_arbitration rid.service_provider rid.display_provider dss.read.identification_service_areas "
          "dss.write.identification_service_areas interuss.pool_status.read interuss.pool_status.heartbeat.write")


def intent(extent, key=(), state="Accepted", **more):
    return {"extents": [extent], "uss_base_url": "https://uss.example/utm", "state": state, "key": list(key), **more}


def cells(south, west, size):
    """The cells of level 13 that the inside of a box touches, found by walking over it in small steps."""
    found = set()
    for a in range(41):
        for b in range(41):
            place = s2sphere.LatLng.from_degrees(south + size * a / 40, west + size * b / 40)
            found.add(s2sphere.CellId.from_lat_lng(place).parent(13).id())
    return found


INTENTS = "/dss/v1/operational_intent_references"
SUBSCRIPTIONS = "/dss/v1/subscriptions"


def second_opinion(program, authority):
    """Random intents, and who must be found by whom, from the requests alone."""
    # All times are counted from here, so that it does not matter how long the requests take.
    token, kept, start = authority.token("opinion"), {}, datetime.datetime.now(UTC)
    for _ in range(150):
        south, west, size = 22.5 + chance.random() / 8, 114 + chance.random() / 8, chance.choice([0.0005, 0.003, 0.02])
        low, begin = chance.randrange(0, 300, 50), chance.randrange(600, 3600)
        high, end = low + 30, begin + chance.randrange(30, 900)
        area, name = cells(south, west, size), str(uuid.uuid4())
        mine = (area, low, high, begin, end)
        def near(other):
            return (other[0] & area) and other[1] <= high and low <= other[2] and other[3] <= end and begin <= other[4]
        must = {k for k, v in kept.items() if near(v[0])}
        extent = lambda: box(south, west, size, low, high, begin, end, start)
        status, answer = program.send("PUT", f"{INTENTS}/{name}", intent(extent()), token)
        told = {x["id"] for x in answer.get("missing_operational_intents", [])}
        if must:
            # Walking in steps may miss the corner of a cell, and clocks move between two requests; nothing of it may be lost.
            check(status == 409 and must <= told, f"an empty key is told of {len(must)} intents", (status, must - told))
        keys = [kept[k][1] for k in told]
        if status == 409:
            apart = lambda o: o[1] > high or low > o[2] or o[3] > end or begin > o[4]
            wrong = [k for k in told if apart(kept[k][0])]
            check(not wrong, "nothing is told that is at another height or time", wrong)
            for lacking in keys[:2]:
                status, _ = program.send("PUT", f"{INTENTS}/{name}", intent(extent(), [k for k in keys if k != lacking]), token)
                check(status == 409, "a key without one OVN is refused", status)
            status, answer = program.send("PUT", f"{INTENTS}/{name}", intent(extent(), keys), token)
        check(status == 201, "an intent with its whole key is kept", (status, answer))
        if status == 201:
            kept[name] = (mine, answer["operational_intent_reference"]["ovn"])
    for name, (_, ovn) in kept.items():
        status, _ = program.send("DELETE", f"{INTENTS}/{name}/{ovn}", token=token)
        check(status == 200, "an intent is taken away by its OVN", status)


def tokens(program, authority):
    """Tokens that are none."""
    stranger = Key(SCOPES)
    good, path = authority.token(), f"{INTENTS}/{uuid.uuid4()}"
    status, _ = program.send("GET", path, token=good)
    check(status == 404, "a good token is taken", status)
    now = int(time.time())
    parts = good.split(".")
    other = b64(json.dumps({"sub": "uss2", "aud": "127.0.0.1", "exp": now + 99, "scope": SCOPES}).encode())
    bad = {
        "none": None, "nonsense": "x", "three dots": "a.b.c", "of another key": stranger.token(),
        "expired": authority.token(exp=now - 1), "without an end": authority.token(exp=None), "not begun": authority.token(nbf=now + 3600),
        "for another server": authority.token(aud="other.example"),
        "without audience": authority.token(aud=None), "of nobody": authority.token(sub=None), "of an empty name": authority.token(sub=""),
        "without signature": ".".join(parts[:2]) + ".", "alg none": b64(b'{"alg":"none"}') + "." + parts[1] + ".",
        "alg HS256": b64(b'{"alg":"HS256"}') + "." + parts[1] + "." + parts[2],
        "other claims": parts[0] + "." + other + "." + parts[2],
        "too long": "a" * 9000,
    }
    for name, token in bad.items():
        status, answer = program.send("GET", path, token=token)
        check(status == 401 and "message" in answer, f"a token {name} is refused with 401", status)
    status, _ = program.send("GET", path, token=authority.token(scope="rid.display_provider"))
    check(status == 403, "a token without the scope is refused with 403", status)
    status, _ = program.send("GET", path, token=authority.token(aud=["x", "dss.example"]))
    check(status == 404, "one of several audiences is enough", status)


def hostile(program, authority):
    """Bad input on every path: an answer below 500, in JSON, and quickly."""
    token = authority.token("hostile")
    some = str(uuid.uuid4())
    rid = {"extents": {k: v for k, v in box(22.5, 114, 0.01).items()}, "uss_base_url": "https://uss.example"}
    corners = box(22.5, 114, 0.01)["volume"]["outline_polygon"]["vertices"]
    old = {"extents": {"spatial_volume": {"footprint": {"vertices": corners}, "altitude_lo": 0, "altitude_hi": 100},
                       "time_start": moment(60)["value"], "time_end": moment(600)["value"]}, "flights_url": "https://uss.example/uss/flights"}
    listen = {"extents": box(22.5, 114, 0.01), "uss_base_url": "https://uss.example", "notify_for_operational_intents": True}
    bodies = [
        ("PUT", f"{INTENTS}/{some}", intent(box(22.5, 114, 0.01), ["x"], new_subscription={"uss_base_url": "https://uss.example"})),
        ("POST", f"{INTENTS}/query", {"area_of_interest": box(22.5, 114, 0.01)}),
        ("PUT", f"/dss/v1/constraint_references/{some}", {"extents": [box(22.5, 114, 0.01)], "uss_base_url": "https://uss.example"}),
        ("POST", "/dss/v1/constraint_references/query", {"area_of_interest": box(22.5, 114, 0.01)}),
        ("PUT", f"{SUBSCRIPTIONS}/{some}", listen), ("POST", f"{SUBSCRIPTIONS}/query", {"area_of_interest": box(22.5, 114, 0.01)}),
        ("PUT", "/dss/v1/uss_availability/hostile", {"availability": "Down", "old_version": "x"}),
        ("POST", "/dss/v1/reports", {"exchange": {"url": "https://x", "method": "GET"}}),
        ("PUT", f"/rid/v2/dss/identification_service_areas/{some}", rid), ("PUT", f"/rid/v2/dss/subscriptions/{some}", rid),
        ("PUT", f"/v1/dss/identification_service_areas/{some}", old),
        ("PUT", f"/v1/dss/subscriptions/{some}",
         {"extents": old["extents"], "callbacks": {"identification_service_area_url": "https://uss.example"}}),
    ]
    sent, worst, statuses = 0, 0.0, {}
    connection = program.connect()
    for method, path, body in bodies:
        for changed in mutations(body):
            # A fresh id for each, so that a mutation which is none does not stand in the way of the next.
            target = path.replace(some, str(uuid.uuid4()))
            begin = time.monotonic()
            status, answer = program.send(method, target, changed, token, connection)
            worst, sent = max(worst, time.monotonic() - begin), sent + 1
            statuses[status] = statuses.get(status, 0) + 1
            if status >= 500 or "not" in answer:
                check(False, f"{method} {path} answers bad input", (status, changed, answer))
    print(f"  {sent} bad bodies: {statuses}, the slowest {worst * 1000:.0f} ms")
    check(worst < 10, "no body takes the program 10 s, on a machine however busy", worst)
    for raw in (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a":1,"a":2}', b"[" * 5000, b'{"extents":' + b"[" * 3000):
        status, answer = program.send("PUT", f"{INTENTS}/{uuid.uuid4()}", token=token, raw=raw)
        check(status == 400, "what is no JSON object is refused", (status, raw[:20]))

    def shaped(**outline):
        plain = box(0, 0, 1)
        heights = {k: v for k, v in plain["volume"].items() if k.startswith("altitude")}
        return {**plain, "volume": {**heights, **outline}}

    def corner(*places):
        return shaped(outline_polygon={"vertices": [{"lat": a, "lng": b} for a, b in places]})

    def circle(lat, lng, radius):
        return shaped(outline_circle={"center": {"lat": lat, "lng": lng}, "radius": {"value": radius, "units": "M"}})

    shapes = [
        ("an hourglass", corner((0, 0), (0.01, 0.01), (0.01, 0), (0, 0.01)), 400),
        ("two corners", corner((0, 0), (0, 0.01)), 400),
        ("a line", corner((0, 0), (0, 0.01), (0, 0.02)), 400),
        ("a corner twice", corner((0, 0), (0, 0), (0.01, 0.01)), 400),
        ("1,001 corners", corner(*[(i / 1e5, (i * i % 7) / 1e5) for i in range(1001)]), 400),
        ("a sliver of 2,500 km", corner((0, 0), (0, 0.001), (22, 0.001), (22, 0)), 400),
        ("half the world", corner((-80, -170), (-80, 170), (80, 170), (80, -170)), 400),
        ("a huge circle", circle(22, 114, 1e7), 400), ("a circle of nothing", circle(22, 114, 0), 400),
        ("a circle inside out", circle(22, 114, -5), 400),
        ("the north pole", circle(89.9999, 0, 500), 201), ("the south pole", circle(-90, 77, 500), 201),
        ("the date line", circle(0, 179.9999, 500), 201),
        ("the other side of it", circle(0, -180, 500), 201), ("a corner of the cube", circle(35.2644, 45, 500), 201),
        ("longitude 181", circle(0, 181, 500), 400), ("latitude 91", circle(91, 0, 500), 400),
    ]
    for name, extent, expected in shapes:
        status, answer = program.send("PUT", f"{INTENTS}/{uuid.uuid4()}", intent(extent), token)
        if status == 409:
            keys = [x["ovn"] for x in answer["missing_operational_intents"]]
            status, answer = program.send("PUT", f"{INTENTS}/{uuid.uuid4()}", intent(extent, keys), token)
        check(status == expected, f"{name}: {expected}", (status, answer))
    # Both sides of the date line are one place.
    status, answer = program.send("POST", f"{INTENTS}/query", {"area_of_interest": circle(0, 180, 100)}, token)
    check(status == 200 and len(answer["operational_intent_references"]) == 2, "what lies across the date line is found from both sides", answer)
    status, _ = program.send("POST", f"{INTENTS}/query", {"area_of_interest": circle(22, 114, 1e6)}, token)
    check(status == 413, "a question about too large an area is answered 413", status)


def killed(program, authority):
    """Writes under load while the program is killed: whatever was acknowledged is there afterwards, with its OVN."""
    stopping = threading.Event()
    lock, acknowledged, gone, unsure = threading.Lock(), {}, set(), set()

    def work(number):
        token, own, dice = authority.token(f"load{number}"), {}, random.Random(number)
        connection = None
        while not stopping.is_set():
            name = dice.choice(list(own)) if own and dice.random() < 0.6 else str(uuid.uuid4())
            # Each worker in a place of its own: keys are none of this test's matters.
            extent = box(20 + number, 100 + dice.random() / 100, 0.0001, dice.randrange(0, 100000, 2), 0, 60, 7200)
            low = extent["volume"]["altitude_lower"]["value"]
            extent["volume"]["altitude_upper"]["value"] = low
            end = own.get(name) and dice.random() < 0.3
            try:
                connection = connection or program.connect()
                if end:
                    status, answer = program.send("DELETE", f"{INTENTS}/{name}/{own[name]}", token=token, connection=connection)
                elif name in own:
                    status, answer = program.send("PUT", f"{INTENTS}/{name}/{own[name]}", intent(extent), token, connection)
                else:
                    status, answer = program.send("PUT", f"{INTENTS}/{name}", intent(extent), token, connection)
            except ConnectionRefusedError:
                connection = None
                time.sleep(0.1)
                continue
            except (OSError, http.client.HTTPException):
                # It may have been done or not; nobody was told.
                connection = None
                own.pop(name, None)
                with lock:
                    unsure.add(name)
                    acknowledged.pop(name, None)
                time.sleep(0.02)
                continue
            if status not in (200, 201):
                continue
            with lock:
                if end:
                    own.pop(name)
                    acknowledged.pop(name, None)
                    gone.add(name)
                else:
                    own[name] = answer["operational_intent_reference"]["ovn"]
                    acknowledged[name] = (token, own[name])

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        workers = [pool.submit(work, number) for number in range(16)]
        for _ in range(KILLS):
            time.sleep(1.5)
            program.kill()
            program.start()
        time.sleep(1)
        stopping.set()
        for worker in workers:
            worker.result()
    lost = []
    for name, (token, ovn) in acknowledged.items():
        status, answer = program.send("GET", f"{INTENTS}/{name}", token=token)
        if status != 200 or answer["operational_intent_reference"]["ovn"] != ovn:
            lost.append((name, status))
    token = authority.token("load0")
    back = [name for name in gone - unsure if program.send("GET", f"{INTENTS}/{name}", token=token)[0] != 404]
    print(f"  {KILLS} kills: {len(acknowledged)} intents held, {len(gone)} taken away, {len(unsure)} without an answer")
    check(len(acknowledged) > 50 and not lost, "no acknowledged OVN is lost", lost[:3])
    check(not back, "nothing that was taken away comes back", back[:3])


def pool(program, authority):
    """The auxiliary interface of InterUSS: who is in the pool, and how its members behave."""
    token = authority.token("operator")
    status, answer = program.send("GET", "/aux/v1/pool", token=token)
    check(status == 200 and len(answer.get("dar_id", "")) >= 16, "the pool names its representation of the airspace", answer)
    status, answer = program.send("GET", "/aux/v1/configuration/global_options", token=token)
    check(status == 200 and all(type(answer.get(name)) is bool for name in ("scd_global_lock", "scd_hash_lock", "time_based_notification_index")),
          "the options are told", answer)
    for number in range(3):
        status, answer = program.send(
            "PUT", f"/aux/v1/pool/dss_instances/heartbeat?source=test{number}&timestamp=2026-03-0{number + 1}T00:00:00Z"
            + ("&next_heartbeat_expected_before=2026-03-09T00:00:00Z" if number == 1 else ""), token=token)
        beat = answer.get("dss_instances", [{}])[0].get("most_recent_heartbeat", {})
        check(status == 201 and beat.get("source") == f"test{number}" and beat.get("reporter") == "operator"
              and beat.get("timestamp", "").startswith(f"2026-03-0{number + 1}T00:00:00") and beat.get("index") == number
              and ("next_heartbeat_expected_before" in beat) == (number == 1), "a heartbeat is kept and counted", answer)
    told = program.send("GET", "/aux/v1/pool/dss_instances", token=token)[1].get("dss_instances")
    check(told == answer["dss_instances"], "the members of the pool are told")
    for query in ("", "?source=", "?source=x&timestamp=yesterday", "?source=x&next_heartbeat_expected_before=2026",
                  "?source=x&timestamp=2026-03-01T00:00:00Z&next_heartbeat_expected_before=2025-03-01T00:00:00Z"):
        status = program.send("PUT", "/aux/v1/pool/dss_instances/heartbeat" + query, token=token)[0]
        check(status == 400, "a heartbeat without sense is refused", query)
    reader = authority.token("reader", "interuss.pool_status.read")
    status = program.send("PUT", "/aux/v1/pool/dss_instances/heartbeat?source=x", token=reader)[0]
    check(status == 403, "who may only read sends no heartbeat")


def main():
    folder = tempfile.mkdtemp(prefix="tequ-dss-")
    try:
        authority, other = Key(SCOPES), Key()
        keys = os.path.join(folder, "keys.pem")
        with open(keys, "wb") as file:
            file.write(other.public + authority.public)
        program = Program(tequ, os.path.join(folder, "data"), 0, ["--jwt-public-key", keys, "--accepted-audience", "127.0.0.1,dss.example"]).start()
        try:
            tokens(program, authority)
            second_opinion(program, authority)
            pool(program, authority)
            hostile(program, authority)
            killed(program, authority)
        finally:
            program.stop()
        done = subprocess.run([tequ, "verify", "--data", program.folder], capture_output=True, text=True)
        check(done.returncode == 0, "the store is proven afterwards", done.stdout[-500:] + done.stderr[-500:])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    check.report(Checks())


main()
