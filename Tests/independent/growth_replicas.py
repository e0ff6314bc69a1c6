"""A streaming standby for reading: does the program read there, how far is it behind under load, what does it cost?"""
import os, random, statistics, subprocess, threading, time

import growth_pages
from growth_servers import PROGRAMS, Server, Span, die_with_parent, lives_end, run

TABLES = ("cases", "journal", "requests", "log_entries", "subjects", "outbox", "idempotency")


def state(server, database):
    """Rows and contents of the main tables."""
    with server.connect(database) as connection:
        return [connection.execute(f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {t} t").fetchone() for t in TABLES]


def caught_up(primary, standby, seconds=60):
    """Waits until the standby has replayed all that the primary wrote; seconds waited."""
    begin, target = time.monotonic(), primary.one("SELECT pg_current_wal_lsn()")
    while not standby.one(f"SELECT pg_last_wal_replay_lsn() >= '{target}'"):
        if time.monotonic() - begin > seconds:
            raise SystemExit("FAIL the standby does not catch up")
        time.sleep(0.01)
    return time.monotonic() - begin


class Background(threading.Thread):
    """Repeats a step until told to stop; what goes wrong in it is told by `end`."""

    def __init__(self, step):
        super().__init__(daemon=True)
        self.step, self.stopped, self.error = step, threading.Event(), None
        self.start()

    def run(self):
        try:
            while not self.stopped.is_set():
                self.step()
        except Exception as error:
            self.error = error

    def end(self):
        self.stopped.set()
        self.join()
        if self.error:
            raise self.error


class Probe:
    """Writes a mark on the primary and looks for it on the standby: how old is what a reader sees?"""

    def __init__(self, primary, standby):
        primary.create("probe")
        self.primary = primary.connect("probe")
        self.primary.execute("CREATE TABLE marks (n bigint)")
        caught_up(primary, standby)
        self.standby, self.n, self.lags = standby.connect("probe"), 0, []

    def __call__(self):
        self.n += 1
        self.primary.execute("INSERT INTO marks VALUES (%s)", [self.n], prepare=True)
        begin = time.monotonic()
        while self.standby.execute("SELECT max(n) FROM marks", prepare=True).fetchone()[0] != self.n:
            if time.monotonic() - begin > 60:
                raise SystemExit("FAIL a mark does not reach the standby")
            time.sleep(0.001)
        self.lags.append((time.monotonic() - begin) * 1000)
        time.sleep(0.05)

    def close(self):
        self.primary.close()
        self.standby.close()


class Reader:
    """Key reads on the standby, ten to a round trip, a pause between, as pages would ask; each answer is compared."""

    def __init__(self, primary, standby):
        with primary.connect("city") as connection:
            self.rows = connection.execute("SELECT case_key, mark FROM cases").fetchall()
        self.connection, self.random, self.count, self.wrong = standby.connect("city"), random.Random(11), 0, 0

    def __call__(self):
        rows = self.random.sample(self.rows, 10)
        with self.connection.pipeline():
            cursors = [self.connection.execute("SELECT * FROM cases c WHERE c.case_key = %s", [k], prepare=True) for k, _ in rows]
        self.count += 10
        self.wrong += sum(c.fetchone()[-1] != mark for c, (_, mark) in zip(cursors, rows))
        time.sleep(0.01)


def under_load(check, ground, primary, standby):
    """Full lives on the primary; lag, reads and `tequ verify` on the standby meanwhile."""
    probe, reader = Probe(primary, standby), Reader(primary, standby)
    primary.create("load")
    behind = []

    def look():
        behind.append(int(primary.one("SELECT pg_wal_lsn_diff(sent_lsn, replay_lsn) FROM pg_stat_replication WHERE application_name = 'walreceiver'")))
        time.sleep(0.1)

    for name, steps in (("idle", [probe]), ("under load", [probe, reader, look])):
        probe.lags.clear()
        before, replay = standby.used(), standby.used_by("recovering")
        threads = [Background(step) for step in steps]
        begin = time.monotonic()
        with Span(primary) as span:
            if name == "idle":
                time.sleep(3)
            else:
                process = ground.lives(primary.url("load"), 8000)
                status, report = ground.verify("city", standby.url("city"))
                lines = lives_end(process)
        seconds = time.monotonic() - begin
        for thread in threads:
            thread.end()
        waited = caught_up(primary, standby)
        lags = sorted(probe.lags)
        print(f"{name:<11} a mark is seen after p50 {statistics.median(lags):.1f} ms, p99 {lags[int(len(lags) * 0.99)]:.1f} ms, most {lags[-1]:.1f} ms "
              f"({len(lags)} marks); caught up {waited * 1000:.0f} ms after the end", flush=True)
    acts = lines["durable commands of these"]["count"] + lines["notes on open cases"]["count"]
    replayed, standby_used = standby.used_by("recovering") - replay, standby.used() - before
    print(f"load: {acts} acts in {seconds:.1f} s beside the reads, {span.wal / acts:.0f} bytes WAL an act; behind at most {max(behind) / 1e6:.2f} MB of it")
    print(f"CPU: primary {span.cpu / acts * 1e6:.0f} µs an act; standby replay {replayed / acts * 1e6:.0f} µs an act, "
          f"{span.wal / replayed / 1e6:.0f} MB of WAL a second of CPU; all of the standby, reads too, {standby_used / acts * 1e6:.0f} µs an act; "
          f"{reader.count} key reads at {reader.count / seconds:.0f}/s", flush=True)
    check("every key read on the standby gave the primary's row", reader.wrong == 0 and reader.count > 100, f"{reader.count} reads")
    check("`tequ verify` on the standby under load is clean", status == 0 and report["clean"] and report["acts"] == primary.one("SELECT count(*) FROM journal", "city"),
          f"{report['acts']} acts")
    probe.close()
    reader.connection.close()


def writes_refused(check, ground, standby):
    for verb, words in (("simulate", ["--days", "1"]), ("serve", ["--port", "0"])):
        process = subprocess.Popen([ground.tequ, verb, "--data", ground.root + "/city", "--database", standby.url("city"), *words],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        try:
            said, _ = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            said = "still running after 60 s\n" + process.communicate()[0]
        check(f"`tequ {verb}` on the standby ends with a message", process.returncode == 1 and ("standby" in said or "read-only" in said), f"status {process.returncode}: {said.strip()[-220:]}")


def trial(check, ground):
    primary = Server(ground, "primary")
    primary.create("city")
    ground.simulate("city", primary.url("city"), "--days", "4", "--per-day", "300")
    primary.create("lives")
    lives_end(ground.lives(primary.url("lives"), 10000))
    size = primary.one("SELECT sum(pg_database_size(oid))::bigint FROM pg_database")
    standby = Server(ground, "standby", primary)
    print(f"pg_basebackup, a checkpoint first: {size / 1e6:.0f} MB in {standby.backup_seconds:.1f} s, {size / 1e6 / standby.backup_seconds:.0f} MB/s", flush=True)
    check("the standby is one", standby.one("SELECT pg_is_in_recovery()") and not primary.one("SELECT pg_is_in_recovery()"))
    caught_up(primary, standby)
    under_load(check, ground, primary, standby)
    for database in ("city", "lives", "load"):
        rows = state(primary, database)
        check(f"{database}: the standby's rows are the primary's", rows == state(standby, database) and rows[1][0] > 0, f"{rows[1][0]} acts")
    writes_refused(check, ground, standby)
    growth_pages.trial(check, ground, primary, standby, caught_up)
    dump(check, ground, primary)
    standby.stop()
    primary.stop()


def dump(check, ground, primary):
    """A dump by the server's own tools, and its restore: bytes of a database a second."""
    size, path = primary.one("SELECT pg_database_size('load')"), ground.root + "/load.dump"
    reach = ["-h", primary.sockets, "-p", str(primary.port), "-U", "postgres"]
    times = [time.monotonic()]
    run([PROGRAMS + "/pg_dump", *reach, "-Fc", "-Z1", "-f", path, "load"])
    times.append(time.monotonic())
    primary.create("restored")
    with Span(primary) as span:
        run([PROGRAMS + "/pg_restore", *reach, "-d", "restored", path])
    times.append(time.monotonic())
    print(f"pg_dump {size / 1e6 / (times[1] - times[0]):.0f} MB of database a second, {os.path.getsize(path) / size:.2f} of its size; "
          f"pg_restore {size / 1e6 / (times[2] - times[1]):.0f} MB a second, {span.cpu / size * 1e9:.0f} s of server CPU a GB", flush=True)
    check("a restored dump has the same rows", state(primary, "load") == state(primary, "restored"))
