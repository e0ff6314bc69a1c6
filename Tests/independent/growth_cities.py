"""One store per city: three servers with a city each beside one server with three databases; what the region sees of
them by postgres_fdw and by row-filtered logical replication into a fourth database.

Each city's tables stand in a schema of the city's name, so that replication, which knows tables by their names, keeps
the cities apart in the region's database: case keys begin at 1 in every city.
"""
import statistics, subprocess, time

import psycopg
from growth_replicas import Background
from growth_servers import PASSWORD, PROGRAMS, Server, die_with_parent, lives_end, run

CITIES = (1, 2, 3)
# What a city shows of a request to anybody; `is_public` decides which rows go, so it goes along.
SHOWN = ("case_key", "item", "category", "service", "channel", "district", "is_public", "opened_at", "updated_at", "replied_at", "score")


def rates(check, ground, servers, turns=2, cases=2500):
    """Full lives on three servers and on one with three databases, in turn, and on one database alone."""
    places = {"one server, one database": [servers[0]], "one server, three databases": [servers[0]] * 3, "three servers, one database each": servers}
    spent = {name: [0, 0.0, 0.0] for name in places}
    for turn in range(turns):
        for name, where in places.items():
            databases = [(server, f"lives-{turn}-{len(places)}-{n}") for n, server in enumerate(where)]
            urls = [server.create(database) for server, database in databases]
            used, begin = -sum(s.used() for s in servers), time.monotonic()
            processes = [ground.lives(url, cases) for url in urls]
            ends = [lives_end(p) for p in processes]
            seconds = time.monotonic() - begin
            used += sum(s.used() for s in servers)
            acts = sum(e["durable commands of these"]["count"] + e["notes on open cases"]["count"] for e in ends)
            # The two lines of one stretch of work tell the same processor time.
            used += sum(e["full lives"]["cpu_seconds"] + e["notes on open cases"]["cpu_seconds"] for e in ends)
            kept = sum(server.one("SELECT count(*) FROM log_entries", database) for server, database in databases)
            check(f"{name}: every act is in its city's log", kept >= acts > 0, f"{kept} in the log, {acts} counted")
            spent[name] = [a + b for a, b in zip(spent[name], (acts, seconds, used))]
            for server, database in databases:
                server.sql(f'DROP DATABASE "{database}"')
    base = None
    print(f"\n{'':<34}{'acts/s':>8}{'ratio':>7}{'µs CPU an act, program and server':>36}", flush=True)
    for name, (acts, seconds, used) in spent.items():
        base = base or acts / seconds
        print(f"{name:<34}{acts / seconds:>8.0f}{acts / seconds / base:>7.2f}{used / acts * 1e6:>36.0f}", flush=True)


def make_cities(ground, servers):
    """A city on each server, from seeds of their own; their addresses."""
    urls = []
    for n, server in zip(CITIES, servers):
        server.create(f"city_{n}")
        server.sql(f"CREATE SCHEMA city_{n}", f"city_{n}")
        urls.append(server.url(f"city_{n}") + f"&options=-csearch_path%3Dcity_{n}")
        ground.simulate(f"city_{n}", urls[-1], "--seed", str(n), "--days", "4", "--per-day", str(200 + 50 * n))
    return urls


