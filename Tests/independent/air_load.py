"""How many operational intents a second the exchange of measure 12 keeps, each durable before it is answered.

usage: air_load.py TEQU [USERS [SECONDS [AREAS [RATE]]]]      default: 10 users, 20 seconds, 4 areas, as fast as it goes

The load is that of InterUSS's FlightsInSub: a subscription of 0 to 10,000 m over each area of 1 km, and flights of 60
seconds in it, each 1 m tall at a height by chance and with an implicit subscription of its own. That tool keeps one core
busy from some 200 requests a second on; this one writes bytes and reads two fields. Other than that tool, whose key
holds all that it ever filed, a key here holds the OVNs of the flights that are there still at the height, as a USS would
send. RATE: so many a second, evenly, whether answers come or not; then what waits its turn counts as time taken.
With one area and `single` for AREAS its radius is 550 m and flights are shorter than 100 m: a busy cell.

At the end every acknowledged intent that is not over is asked for: none may be lost.
"""
import asyncio, json, os, random, shutil, subprocess, tempfile, time, uuid
import datetime, math

from air_tools import UTC, Key, Program
from outside import Checks, argument

tequ, USERS, SECONDS = os.path.abspath(argument(1)), int(argument(2, "10")), float(argument(3, "20"))
single = argument(4, "4") == "single"
AREAS, RATE = 1 if single else int(argument(4, "4")), float(argument(5, "0"))
RADIUS, FARTHEST, LIFE = (550, 100, 60) if single else (1000, 500, 60)
DEGREE = 111_320
checks = Checks()


def stamp(seconds):
    return datetime.datetime.fromtimestamp(seconds, UTC).isoformat()


