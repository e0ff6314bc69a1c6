"""Bad clients, byte by byte: slow, half-closed, idle, many, and requests that two parsers could read in
two ways. Meanwhile an ordinary client must be answered in time.

usage: hostile_sockets.py BASE
"""
import json, re, socket, threading, time

from outside import Checks, Site, argument

site = Site(argument(1))
check = Checks()
item, district = site.place()
good = json.dumps({"item": item, "district": district, "text": "慢连接测试。"}).encode()
HOST = f"Host: {site.host}:{site.port}\r\n".encode()
# On a busy machine an ordinary request may take a while; without these clients it takes milliseconds.
PATIENCE = 5.0


def connect(timeout=10.0):
    link = socket.create_connection((site.host, site.port), timeout)
    link.settimeout(timeout)
    return link


def read(link, quiet=2.0, most=60.0):
    """What comes until the other side closes or is quiet; and whether it closed."""
    data, end = b"", time.monotonic() + most
    link.settimeout(quiet)
    while time.monotonic() < end:
        try:
            piece = link.recv(65536)
        except (TimeoutError, socket.timeout):
            return data, False
        except OSError:
            return data, True
        if not piece:
            return data, True
        data += piece
    return data, False


def talk(data, quiet=2.0):
    with connect() as link:
        try:
            link.sendall(data)
        except OSError:
            pass
        return read(link, quiet)


def answers(data, heads=False):
    """The statuses of the answers in a stream, by their Content-Length; -1 for what is none."""
    found = []
    while data:
        match = re.match(rb"HTTP/1\.[01] ([0-9]{3})[^\r]*\r\n(.*?)\r\n\r\n", data, re.DOTALL)
        if not match:
            return found + [-1]
        found.append(int(match[1]))
        length = re.search(rb"(?i)content-length: *([0-9]+)", match[2])
        size = int(length[1]) if length and not heads and found[-1] >= 200 else 0
        data = data[match.end() + size:]
    return found


class Ordinary(threading.Thread):
    """A client as any other: its slowest answer counts."""

    def __init__(self):
        super().__init__(daemon=True)
        self.slowest, self.count, self.failed, self.filed, self.over = 0.0, 0, [], [], False

    def run(self):
        while not self.over:
            for call in (lambda: site.get("/healthz", timeout=60), lambda: site.get("/requests", timeout=60),
                         lambda: site.call("POST", "/api/requests", good, {"Content-Type": "application/json"}, timeout=60)):
                start = time.monotonic()
                try:
                    answer = call()
                    if answer.status == 201:
                        self.filed.append((answer.json["number"], answer.json["token"]))
                    elif answer.status != 200:
                        self.failed.append(answer.status)
                except OSError as error:
                    self.failed.append(type(error).__name__)
                self.slowest = max(self.slowest, time.monotonic() - start)
                self.count += 1
            time.sleep(0.3)


def ordinary(name):
    """The figures since the last time."""
    detail = f"{client.count} calls, slowest {client.slowest:.2f} s {client.failed[:3]}"
    check(f"meanwhile: {name}", client.slowest < PATIENCE and not client.failed, detail)
    client.slowest, client.count, client.failed = 0.0, 0, []