def by_wrapper(check, servers, region):
    """A view over the cities' servers, of what each city grants."""
    shown = ", ".join(f"r.{c}" for c in SHOWN if c != "is_public")
    for n, server in zip(CITIES, servers):
        with server.connect(f"city_{n}") as city:
            city.execute("CREATE SCHEMA shown")
            city.execute(f"CREATE VIEW shown.requests WITH (security_barrier) AS SELECT {shown}, c.stage, c.agency, c.due_at, c.closed_at "
                         f"FROM city_{n}.requests r JOIN city_{n}.cases c USING (case_key) WHERE r.is_public = 1")
            city.execute(f"GRANT USAGE ON SCHEMA shown, city_{n} TO other; GRANT SELECT ON shown.requests TO other")
    region.execute("CREATE EXTENSION postgres_fdw")
    for n, server in zip(CITIES, servers):
        region.execute(f"CREATE SERVER city_{n} FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '{server.port}', dbname 'city_{n}', "
                       "fetch_size '1000', async_capable 'true', use_remote_estimate 'true')")
        region.execute(f"CREATE USER MAPPING FOR postgres SERVER city_{n} OPTIONS (user 'other', password '{PASSWORD}')")
        region.execute(f"CREATE SCHEMA far_{n}; IMPORT FOREIGN SCHEMA shown FROM SERVER city_{n} INTO far_{n}")
        region.execute(f"CREATE SCHEMA hidden_{n}; IMPORT FOREIGN SCHEMA city_{n} LIMIT TO (cases, subjects) FROM SERVER city_{n} INTO hidden_{n}")
    region.execute("CREATE VIEW far AS " + " UNION ALL ".join(f"SELECT 'city_{n}' AS city, r.* FROM far_{n}.requests r" for n in CITIES))
    compare(check, "by postgres_fdw", servers, region, "far")
    plan = "\n".join(row[0] for row in region.execute("EXPLAIN (VERBOSE) SELECT * FROM far WHERE city = 'city_2' AND case_key = 7"))
    check("  a key of one city is asked of that city alone, by its key", plan.count("Foreign Scan") == 1 and "case_key = 7" in plan.split("Remote SQL")[-1])
    for table in ("cases", "subjects"):
        try:
            region.execute(f"SELECT * FROM hidden_1.{table} LIMIT 1").fetchall()
            said = "rows"
        except psycopg.errors.InsufficientPrivilege as error:
            said = str(error).split("\n")[0]
        check(f"  the city's own {table} stay closed", "permission denied" in said, said)


def facts(connection, source, names="count(*), sum(case_key), count(score), sum(score), sum(opened_at % 1000003), count(DISTINCT item)"):
    return connection.execute(f"SELECT {names} FROM {source}").fetchone()


def compare(check, how, servers, region, view):
    """Counts and sums of each city by the region's view and by the city itself; how long the view takes."""
    for n, server in zip(CITIES, servers):
        with server.connect(f"city_{n}") as city:
            own = facts(city, f"city_{n}.requests WHERE is_public = 1")
            hidden = city.execute(f"SELECT count(*) FROM city_{n}.requests WHERE is_public = 0").fetchone()[0]
        seen = facts(region, f"{view} WHERE city = 'city_{n}'")
        check(f"{how}: counts and sums of city {n} are its own", own == seen and own[0] > 0 and hidden > 0, f"{own[0]} public, {hidden} hidden")
    for name, query in (("count of all", f"SELECT count(*) FROM {view}"), ("by city and service", f"SELECT city, service, count(*), avg(score) FROM {view} GROUP BY 1, 2"),
                        ("one key", f"SELECT * FROM {view} WHERE city = 'city_2' AND case_key = 7")):
        times = []
        for _ in range(20):
            begin = time.monotonic()
            region.execute(query).fetchall()
            times.append((time.monotonic() - begin) * 1000)
        print(f"  {how}, {name}: p50 {statistics.median(times):.1f} ms, most {max(times):.1f} ms", flush=True)


def publish(check, n, connection, first):
    """Makes the publication of a city's public rows; shows on the first what it needs."""
    names = ", ".join(SHOWN)
    connection.execute(f"CREATE TABLE city_{n}.marks (n bigint PRIMARY KEY)")
    connection.execute(f"GRANT SELECT ({names}) ON city_{n}.requests TO other; GRANT SELECT ON city_{n}.marks TO other; GRANT USAGE ON SCHEMA city_{n} TO other")
    connection.execute(f"CREATE PUBLICATION region FOR TABLE city_{n}.requests ({names}) WHERE (is_public = 1), TABLE city_{n}.marks")
    if first:
        try:
            connection.execute(f"UPDATE city_{n}.requests SET score = score WHERE case_key = 1")
            said = "nothing"
        except psycopg.errors.InvalidColumnReference as error:
            said = str(error).replace("\n", " ")
        except psycopg.errors.ObjectNotInPrerequisiteState as error:
            said = str(error).replace("\n", " ")
        check("by replication: a filter over a column outside the key stops the city's updates", "cannot update table" in said, said[:200])
    connection.execute(f"CREATE UNIQUE INDEX requests_region ON city_{n}.requests (case_key, is_public)")
    connection.execute(f"ALTER TABLE city_{n}.requests REPLICA IDENTITY USING INDEX requests_region")


