"""Three equal nodes on one PostgreSQL, one of them killed again and again while all are used.

usage: nodes.py TEQU [KILLS]      KILLS: default 24

Sets up docs/how-to/run-on-postgresql. A session is good at every node; after each kill the log grows again within ten
seconds; nothing acknowledged is lost; each notice goes out once by its id; each legal clock fires once; an address
that hammers all nodes is limited as at one.
"""
import base64, collections, concurrent.futures, email, glob, html, json, os, random, re, secrets, shutil, subprocess, sys, tempfile, threading, time, urllib.parse

import how_to
from load import FAILURES, Load
from machines import USER
from outside import PASSWORD, Checks, argument, entries, until
from single_server import SingleServer
from tequ_node import verified

tequ, KILLS = os.path.abspath(argument(1)), int(argument(2, "24"))
check = Checks()
page = how_to.same_blocks(check, "run-on-postgresql")
chance = random.Random(21)
TAKEOVER = 10  # seconds in which a killed node's duties are taken over
OLD = "2026-03-02T09:00:00+08:00"  # all clocks of a request from then have run out
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}


class Watch:
    """Asks every node for the size of the log, ten times a second: it never shrinks."""

    def __init__(self, nodes):
        self.nodes, self.back = nodes, []
        self.stopping = threading.Event()
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self):
        seen = collections.Counter()
        while not self.stopping.is_set():
            for node in self.nodes:
                try:
                    size = int(node.site.get("/log/checkpoint", timeout=2).text.split("\n")[1])
                except (*FAILURES, ValueError, IndexError):
                    continue
                if size < seen[node.base]:
                    self.back.append((node.base, seen[node.base], size))
                seen[node.base] = size
            self.stopping.wait(0.1)


class Clocks:
    """Brings in old open requests all the time: their clocks have run out and fire at once."""

    def __init__(self, node):
        self.node, self.brought, self.failed = node, 0, []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._work, daemon=True)

    def _work(self):
        mark, turn = secrets.token_hex(4), 0
        while not self.stopping.is_set():
            turn += 1
            with tempfile.NamedTemporaryFile("w", suffix=".jsonl", dir=self.node.ground.root, delete=False) as file:
                for n in range(20):
                    file.write(json.dumps({"id": f"{mark}-{turn}-{n}", "title": "路灯", "body": f"路灯坏了。{turn} {n}", "time": OLD},
                                          ensure_ascii=False) + "\n")
            os.chmod(file.name, 0o644)
            command = [self.node.command[0], "import", "requests", file.name, "--data", self.node.folder, "--database", self.node.database, "--json"]
            process = self.node.ground.start(command, self.node.machine.log("import"), stdout=subprocess.PIPE, text=True)
            out, _ = process.communicate()
            try:
                self.brought += json.loads(out)["imported"]
            except (ValueError, KeyError):
                self.failed.append(process.returncode)
            self.stopping.wait(2)


def hidden(text, name="csrf"):
    return html.unescape(re.search(f'name="{name}" value="([^"]*)"', text).group(1))


def sessions(nodes):
    first, second, third = (node.site for node in nodes)
    bearer = first.sign_in("dispatcher")
    # An empty list is 400 to staff and 401 to strangers.
    found = [site.post("/api/requests/steps", [], headers).status for site in (first, second, third) for headers in (bearer, {})]
    check("sessions: a program's session is good at every node", found == [400, 401] * 3, found)
    page_text = first.get("/sign-in", {"Accept": "text/html"}).text
    # The form of one node is sent to another.
    form = urllib.parse.urlencode({"csrf": hidden(page_text), "login": "citizen", "password": PASSWORD})
    done = second.call("POST", "/sign-in", form, FORM)
    cookie = "; ".join(v.split(";")[0] for n, v in done.headers if n.lower() == "set-cookie")
    check("sessions: a form of one node is taken by another", done.status == 303 and "session=" in cookie, done.status)
    accounts = [site.get("/account", {"Cookie": cookie, "Accept": "text/html"}) for site in (first, second, third)]
    check("sessions: the cookie is good at every node", [a.status for a in accounts] == [200] * 3, [a.status for a in accounts])
    third.call("POST", "/sign-out", urllib.parse.urlencode({"csrf": hidden(accounts[0].text)}), {**FORM, "Cookie": cookie})
    found = [site.get("/account", {"Cookie": cookie, "Accept": "text/html"}).status for site in (first, second, third)]
    check("sessions: signing out at one ends it at all", set(found) <= {303, 401}, found)