def slow():
    """Drips bytes; the server must not wait for ever. All wait at the same time."""
    post = b"POST /api/requests HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
    drips = {
        "headers": b"GET / HTTP/1.1\r\n" + HOST + b"X-Slow: ",
        "body": post + b"Content-Length: 500\r\n\r\n{",
        "chunked body": post + b"Transfer-Encoding: chunked\r\n\r\n1f4\r\n{",
        "upload": b"POST /requests HTTP/1.1\r\n" + HOST + b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000000\r\n\r\n--b\r\n",
    }
    drips["body that stops"] = drips["body"]
    links, closed, got = {}, {}, {}
    for name, start in drips.items():
        for number in range(15):
            links[name, number] = connect()
            links[name, number].sendall(start)
    begin = time.monotonic()
    while time.monotonic() - begin < 75 and len(closed) < len(links):
        for place, link in links.items():
            if place in closed:
                continue
            try:
                if place[0] != "body that stops":
                    link.sendall(b"x")
                link.settimeout(0.001)
                piece = link.recv(4096)
                got[place] = got.get(place, b"") + piece
                if not piece or b"HTTP/1.1 " in piece:
                    closed[place] = time.monotonic() - begin
            except (TimeoutError, socket.timeout):
                continue
            except OSError:
                closed[place] = time.monotonic() - begin
        time.sleep(0.8)
    for link in links.values():
        link.close()
    for name in drips:
        ends = [s for (n, _), s in closed.items() if n == name]
        texts = {answers(got.get((n, i), b"")[:4000])[0] for n, i in links if n == name and got.get((n, i))}
        check(f"slow: {name} end within 75 s", len(ends) == 15, f"{len(ends)} of 15, {max(ends, default=0):.0f} s, {texts}")
    ordinary("75 slow clients")


def idle():
    links = [connect() for _ in range(200)]
    half = [connect() for _ in range(50)]
    for link in half:
        link.sendall(b"GET /heal")
    time.sleep(5)
    ordinary("250 idle connections")
    begin, left = time.monotonic(), set(links + half)
    while left and time.monotonic() - begin < 60:
        for link in list(left):
            link.settimeout(0.001)
            try:
                if not link.recv(1000):
                    left.discard(link)
            except (TimeoutError, socket.timeout):
                pass
            except OSError:
                left.discard(link)
        time.sleep(1)
    check("idle: connections are closed in time", not left, f"{len(left)} of 250 open after {time.monotonic() - begin:.0f} s")
    for link in links + half:
        link.close()