def subscribe(region, n, server, database, name):
    """A table like the city's, and the subscription; seconds until the first copy is whole."""
    types = dict(server.sql(f"SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'city_{n}.requests'::regclass AND attnum > 0", database))
    region.execute(f"CREATE SCHEMA city_{n}; CREATE TABLE city_{n}.marks (n bigint PRIMARY KEY)")
    region.execute(f"CREATE TABLE city_{n}.requests ({', '.join(f'{c} {types[c]}' for c in SHOWN)}, PRIMARY KEY (case_key))")
    begin = time.monotonic()
    region.execute(f"CREATE SUBSCRIPTION {name} CONNECTION '{server.remote(database)}' PUBLICATION region WITH (slot_name = '{name}')")
    while region.execute("SELECT count(*) FROM pg_subscription_rel r JOIN pg_subscription s ON s.oid = srsubid WHERE subname = %s AND srsubstate = 'r'", [name]).fetchone()[0] < 2:
        if time.monotonic() - begin > 90:
            raise SystemExit(f"FAIL the copy for {name} does not end")
        time.sleep(0.02)
    return time.monotonic() - begin


class Mark:
    """Writes a mark in a city and waits for it in the region."""

    def __init__(self, n, server, region_server):
        self.n, self.table, self.lags = 0, f"city_{n}.marks", []
        self.city, self.region = server.connect(f"city_{n}"), region_server.connect("region")

    def __call__(self):
        self.n += 1
        self.city.execute(f"INSERT INTO {self.table} VALUES (%s)", [self.n])
        begin = time.monotonic()
        while not self.region.execute(f"SELECT 1 FROM {self.table} WHERE n = %s", [self.n]).fetchone():
            if time.monotonic() - begin > 60:
                raise SystemExit("FAIL a mark does not reach the region")
            time.sleep(0.002)
        self.lags.append((time.monotonic() - begin) * 1000)
        time.sleep(0.05)


def rows(connection, table):
    names = ", ".join(SHOWN)
    return connection.execute(f"SELECT count(*), sum(hashtextextended(t::text, 0)::numeric) FROM (SELECT {names} FROM {table} WHERE is_public = 1) t").fetchone()


def settle(marks):
    """Everything that the cities wrote before is in the region once a later mark is."""
    for mark in marks:
        mark()


