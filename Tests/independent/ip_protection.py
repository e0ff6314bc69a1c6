"""IP protection from end to end: a city, a platform that is a program of its own, an agency and a court.

The platform's service is ip_platform.py; both sides run ip_conformance.py against themselves. A notice is
pushed, retried, given up, answered; evidence goes from right holder to agency to court and is verified by
docs/examples/verify_packet.py, which refuses every change. Under load the time from the act to the
platform's receipt is measured.

usage: ip_protection.py TEQU [RULES]      RULES: the folder with the published decision tables
"""
import atexit, concurrent.futures, csv, importlib.util, json, os, random, subprocess, sys, tempfile, time

import ip_signing
from outside import Checks, Server, Site, argument, until

here = os.path.dirname(os.path.abspath(__file__))
repository = os.path.dirname(os.path.dirname(here))
spec = importlib.util.spec_from_file_location("verify_packet", os.path.join(repository, "docs/examples/verify_packet.py"))
verify_packet = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify_packet)

tequ, rules, check = os.path.abspath(argument(1)), argument(2, ""), Checks()
SECRET = "the secret of the mall, shared"
work = tempfile.mkdtemp(prefix="tequ-ip-")
data = os.path.join(work, "city")


def day(later=0):
    """A date in the city, so many days from now: it is eight hours ahead of UTC wherever this runs."""
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600 + later * 86400))


today = day()