def sign_in_limit(nodes):
    """Failures to sign in count together, whichever node hears them."""
    found = []
    for attempt in range(24):
        site = nodes[attempt % 3].site
        found.append(site.post("/api/sessions", {"login": "nobody-here", "password": "x"}, {"X-Forwarded-For": "203.0.113.77"}).status)
    check("limits: failed sign-ins at three nodes count together", 0 < found.count(401) <= 8 and found[-3:] == [429] * 3,
          f"{found.count(401)} tries before 429")


def logged(nodes, load, moment, victim):
    """Seconds from the kill until something filed after it is in the log: until its receipt is ready at another node."""
    site = next(n.site for n in nodes if n is not victim)

    def ready():
        one = load.first_since(moment)
        try:
            return one and site.get(f"/receipts/{one[3]}/1.json?token={one[4]}", timeout=5).status == 200
        except FAILURES:
            return False

    return time.monotonic() - moment if until(ready, 30, 0.05) else None


def killing(nodes, load):
    logs, writes = [], []
    for number in range(1, KILLS + 1):
        time.sleep(chance.uniform(0.2, 3.0))
        victim = chance.choice(nodes)
        moment = time.monotonic()
        victim.kill()
        logs.append(logged(nodes, load, moment, victim) or 30)
        writes.append(load.goes_on(moment, 30) or 30)
        time.sleep(chance.uniform(0.0, 2.0))
        victim.start()
        print(f"     kill {number}: {victim.machine.name}, in the log after {logs[-1]:.1f} s, acknowledged after {writes[-1]:.1f} s", flush=True)
    for name, found in (("in the log", logs), ("acknowledged", writes)):
        check(f"kills: what is filed after each of {KILLS} is {name} within {TAKEOVER} s", max(found) <= TAKEOVER,
              f"median {sorted(found)[len(found) // 2]:.1f} s, worst {max(found):.1f} s, {sum(f > 1.5 for f in found)} over 1.5 s")


def notices(nodes, load):
    """Every request filed left an address: each must be told once that it was filed."""
    def delivered():
        found = collections.defaultdict(list)
        for node in nodes:
            for path in glob.glob(node.folder + "/mail/new/*.tequ"):
                found[os.path.basename(path).split(".", 1)[1].rsplit(".tequ", 1)[0]].append(path)
        return found

    numbers = {a[3] for a in load.acknowledged}

    def told():
        ids = delivered()
        by_number = collections.defaultdict(set)
        for identity, paths in ids.items():
            with open(paths[0], "rb") as file:
                message = email.message_from_binary_file(file)
            if f"<{identity}@" not in message["Message-ID"]:
                raise SystemExit(f"FAIL {paths[0]} has the id {message['Message-ID']}")
            lines = base64.b64decode(message.get_payload()).decode().split("\n")
            by_number[lines[3]].add(identity)
        return ids, by_number

    until(lambda: numbers <= set(told()[1]), 90, 2)
    ids, by_number = told()
    missing = [n for n in numbers if n not in by_number]
    check("notices: everybody is told", not missing, f"{len(numbers)} requests, {len(missing)} not told {missing[:3]}")
    twice = [n for n in numbers if len(by_number[n]) > 1]
    check("notices: nobody is told twice under two ids", not twice, twice[:3])
    again = sum(len(paths) > 1 for paths in ids.values())
    print(f"     the same id in two nodes' folders: {again} of {len(ids)}", flush=True)
    left = sum(len(os.listdir(node.folder + "/mail/tmp")) for node in nodes)
    print(f"     left in tmp, which readers of a maildir never look at: {left}", flush=True)


def clocks(site, brought, before):
    """What the program did by itself when clocks ran out: each case and kind of step once."""
    lines = [json.loads(line) for line in entries(site)[before:]]
    steps = collections.Counter((e["matter"], e["kind"], json.dumps(e["public"], sort_keys=True)) for e in lines if e["kind"].endswith("-due"))
    cases = collections.Counter(m for m, _, _ in steps)
    check("clocks: they fired", len(cases) > 0.9 * brought > 0, f"{sum(steps.values())} steps on {len(cases)} cases, {brought} old requests")
    more = {k: n for k, n in steps.items() if n > 1}
    check("clocks: each fired once", not more, f"{len(more)} fired again {list(more.items())[:2]}")


