"""Files requests at several nodes from several threads and remembers, on disk, what was acknowledged.

Whoever gets no answer asks again with the same key, at the next node, as the problem page tells people to.
"""
import bisect, concurrent.futures, http.client, json, os, secrets, threading, time

from outside import Site, until

FAILURES = (OSError, http.client.HTTPException)


class Load:
    def __init__(self, bases, path, threads=6, pause=0.03, timeout=10, extra=None):
        self.sites = [Site(base) for base in bases]
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.mark = "load-" + secrets.token_hex(6)
        self.pause, self.timeout, self.extra = pause, timeout, extra or {}
        self.lock = threading.Lock()
        self.acknowledged, self.failures, self.wrong, self.open = [], [], [], {}
        self.asked = set()
        self.place = until(self._place, 30, 0.5)
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._work, args=(n,), daemon=True) for n in range(threads)]

    def _place(self):
        for site in self.sites:
            try:
                return site.place()
            except FAILURES:
                continue

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def stop(self, patience=120):
        """Lets every thread get the answer it waits for; the keys that got none are in `open`."""
        self.stopping.set()
        end = time.monotonic() + patience
        for thread in self.threads:
            thread.join(max(0, end - time.monotonic()))

    def body(self, key):
        item, district = self.place
        return {"item": item, "district": district, "text": f"路灯坏了。{key}", "is_public": True, **self.extra}

    def _work(self, thread):
        count, at = 0, thread
        while not self.stopping.is_set():
            count += 1
            key = f"{self.mark}-{thread}-{count}"
            with self.lock:
                self.asked.add(key)
                self.open[key] = time.monotonic()
            while True:
                site = self.sites[at % len(self.sites)]
                if self._file(site, key):
                    break
                at += 1
                time.sleep(0.2)
            time.sleep(self.pause)

    def _file(self, site, key):
        """One try; True once it is acknowledged and the acknowledgement is on disk."""
        began = time.monotonic()
        try:
            answer = site.post("/api/requests", self.body(key), {"Idempotency-Key": key}, timeout=self.timeout)
            status = answer.status
        except FAILURES as error:
            answer, status = None, type(error).__name__
        ended = time.monotonic()
        if status != 201:
            with self.lock:
                self.failures.append((began, ended, site.base, status))
                if isinstance(status, int) and status not in (429, 503):
                    self.wrong.append((status, answer.text[:300]))
            return False
        told = answer.json
        with self.lock:
            os.write(self.file, (json.dumps([key, told["number"], told["token"]]) + "\n").encode())
            os.fsync(self.file)
            self.acknowledged.append((began, time.monotonic(), key, told["number"], told["token"], site.base))
            self.open.pop(key, None)
        return True

    def first_since(self, moment):
        """The first acknowledgement of something that was sent after a moment."""
        with self.lock:
            # They stand in the order in which they ended.
            start = bisect.bisect_left(self.acknowledged, moment, key=lambda a: a[1])
            return next((a for a in self.acknowledged[start:] if a[0] >= moment), None)

    def first_after(self, moment):
        """Seconds until then."""
        one = self.first_since(moment)
        return one and one[1] - moment

    def goes_on(self, moment, seconds):
        """Waits until something sent after the moment is acknowledged; tells after how long."""
        until(lambda: self.first_after(moment) is not None, seconds, 0.05)
        return self.first_after(moment)

    def longest_gap(self, begin, end):
        """The longest time without an acknowledgement."""
        with self.lock:
            moments = sorted([begin, end, *(e for _, e, *_ in self.acknowledged if begin < e < end)])
        return max(b - a for a, b in zip(moments, moments[1:]))

    def statuses(self, begin):
        found = {}
        with self.lock:
            for began, _, _, status in self.failures:
                if began >= begin:
                    found[status] = found.get(status, 0) + 1
        return found

    def _readable(self, one):
        _, _, _, number, token, _ = one
        for attempt in range(20):
            try:
                status = self.sites[attempt % len(self.sites)].get(f"/api/requests/{number}?token={token}", timeout=60).status
            except FAILURES:
                status = 0
            if status in (200, 404, 403, 401):
                return status == 200
            time.sleep(0.5)
        return False

    def lost(self, since=0):
        """Acknowledged requests that cannot be read with their number and token."""
        with self.lock:
            ours = self.acknowledged[since:]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            return [one[3] for one, there in zip(ours, pool.map(self._readable, ours)) if not there], len(ours)

    def changed(self, begin, end, count=60):
        """Sends acknowledged keys again, those around a fault first, at every node; tells which answers differ."""
        with self.lock:
            around = [a for a in self.acknowledged if begin - 2 <= a[1] <= end + 2]
        step = max(1, len(around) // count)
        differ, asked = [], 0
        for _, _, key, number, token, _ in around[::step]:
            for site in self.sites:
                answer = until(lambda: self._again(site, key), 30, 0.5)
                asked += 1
                if answer is None or answer.status != 201 or answer.json["number"] != number or answer.json["token"] != token:
                    differ.append((key, number, answer and answer.text[:200]))
        return differ, asked

    def _again(self, site, key):
        try:
            answer = site.post("/api/requests", self.body(key), {"Idempotency-Key": key}, timeout=60)
        except FAILURES:
            return None
        return None if answer.status == 503 else answer