def by_replication(check, ground, servers, region_server, region, urls):
    for n, server in zip(CITIES, servers):
        with server.connect(f"city_{n}") as city:
            publish(check, n, city, n == 1)
        seconds = subscribe(region, n, server, f"city_{n}", f"city_{n}")
        print(f"  first copy of city {n}: {seconds * 1000:.0f} ms", flush=True)
    marks = [Mark(n, server, region_server) for n, server in zip(CITIES, servers)]
    for name in ("idle", "under load"):
        for mark in marks:
            mark.lags.clear()
        threads = [Background(mark) for mark in marks]
        used, work = region_server.used(), []
        if name == "idle":
            time.sleep(3)
        else:
            before = sum(s.one(f"SELECT count(*) FROM city_{n}.journal", f"city_{n}") for n, s in zip(CITIES, servers))
            work = [subprocess.Popen([ground.tequ, "simulate", "--data", f"{ground.root}/city_{n}", "--database", url, "--seed", str(n + 10), "--from", "2026-04-06",
                                      "--days", "3", "--per-day", "300"], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
                    for n, url in zip(CITIES, urls)]
            begin = time.monotonic()
            ended = [p.wait(200) for p in work]
            seconds = time.monotonic() - begin
        for thread in threads:
            thread.end()
        lags = sorted(lag for mark in marks for lag in mark.lags)
        print(f"  {name}: a city's mark is in the region after p50 {statistics.median(lags):.1f} ms, p99 {lags[int(len(lags) * 0.99)]:.1f} ms, most {lags[-1]:.1f} ms ({len(lags)} marks)", flush=True)
    acts = sum(s.one(f"SELECT count(*) FROM city_{n}.journal", f"city_{n}") for n, s in zip(CITIES, servers)) - before
    print(f"  load: {acts} acts of three cities, {acts / seconds:.0f}/s; the region's server {(region_server.used() - used) / acts * 1e6:.0f} µs CPU an act", flush=True)
    check("the cities lived on while they were read", ended == [0, 0, 0] and acts > 1000, f"{acts} acts")
    settle(marks)
    region.execute("CREATE VIEW near AS " + " UNION ALL ".join(f"SELECT 'city_{n}' AS city, r.* FROM city_{n}.requests r" for n in CITIES))
    for n, server in zip(CITIES, servers):
        with server.connect(f"city_{n}") as city:
            check(f"by replication: the region's rows of city {n} are its public rows", rows(city, f"city_{n}.requests") == rows(region, f"city_{n}.requests")
                  and region.execute(f"SELECT count(*) FROM city_{n}.requests WHERE is_public <> 1").fetchone()[0] == 0, f"{rows(city, f'city_{n}.requests')[0]} rows")
    compare(check, "by replication", servers, region, "near")
    with servers[0].connect("city_1") as city:
        key, own = city.execute("SELECT min(case_key) FROM city_1.requests WHERE is_public = 1").fetchone()[0], rows(city, "city_1.requests")
        counts = []
        for value in (0, 1):
            city.execute("UPDATE city_1.requests SET is_public = %s WHERE case_key = %s", [value, key])
            settle(marks[:1])
            counts.append(region.execute("SELECT count(*) FROM city_1.requests WHERE case_key = %s", [key]).fetchone()[0])
        check("a request that is hidden leaves the region, and comes back when it is shown", counts == [0, 1] and own == rows(region, "city_1.requests"))
    for mark in marks:
        mark.city.close()
        mark.region.close()


def bulk(check, ground, servers, region_server):
    """How fast a first copy of many rows is: from a copy of a city, publication and all, with copies of its requests."""
    reach, path = ["-h", servers[0].sockets, "-p", str(servers[0].port), "-U", "postgres"], ground.root + "/city_1.dump"
    servers[0].create("bulk")
    run([PROGRAMS + "/pg_dump", *reach, "-Fc", "-f", path, "city_1"])
    run([PROGRAMS + "/pg_restore", *reach, "-d", "bulk", path])
    region_server.create("bulk")
    with servers[0].connect("bulk") as city, region_server.connect("bulk") as region:
        names = [r[0] for r in city.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'city_1.requests'::regclass AND attnum > 0 ORDER BY attnum")]
        values = ", ".join("case_key + g * 10000" if c == "case_key" else "NULL" if c == "source" else c for c in names)
        city.execute(f"INSERT INTO city_1.requests SELECT {values} FROM city_1.requests, generate_series(1, 150) g")
        seconds = subscribe(region, 1, servers[0], "bulk", "bulk")
        own = rows(city, "city_1.requests")
        print(f"  first copy of {own[0]} public rows: {seconds:.1f} s, {own[0] / seconds:.0f} rows/s", flush=True)
        check("by replication: a large first copy is whole", own == rows(region, "city_1.requests"))
        region.execute("DROP SUBSCRIPTION bulk")


def one_away(check, servers, region):
    """A city's server is away: the view over servers fails and says which; the copy answers, with what it has."""
    count = facts(region, "near")
    servers[2].stop()
    try:
        region.execute("SELECT count(*) FROM far").fetchone()
        said = "an answer"
    except psycopg.OperationalError as error:
        said = str(error).split("\n")[0]
    check("with a city away the view over servers refuses and names it", "city_3" in said, said[:160])
    check("  the other cities answer", region.execute("SELECT count(*) FROM far WHERE city <> 'city_3'").fetchone()[0] > 0)
    check("  the copies answer for all", facts(region, "near") == count and count[0] > 0)


def trial(check, ground):
    servers = [Server(ground, f"city{n}") for n in CITIES]
    # An apply worker for each city, and workers for first copies: with the default of 4, three cities wait for one another.
    region_server = Server(ground, "region", max_logical_replication_workers="16", max_worker_processes="24")
    rates(check, ground, servers)
    urls = make_cities(ground, servers)
    region_server.create("region")
    with region_server.connect("region") as region:
        print(flush=True)
        by_wrapper(check, servers, region)
        by_replication(check, ground, servers, region_server, region, urls)
        for n, url in zip(CITIES, urls):
            status, report = ground.verify(f"city_{n}", url)
            check(f"city {n} verifies clean with views, publication and index", status == 0 and report["clean"] and report["acts"] > 1000, f"{report['acts']} acts")
        bulk(check, ground, servers, region_server)
        one_away(check, servers, region)
    for server in servers + [region_server]:
        server.stop()