def rate(nodes):
    """One address writes at all nodes as fast as it can. Nodes tell each other once a second: in the first one each may
    let through a whole bucket, afterwards they are one."""
    for node in nodes:
        node.stop()
    limit, seconds = 60, 24
    for node in nodes:
        node.options = ("--writes-per-minute", str(limit))
        node.start()
    place = nodes[0].site.place()
    body = {"item": place[0], "district": place[1], "text": "路灯坏了。"}
    begin = time.monotonic()

    def hammer(site):
        found = []
        while time.monotonic() < begin + seconds:
            found.append((site.post("/api/requests", body).status, time.monotonic() - begin))
        return found

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        found = [one for part in pool.map(hammer, [n.site for n in nodes]) for one in part]
    statuses = collections.Counter(status for status, _ in found)
    first, later = (sum(status == 201 and (at < 3) == early for status, at in found) for early in (True, False))
    most = limit * (seconds - 3) / 60 + 3
    check("limits: one address at three nodes is limited as at one", limit <= first <= limit * len(nodes) + 3 and later <= most,
          f"{dict(statuses)}; {first} in three seconds, {later} later, {most:.0f} at most")


def main():
    server = SingleServer("nodes", page)
    try:
        server.start()
        nodes = [server.node(n, tequ) for n in (1, 2, 3)]
        nodes[0].make_city()
        for node in nodes[1:]:
            shutil.copy2(nodes[0].keys, node.keys)
            if os.geteuid() == 0:
                shutil.chown(node.keys, USER)
            node.start()
        sessions(nodes)
        sign_in_limit(nodes)
        # Made later than the load's, so that the log counts only what came since.
        before = len(entries(nodes[0].site))
        filed_before = sum(json.loads(e)["kind"] == "requests.file" for e in entries(nodes[0].site))
        load = Load([n.base for n in nodes], server.ground.root + "/acknowledged", extra={"email": "someone@example.com"}).start()
        watch, old = Watch(nodes), Clocks(nodes[0])
        old.thread.start()
        time.sleep(5)
        connections = server.sql("SELECT max(n) FROM (SELECT count(*) AS n FROM pg_stat_activity WHERE application_name LIKE 'tequ %' "
                                 "GROUP BY usename) AS t")
        killing(nodes, load)
        connections = max(int(connections), int(server.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'tequ %'")))
        print(f"     connections of three nodes under load: {connections}", flush=True)
        old.stopping.set()
        old.thread.join(300)
        load.stop()
        check("load: every request got its answer in the end", not load.open, list(load.open)[:3])
        check("load: no answer but 201, 429 and 503", not load.wrong, load.wrong[:2])
        lost, count = load.lost()
        check("load: no acknowledged request is lost", not lost, f"{count} read back {lost[:3]}")
        differ, count = load.changed(0, time.monotonic(), 100)
        check("load: repeated keys get the same answer at every node", not differ, f"{count} asked again {differ[:2]}")
        check("clocks: the old requests came in", not old.failed, f"{old.brought} brought, {old.failed[:3]} failed")
        check("log: no node showed it shrink", not watch.back, watch.back[:3])
        watch.stopping.set()
        whole = until(lambda: int(server.sql("SELECT count(*) FROM log_waiting", "tequ")) == 0, 60, 1)
        check("log: it takes in all that waits", whole)
        clocks(nodes[2].site, old.brought, before)
        filed = sum(json.loads(e)["kind"] == "requests.file" for e in entries(nodes[1].site)) - filed_before
        print(f"     the log grew by {len(entries(nodes[1].site)) - before} entries", flush=True)
        check("log: each request is in it once", filed == len(load.asked) + old.brought, f"{filed} filed, {len(load.asked)} keys, {old.brought} imported")
        notices(nodes, load)
        figures = [n.site.get("/api/requests/figures").json for n in nodes]
        check("figures: all nodes tell the same", figures[0] == figures[1] == figures[2])
        clean, text = verified(nodes[1])
        check("tequ verify is clean", clean, text)
        rate(nodes)
        codes = [node.stop() for node in nodes]
        check("the nodes end well when told to", codes == [0, 0, 0], codes)
    finally:
        server.ground.kept = bool(check.failed) or sys.exc_info()[0] is not None
        if server.ground.kept:
            print("logs are in", server.ground.root, flush=True)
        server.end()
    check.finish()


main()