# The decision tables, with their own columns.
def answers(name, *rule):
    lines = subprocess.run([tequ, "rules", "evaluate", *rule, "--facts", os.path.join(rules, name), "--json"],
                           capture_output=True, text=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


def tables():
    courts, wait = "ip_first_instance_jurisdiction.csv", "takedown_ecommerce_law_art43.csv"
    if not os.path.exists(os.path.join(rules, courts)):
        return check.skip("tables", "the published tables are not here")
    with open(os.path.join(rules, courts)) as file:
        rows = list(csv.DictReader(file))
    found = answers(courts)
    wrong = [r for r, a in zip(rows, found) if a.get("value") != r["expected_court_level"]]
    check("tables: every court", len(found) == len(rows) and not wrong, f"{len(rows)} rows {wrong[:2]}")
    with open(os.path.join(rules, wait)) as file:
        rows = list(csv.DictReader(file))
    last = next(name for name in rows[0] if name.startswith("max_20"))
    for rule, column in [((), "expected"), (("takedown.wait",), "fifteen_day_limit"), (("takedown.notarisation",), last)]:
        found = answers(wait, *rule)
        values = [a.get("value") if column == "expected" else a.get("last_day") or a.get("due") for a in found]
        wrong = [(r[column], v) for r, v in zip(rows, values) if r[column] != v]
        check(f"tables: {column}", len(found) == len(rows) and not wrong, f"{len(rows)} rows {wrong[:3]}")


class Platform:
    """ip_platform.py as a process; `stop` ends just this one."""

    def __init__(self, port=0):
        self.process = subprocess.Popen([sys.executable, os.path.join(here, "ip_platform.py"), str(port), SECRET],
                                        stdout=subprocess.PIPE, text=True)
        # A check that stops half-way must not leave it behind.
        atexit.register(self.process.kill)
        self.port = int(self.process.stdout.readline().split()[1])
        self.site = Site(f"http://127.0.0.1:{self.port}")
        self.hook = f"http://127.0.0.1:{self.port}/hook"

    def stop(self):
        self.process.terminate()
        self.process.wait(10)

    def taken(self):
        return self.site.get("/taken").json

    def behave(self, **how):
        self.site.post("/behave", {"status": 0, "count": 0, "delay": 0.0, **how})

    def message(self, number, event, seconds=10):
        return until(lambda: next((m for m in self.taken() if m["body"]["number"] == number
                                   and m["body"]["event"] == event), None), seconds)


def notice(site, **changes):
    answer = site.post("/api/ip-protection", {
        "holder": "晨光创意有限公司", "contact": "王", "phone": "13000000000", "right": "trademark",
        "right-number": "第12345678号", "platform": "mall", "links": "https://mall.example/item/1\nhttps://mall.example/item/2",
        "wanted": ["delete"], "place": "jiangnan", "statement": "标识相同，附比对图。", "truthful": True, **changes})
    return answer


def answer(site, number, command, key=None, **said):
    body = ip_signing.encode({"interface": "1.0", "number": number, "command": command, **said})
    return site.call("POST", "/api/ip-protection/exchange/mall/answers", body, ip_signing.headers(SECRET, body, key))


def case(site, filed):
    return site.get(f"/api/ip-protection/{filed['number']}?token={filed['token']}").json


def step(site, number, who, capacity, command, **said):
    return site.post(f"/api/ip-protection/{number}/steps", {"command": command, "as": capacity, **said}, who)


# Push, repetition, failure.
def pushing(site, platform):
    filed = notice(site).json
    message = platform.message(filed["number"], "notice")
    check("push: the notice arrives", message is not None)
    check("push: it says what the platform needs",
          message and len(message["body"]["links"]) == 2 and message["body"]["holder"] == "晨光创意有限公司")
    measures = {"kinds": ["delete"], "taken": 2, "forwarded-on": today}
    first = answer(site, filed["number"], "measures", "answer-1", **measures)
    check("push: the platform answers", first.status == 201, first.text[:200])
    again = answer(site, filed["number"], "measures", "answer-1", **measures)
    check("push: its repetition gets the same answer",
          again.status == 201 and again.json["repeated"] and again.json["entry"] == first.json["entry"])
    check("push: the case went on once", case(site, filed)["version"] == 2)
    other = answer(site, filed["number"], "measures", "answer-1", **{**measures, "taken": 1})
    check("push: another answer under the key is refused", other.status in (409, 422), other.status)
    platform.behave(status=503, count=2)
    retried = notice(site, **{"right-number": "2"}).json
    check("push: after two failures it is taken", platform.message(retried["number"], "notice", 30) is not None)
    tries = [a for a in platform.site.get("/attempts").json if a[1] == next(
        m["key"] for m in platform.taken() if m["body"]["number"] == retried["number"])]
    pauses = [b[0] - a[0] for a, b in zip(tries, tries[1:])]
    check("push: with growing pauses", [t[2] for t in tries] == [503, 503, 200] and pauses[0] >= 1.9 and pauses[1] >= 7.5,
          [round(p, 1) for p in pauses])
    return filed


def dead_letter(site, platform, officer):
    platform.behave(status=400, count=1)
    filed = notice(site, **{"right-number": "3"}).json
    lost = until(lambda: case(site, filed)["stage"] == "undelivered", 10)
    check("dead letter: a lasting refusal comes to an official", lost)
    seen = site.get(f"/api/ip-protection/{filed['number']}", officer)
    check("dead letter: the official sees it", seen.status == 200 and seen.json["stage"] == "undelivered", seen.status)
    check("dead letter: and pushes again", step(site, filed["number"], officer, "handler", "push-again").status == 201)
    check("dead letter: pushed again, it arrives", platform.message(filed["number"], "notice") is not None)


# Statement, wait, complaint, hand-over.
def packet_file(name):
    content = {
        "title": "仿冒商品页面", "origin": {"system": "示范商城", "operator": "示范商城公司", "address": "https://mall.example/item/1",
        "mechanism": "商家上传，平台生成页面", "ordinary_course": True, "interest": "none"},
        "collector": {"id": "王", "organisation": "晨光创意", "capacity": "right-holder"},
        "tool": {"name": "取证浏览器", "version": "4.2"},
        "environment": {"device": "手机", "system": "5.0", "network": "蜂窝",
                        "checks": [{"name": "缓存已清空", "passed": True, "detail": ""}]},
        "time": {"source": "国家授时中心NTP", "offset_milliseconds": 12, "started": "2026-03-02T01:02:03.000000Z",
                 "ended": "2026-03-02T01:03:03.000000Z"},
        "storage": {"platform": "手机", "filing": "", "process": "采集后立即上传", "standards": ["SF/T 0076—2020"]},
        "support": [{"kind": "third-party", "name": "示范时间戳中心", "reference": "1"}]}
    paths = [os.path.join(work, name) for name in ("content.json", "page.txt", "shot.png", "p.packet.json")]
    with open(paths[0], "w") as file:
        json.dump(content, file, ensure_ascii=False)
    with open(paths[1], "w") as file:
        file.write("商品页 " + name)
    with open(paths[2], "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    done = subprocess.run([tequ, "packet", "pack", *paths[:3], "--out", paths[3]], capture_output=True, text=True)
    check("evidence: packed by the command line", done.returncode == 0, done.stderr[:200])
    with open(paths[3], "rb") as file:
        return file.read()


def evidence(site, filed, officer, court, key):
    number, token = filed["number"], filed["token"]
    packed = packet_file(number)
    path = f"/api/ip-protection/{number}/packets?token={token}"
    JSON = {"Content-Type": "application/json"}
    taken = site.call("POST", path, packed, JSON)
    check("evidence: taken in", taken.status == 201, taken.text[:300])
    name = taken.json["packet"]
    check("evidence: the same packet comes in once", site.call("POST", path, packed, JSON).status == 422)
    broken = packed.replace(b'"size":', b'"size":1', 1)
    check("evidence: a file that does not fit its digest is refused", site.call("POST", path, broken, JSON).status == 422)
    check("evidence: without the token nothing is said of it",
          site.call("POST", path.split("?")[0], packed, JSON).status == 404)
    check("court: a stranger to the case sees nothing",
          site.get(f"/api/ip-protection/{number}/packets/{name}", court).status == 404)
    for who, capacity, command, said in [
            (None, "citizen", "complain", {"text": "请求处理"}), (officer, "handler", "accept", {}),
            (officer, "handler", "hand-over", {}), (court, "court", "receive", {"checked": True})]:
        place = f"/api/ip-protection/{number}/steps" + (f"?token={token}" if capacity == "citizen" else "")
        done = site.post(place, {"command": command, "as": capacity, **said}, who or {})
        check(f"hand-over: {command}", done.status == 201, done.text[:200])
    exported = until(lambda: (a := site.get(f"/api/ip-protection/{number}/packets/{name}", court)).status == 200 and a, 15)
    check("court: exports the packet with all proofs", exported is not None)
    with open(os.path.join(work, "exported.packet.json"), "wb") as file:
        file.write(exported.body)
    holders = [event["to"] for event in json.loads(exported.body)["custody"]]
    check("court: every hand-over is in it", holders == ["right-holder", "market", "court-ip", "court-ip"], holders)
    script = [sys.executable, os.path.join(repository, "docs/examples/verify_packet.py"), os.path.join(work, "exported.packet.json")]
    run = subprocess.run([*script, key], capture_output=True, text=True)
    check("court: the script of 200 lines accepts it", run.returncode == 0, run.stdout.strip()[-200:])
    run = subprocess.run([tequ, "packet", "verify", script[-1], "--vkey", key], capture_output=True, text=True)
    check("court: the command line accepts it", run.returncode == 0, run.stdout[-200:])
    served = site.call("POST", "/api/ip-protection/packets/verify", exported.body, {"Content-Type": "application/json"})
    check("court: the city accepts it", served.status == 200 and served.json["holds"], served.text[:200])
    report = {f["id"]: f["standing"] for f in served.json["factors"]}
    check("judge: every factor is spoken of", len(report) == 16 and report["art16"] == "shown"
          and report["art17-1"] == "missing" and report["art18-witness"] == "stated", report)
    page = site.get(f"/api/ip-protection/{number}/packets/{name}/report", court)
    check("judge: the court reads the report", page.status == 200 and len(page.json) == 16)
    mutations(exported.body, key)


def mutations(data, key):
    """Every byte changed in one bit, members left out, added, swapped: all refused."""
    trusted, random_, missed = verify_packet.Key(key), random.Random(5), []

    def holds(data):
        try:
            verify_packet.verify(data, trusted)
            return True
        except (verify_packet.Wrong, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return False

    check("mutations: unchanged it holds", holds(data))
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << random_.randrange(8)
        if holds(bytes(changed)):
            missed.append(place)
    check("mutations: one bit of every byte", not missed, f"{len(data)} bytes {missed[:5]}")
    packet, accepted = json.loads(data), []

    def walk(value, path=()):
        yield path
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for name, item in items:
            yield from walk(item, path + (name,))

    for path in list(walk(packet))[1:]:
        copy = json.loads(data)
        parent = copy
        for name in path[:-1]:
            parent = parent[name]
        del parent[path[-1]]
        if holds(verify_packet.canonical(copy)):
            accepted.append(path)
    for part in ("custody", "proofs", "files"):
        copy = json.loads(data)
        copy[part].reverse()
        if holds(verify_packet.canonical(copy)):
            accepted.append((part, "reversed"))
    check("mutations: every member left out, every list turned round", not accepted, accepted[:5])


def waiting(site, platform):
    filed = notice(site, **{"right-number": "4"}).json
    platform.message(filed["number"], "notice")
    answer(site, filed["number"], "measures", kinds=["block"], taken=1, **{"forwarded-on": today})
    done = answer(site, filed["number"], "counter", merchant="恒泰", text="有授权。", **{"arrived-on": today})
    check("statement: forwarded", done.status == 201, done.text[:200])
    clock = next(c for c in case(site, filed)["clocks"] if c["id"] == "wait")
    expected = day(15)
    check("statement: fifteen days", clock["last_day"] == expected, clock["last_day"])
    future = answer(site, filed["number"], "lift")
    check("statement: measures may not end before", future.status == 422, future.status)
    sued = site.post(f"/api/ip-protection/{filed['number']}/steps?token={filed['token']}",
                     {"command": "sue", "filed-on": today})
    check("statement: a suit in time", sued.status == 201 and case(site, filed)["stage"] == "sued", sued.text[:200])
    check("statement: the platform is told to keep its measures", platform.message(filed["number"], "keep") is not None)


# From the act to the receipt, under load.
def load(site, platform, count=600, rate=40):
    """Notices at a steady rate from several clients; each is timed from before the request to the
    platform's receipt on record."""
    begun, numbers = time.time(), {}

    def one(index):
        time.sleep(max(0.0, begun + index / rate - time.time()))
        asked = time.time()
        answer = notice(site, **{"right-number": f"load {index}"})
        if answer.status == 201:
            numbers[answer.json["number"]] = (asked, time.time())

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(one, range(count)))
    check("load: every notice was acknowledged", len(numbers) == count, len(numbers))
    arrived = until(lambda: (t := {m["body"]["number"]: m["at"] for m in platform.taken() if m["body"]["event"] == "notice"})
                    .keys() >= numbers.keys() and t, 60)
    check("load: every notice arrived", bool(arrived))
    if not arrived:
        return
    waits = sorted(arrived[n] - asked for n, (asked, _) in numbers.items())
    acts = sorted(done - asked for asked, done in numbers.values())
    at = lambda values, share: round(values[min(len(values) - 1, int(share * len(values)))] * 1000)
    print(f"     {count} notices at {rate}/s: act to receipt p50 {at(waits, .5)} ms, p99 {at(waits, .99)} ms, "
          f"worst {at(waits, 1)} ms; the act alone p99 {at(acts, .99)} ms", flush=True)
    check("load: p99 from the act to the receipt under a second", waits[int(.99 * len(waits))] < 1, f"{at(waits, .99)} ms")
    check("load: each was taken once", all(m["tries"] == 1 for m in platform.taken() if m["body"]["number"] in numbers))


def main():
    if rules:
        tables()
    Server(tequ, data, os.path.join(work, "log"), "--demo", "--demo-days", "3").stop()
    platform = Platform()
    with open(os.path.join(data, "config.json"), "w") as file:
        json.dump({"partners": {"mall": {"url": platform.hook, "secret": SECRET}}}, file)
    os.chmod(os.path.join(data, "config.json"), 0o600)
    server = Server(tequ, data, os.path.join(work, "log"))
    site = Site(server.base)
    try:
        officer, court = site.sign_in("ip-officer"), site.sign_in("ip-court")
        for side in (["platform", platform.hook, SECRET], ["city", server.base, "mall", SECRET]):
            run = subprocess.run([sys.executable, os.path.join(here, "ip_conformance.py"), *side],
                                 capture_output=True, text=True)
            bad = [line for line in run.stdout.splitlines() if line.startswith("FAIL")]
            check(f"conformance: {side[0]}", run.returncode == 0, run.stdout.splitlines()[-1:] + bad[:5] + [run.stderr[-300:]])
        pushing(site, platform)
        dead_letter(site, platform, officer)
        waiting(site, platform)
        filed = notice(site, right="invention").json
        platform.message(filed["number"], "notice")
        answer(site, filed["number"], "measures", kinds=["delete"], taken=2, **{"forwarded-on": today})
        evidence(site, filed, officer, court, site.get("/log/key").text.strip())
        load(site, platform)
        # A platform that hangs, then dies: what was acknowledged arrives when it is back.
        platform.stop()
        away = notice(site, **{"right-number": "away"}).json
        time.sleep(1)
        back = Platform(platform.port)
        check("away: it arrives when the platform is back", back.message(away["number"], "notice", 40) is not None)
        back.stop()
    finally:
        code = server.stop()
    check("the server ends well", code == 0, code)
    verified = subprocess.run([tequ, "verify", "--data", data, "--json"], capture_output=True, text=True)
    report = json.loads(verified.stdout or "{}")
    check("the store holds", report.get("clean") is True, f"{report.get('acts')} acts {report.get('findings')}"[:300])
    check.finish()


main()