def rude():
    request = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    with connect() as link:
        link.sendall(request)
        link.shutdown(socket.SHUT_WR)
        data, closed = read(link, 10)
    check("half-closed: answered or closed, no hang", closed and answers(data) in ([200], []), answers(data))
    for number in range(100):
        link = connect()
        link.sendall(b"POST /api/requests HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"te"[:20 + number])
        # A reset, not a goodbye.
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        link.close()
    unread = [connect() for _ in range(20)]
    for link in unread:
        link.sendall(b"GET /open311/v2/requests.json HTTP/1.1\r\n" + HOST + b"\r\n" + b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
    time.sleep(1)
    for link in unread:
        link.close()
    ordinary("100 resets, 20 who never read")


def heads():
    def refused(name, data, allowed=(400, 404, 413, 414, 431)):
        got, closed = talk(data, 5)
        found = answers(got)
        check(f"head: {name}", (not found and closed) or (len(found) >= 1 and found[0] in allowed), f"{found} closed: {closed}")

    get = b"GET / HTTP/1.1\r\n" + HOST
    refused("a thousand fields", get + b"".join(b"X-%d: y\r\n" % n for n in range(1000)) + b"\r\n")
    refused("a field of 64 kB", get + b"X: " + b"y" * 65536 + b"\r\n\r\n")
    refused("a field of 4 MB that does not end", get + b"X: " + b"y" * (4 << 20))
    refused("an address of 1 MB", b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\n" + HOST + b"\r\n")
    refused("a name with a space", get + b"X Y: z\r\n\r\n")
    refused("no name", get + b": z\r\n\r\n")
    refused("a NUL", get + b"X: a\x00b\r\n\r\n")
    refused("no version", b"GET /\r\n\r\n")
    refused("a version of the future", b"GET / HTTP/9.9\r\n" + HOST + b"\r\n", (400, 505))
    refused("HTTP/2 unasked", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 505))
    refused("TLS", bytes.fromhex("16030100a5010000a10303") + b"\x00" * 60)
    refused("noise", bytes(range(256)) * 40)
    refused("no host", b"GET /healthz HTTP/1.1\r\n\r\n")
    refused("an address with a host", b"GET http://evil.example/ HTTP/1.1\r\n" + HOST + b"\r\n", (200, 400, 404))
    refused("an asterisk", b"GET * HTTP/1.1\r\n" + HOST + b"\r\n")
    check("head: HTTP/1.0 is answered", answers(talk(b"GET /healthz HTTP/1.0\r\n" + HOST + b"\r\n")[0]) == [200])
    data, _ = talk(b"POST /api/requests HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(good) + good)
    check("head: 100-continue", answers(data) in ([100, 201], [201]), answers(data))


def pipelines():
    get = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    post = b"POST /api/requests HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(good) + good
    found = answers(talk(get * 50)[0])
    check("pipeline: 50 in order", found == [200] * 50, f"{len(found)} answers")
    found = answers(talk((post + get) * 10)[0])
    check("pipeline: writes between reads", found == [201, 200] * 10, found)
    large = b"POST /api/requests HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 9999999\r\n\r\n" + b"x" * 70000
    found = answers(talk(large + get)[0])
    check("pipeline: nothing is read out of a refused body", found in ([413], []), found)


def smuggling():
    """Two readings of one stream. At most one answer that is not a refusal, and never the inner request's."""
    inner = b"GET /log/key HTTP/1.1\r\n" + HOST + b"\r\n"
    post = b"POST /api/requests HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
    length = b"Content-Length: %d\r\n" % (len(inner) + 5)
    shapes = {
        "length and chunked": length + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner,
        "chunked and length": b"Transfer-Encoding: chunked\r\n" + length + b"\r\n0\r\n\r\n" + inner,
        "two lengths": b"Content-Length: 0\r\n" + length + b"\r\n" + inner,
        "two lengths in one": b"Content-Length: 0, 9\r\n\r\n" + inner,
        "a length with a sign": b"Content-Length: +0\r\n\r\n" + inner,
        "a negative length": b"Content-Length: -1\r\n\r\n" + inner,
        "a length in hex": b"Content-Length: 0x0\r\n\r\n" + inner,
        "a length that overflows": b"Content-Length: 18446744073709551616\r\n\r\n" + inner,
        "a space before the colon": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + inner,
        "an unknown coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + inner,
        "chunked is not last": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + inner,
        "a folded field": b"Transfer-Encoding:\r\n chunked\r\n" + length + b"\r\n0\r\n\r\n" + inner,
        "a vertical tab": b"Transfer-Encoding: \x0bchunked\r\n" + length + b"\r\n0\r\n\r\n" + inner,
        "a chunk size that overflows": b"Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n" + inner,
        "a chunk size with a sign": b"Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n" + inner,
        "a chunk without its end": b"Transfer-Encoding: chunked\r\n\r\n1\r\nxx0\r\n\r\n" + inner,
    }
    # After a plain, complete request another one on the same connection is no smuggling: here the
    # outer body is never complete by both readings.
    wrong = {}
    for name, rest in shapes.items():
        data, closed = talk(post + rest, 3)
        found = answers(data)
        # `/log/key` answers with the log's name: whoever sees it read the inner request.
        if b"tequ.example/" in data or 500 in found or 502 in found:
            wrong[name] = (found, closed)
    check("smuggling: nobody answers the inner request", not wrong, f"{len(shapes)} shapes {wrong}")
    two = b"GET /open311/discovery.json HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n"
    found = answers(talk(two)[0])
    check("smuggling: two hosts are refused", found in ([400], []), found)


client = Ordinary()
client.start()
for part in (rude, heads, pipelines, smuggling, idle, slow):
    part()
    if not check("alive after " + part.__name__, site.is_alive()):
        break
client.over = True
client.join(90)
lost = [n for n, t in client.filed if site.get(f"/api/requests/{n}?token={t}").status != 200]
check("kept: all that was acknowledged is there", not lost, f"{len(client.filed)} requests")
check.finish()
