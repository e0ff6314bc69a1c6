"""Public pages from a standby: the same answers as the primary's node, what must be written sent on, and what it costs."""
import json, re, subprocess, threading, time, urllib.error, urllib.request

from growth_servers import die_with_parent, stat

# Answers without anything made for one visitor, so that they can be compared byte by byte.
SAME = ["/open311/v2/services.json", "/open311/v2/requests.json", "/api/requests/figures", "/log/checkpoint", "/log/key",
        "/requests/figures", "/requests/catalogue", "/log/entries.jsonl"]
PAGES = ["/", "/requests", "/requests/figures", "/open311/v2/requests.json", "/log"]


class Node:
    """`tequ serve` on a database."""

    def __init__(self, ground, url, *words):
        self.process = subprocess.Popen(
            [ground.tequ, "serve", "--data", ground.root + "/city", "--database", url, "--port", "0", *words], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=die_with_parent)
        line = self.process.stdout.readline()
        found = re.search("http://[^ ]*", line)
        if not found:
            raise SystemExit(f"FAIL tequ serve {' '.join(words)} says: {line}{self.process.stdout.read()}")
        self.base = found[0].strip()

    def call(self, path, body=None, **headers):
        request = urllib.request.Request(self.base + path, body, {k.replace("_", "-"): v for k, v in headers.items()})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def used(self):
        return stat(self.process.pid)[1]

    def stop(self):
        self.process.terminate()
        return self.process.wait(30)


def rate(node, servers, seconds=4, threads=4):
    """Pages a second, and seconds of processor time a page of the node and of each server."""
    before, count, end = [node.used(), *[s.used() for s in servers]], [0] * threads, time.monotonic() + seconds

    def turn(index):
        while time.monotonic() < end:
            if node.call(PAGES[count[index] % len(PAGES)])[0] == 200:
                count[index] += 1

    workers = [threading.Thread(target=turn, args=(i,)) for i in range(threads)]
    [w.start() for w in workers]
    [w.join() for w in workers]
    total = max(1, sum(count))
    return total / seconds, [(b - a) / total for a, b in zip(before, [node.used(), *[s.used() for s in servers]])]


def file_request(node, text):
    """A request filed on a node: status and answer."""
    item = json.loads(node.call("/open311/v2/services.json")[1])[0]["service_code"]
    body = {"item": item, "title": "路灯不亮", "text": text, "district": "donghu", "email": "x@example.cn"}
    return node.call("/api/requests", json.dumps(body).encode(), Content_Type="application/json")


def trial(check, ground, primary, standby, caught_up):
    writer = Node(ground, primary.url("city"))
    reader = Node(ground, standby.url("city"), "--read-only")
    try:
        caught_up(primary, standby)
        time.sleep(1)
        differ = [p for p in SAME if (writer.call(p), reader.call(p))[0] != reader.call(p) or reader.call(p)[0] != 200]
        check("pages: a reading node answers as a writing one", not differ, f"{len(SAME)} answers {differ}")
        refused = {"a form": reader.call("/requests/new", b"title=x")[0], "a request": file_request(reader, "at the reader")[0],
                   "a session": reader.call("/requests", Cookie="session=x")[0], "a token": reader.call("/api/requests/figures", Authorization="Bearer x")[0],
                   "a sign-in": reader.call("/sign-in", b"login=x")[0]}
        check("pages: what a writing node must do gets 503", set(refused.values()) == {503}, str(refused))
        status, said = reader.call("/requests", Cookie="session=x", Accept="text/html", Accept_Language="en")
        check("pages: and is told why", "This node only reads" in said.decode(), status)
        before = json.loads(writer.call("/api/requests/figures")[1])
        done = [file_request(writer, f"at the writer {n}")[0] for n in range(5)]
        begin = time.monotonic()
        while time.monotonic() - begin < 20:
            figures = json.loads(reader.call("/api/requests/figures")[1])
            if figures != before and figures == json.loads(writer.call("/api/requests/figures")[1]):
                break
            time.sleep(0.05)
        check("pages: what was filed is in the reader's figures", set(done) <= {200, 201} and figures != before,
              f"{done} after {time.monotonic() - begin:.1f} s")
        (own, own_cost), (far, far_cost) = rate(writer, [primary]), rate(reader, [primary, standby])
        print(f"pages: {own:.0f}/s from the writing node ({own_cost[0] * 1e6:.0f} µs CPU, {own_cost[1] * 1e6:.0f} µs on the primary); {far:.0f}/s from the "
              f"reading one ({far_cost[0] * 1e6:.0f} µs, {far_cost[1] * 1e6:.0f} µs on the primary, {far_cost[2] * 1e6:.0f} µs on the standby)", flush=True)
        check("pages: those of the reading node cost the primary nothing", far_cost[1] < own_cost[1] / 4, f"{far_cost[1] * 1e6:.0f} µs")
    finally:
        codes = [reader.stop(), writer.stop()]
    check("pages: both nodes end well", codes == [0, 0], codes)
    caught_up(primary, standby)