def boxes(dice, lat, lng):
    """The outlines of a flight: rectangles of 100 m by 10 m, one after the other."""
    far, turn = RADIUS * math.sqrt(dice.random()) / DEGREE, 2 * math.pi * dice.random()
    x, y = lng + far * math.cos(turn), lat + far * math.sin(turn)
    turn = 2 * math.pi * dice.random()
    c, s = math.cos(turn), math.sin(turn)
    for step in range(1 + int(dice.random() * FARTHEST // 100)):
        mx, my = x + step * 100 / DEGREE * c, y + step * 100 / DEGREE * s
        yield [(my + (u * s + v * c) / DEGREE, mx + (u * c - v * s) / DEGREE) for u, v in ((50, -5), (50, 5), (-50, 5), (-50, -5))]


class User:
    """One connection that files flights, one after the other."""

    def __init__(self, port, credentials, shared):
        self.port, self.shared, self.dice = port, shared, random.Random(shared["seed"] + len(shared["users"]))
        lines = [f"host: 127.0.0.1:{port}", f"authorization: Bearer {credentials}", "content-type: application/json", "content-length: "]
        self.head = " HTTP/1.1\r\n" + "\r\n".join(lines)
        shared["users"].append(self)

    async def connect(self):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 24)
        return self

    async def send(self, method, path, body):
        self.writer.write(f"{method} {path}{self.head}{len(body)}\r\n\r\n{body}".encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        low = head.lower()
        if b"content-length:" in low:
            size = int(low.split(b"content-length:")[1].split(b"\r\n")[0])
            return int(head[9:12]), await self.reader.readexactly(size)
        parts = []
        while True:
            size = int(await self.reader.readuntil(b"\r\n"), 16)
            parts.append((await self.reader.readexactly(size + 2))[:-2])
            if size == 0:
                return int(head[9:12]), b"".join(parts)

    async def file(self, began):
        """Files one flight."""
        dice, shared = self.dice, self.shared
        name, low, now = str(uuid.UUID(int=dice.getrandbits(128), version=4)), dice.randint(0, 10_000), time.time()
        key = []
        for height in (low - 1, low, low + 1):
            there = shared["there"].get(height)
            if there:
                there[:] = [item for item in there if item[0] >= now]
                key += [item[1] for item in there]
        lat = shared["lat"] + dice.randrange(AREAS) * RADIUS * 2 / 111_111
        begin, end = stamp(now), stamp(now + LIFE)
        extents = []
        for corners in boxes(dice, lat, shared["lng"]):
            vertices = ",".join(f'{{"lat":{a:.9f},"lng":{b:.9f}}}' for a, b in corners)
            extents.append(
                f'{{"volume":{{"outline_polygon":{{"vertices":[{vertices}]}},"altitude_lower":{{"value":{low},"reference":"W84","units":"M"}},'
                f'"altitude_upper":{{"value":{low + 1},"reference":"W84","units":"M"}}}},"time_start":{{"value":"{begin}","format":"RFC3339"}},'
                f'"time_end":{{"value":"{end}","format":"RFC3339"}}}}')
        body = (f'{{"state":"Accepted","uss_base_url":"https://uss.example.com","new_subscription":{{"uss_base_url":"https://uss.example.com"}},'
                f'"extents":[{",".join(extents)}],"key":{json.dumps(key)}}}')
        sent = time.perf_counter()
        status, answer = await self.send("PUT", f"/dss/v1/operational_intent_references/{name}", body)
        done = time.perf_counter()
        shared["taken"].append(done - (began or sent))
        shared["status"][status] = shared["status"].get(status, 0) + 1
        if status == 201:
            ovn = json.loads(answer)["operational_intent_reference"]["ovn"]
            shared["there"].setdefault(low, []).append((now + LIFE, ovn))
            shared["kept"][name] = ovn
        elif status != 409:
            shared["odd"].append((status, answer[:200]))


async def load(port, credentials):
    shared = {"users": [], "there": {}, "taken": [], "status": {}, "kept": {}, "odd": [], "seed": 7, "lat": 22.5, "lng": 113.9}
    users = [await User(port, credentials, shared).connect() for _ in range(USERS)]
    for area in range(AREAS):
        now = time.time()
        altitude = lambda metres: {"value": metres, "reference": "W84", "units": "M"}
        body = {"extents": {"volume": {"outline_circle": {"center": {"lat": shared["lat"] + area * RADIUS * 2 / 111_111, "lng": shared["lng"]},
                                                          "radius": {"value": RADIUS, "units": "M"}},
                                       "altitude_lower": altitude(0), "altitude_upper": altitude(10_000)},
                            "time_start": {"value": stamp(now), "format": "RFC3339"}, "time_end": {"value": stamp(now + 3600), "format": "RFC3339"}},
                "uss_base_url": "https://uss.example.com", "notify_for_operational_intents": True}
        status, answer = await users[0].send("PUT", f"/dss/v1/subscriptions/{uuid.uuid4()}", json.dumps(body))
        assert status == 200, answer
    begin, busy = time.perf_counter(), time.process_time()
    end, turn = begin + SECONDS, [0]

    async def work(user):
        while time.perf_counter() < end:
            due = None
            if RATE:
                due = begin + turn[0] / RATE
                turn[0] += 1
                await asyncio.sleep(max(0, due - time.perf_counter()))
            await user.file(due)

    await asyncio.gather(*(work(user) for user in users))
    span, own = time.perf_counter() - begin, time.process_time() - busy
    taken = sorted(shared["taken"])
    at = lambda share: 1000 * taken[min(len(taken) - 1, int(share * len(taken)))]
    print(f"  {len(shared['kept']) / span:.0f} intents a second of {len(taken) / span:.0f} asked for, {USERS} users, {AREAS} areas, {span:.1f} s;"
          f" p50 {at(0.5):.1f} ms, p90 {at(0.9):.1f}, p99 {at(0.99):.1f}, longest {at(1):.0f}; answers {shared['status']};"
          f" this client took {100 * own / span:.0f} % of a core", flush=True)
    return shared


def main():
    folder = tempfile.mkdtemp(prefix="tequ-load-")
    key, pem = Key("utm.strategic_coordination"), os.path.join(folder, "key.pem")
    with open(pem, "wb") as file:
        file.write(key.public)
    program = Program(tequ, os.path.join(folder, "data"), int(os.environ.get("TEQU_PORT", "0")), ["--jwt-public-key", pem, "--accepted-audience", "127.0.0.1"])
    program.start()
    port, process = program.port, program.process
    try:
        if "TEQU_PERF" in os.environ:
            subprocess.Popen(["perf", "record", "-F", "997", "-g", "-o", os.environ["TEQU_PERF"], "-p", str(process.pid), "--", "sleep", "8"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        credentials = key.token()
        shared = asyncio.run(load(port, credentials))
        with open(f"/proc/{process.pid}/stat") as file:
            ticks = file.read().rsplit(")", 1)[1].split()
        spent = (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")
        print(f"  the program took {spent:.1f} s of a core in all, its start counted")

        async def lost():
            user = await User(port, credentials, shared).connect()
            gone = []
            for name, ovn in shared["kept"].items():
                status, answer = await user.send("GET", f"/dss/v1/operational_intent_references/{name}", "")
                if status != 200 or json.loads(answer)["operational_intent_reference"]["ovn"] != ovn:
                    gone.append((name, status))
            return gone

        program.kill()
        port = program.start().port
        gone = asyncio.run(lost())
        checks(f"all {len(shared['kept'])} acknowledged intents are there after kill -9", not gone and shared["kept"], gone[:3])
        checks("no answer but 201 and 409", not shared["odd"], shared["odd"][:2])
    finally:
        program.kill()
        shutil.rmtree(folder, ignore_errors=True)
    checks.finish()


main()
