"""Partitioned `journal` and `cases`: what a write and a read cost, what closing a year costs, and whether the program
runs on them as it is. All tables come from a city that the program made; the trial only turns them.

Flushing to disk is left out on this server: the trial counts processor time, bytes and rows.
"""
import random, re, shutil, time

import psycopg
from growth_servers import PROGRAMS, Server, Span, run

KEYS = {"cases": "case_key", "journal": "entry_key"}
SHIFT = {"cases": 0, "journal": 16}  # a journal key is the case's key with 16 bits of version behind it
WAYS = {"one table": ("", 1), "hash 8": ("HASH", 8), "hash 16": ("HASH", 16), "range 16": ("RANGE", 16)}
BATCH = 256


def columns(connection, table):
    return connection.execute(
        "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
        "ORDER BY attnum", [table]).fetchall()


def turn(connection, table, way, parts, step):
    """Puts a partitioned table in the place of a plain one, with its rows and indexes; `step` is a range's width in case keys."""
    indexes = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = %s AND indexname <> %s",
        [table, table + "_pkey"]).fetchall()
    key = KEYS[table]
    with connection.transaction():
        connection.execute(f"ALTER TABLE {table} RENAME TO {table}_plain")
        connection.execute(f"ALTER TABLE {table}_plain RENAME CONSTRAINT {table}_pkey TO {table}_plain_pkey")
        connection.execute(f"CREATE TABLE {table} (LIKE {table}_plain INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY {way} ({key})")
        for n in range(parts):
            low, high = (n * step << SHIFT[table], (n + 1) * step << SHIFT[table])
            values = f"WITH (MODULUS {parts}, REMAINDER {n})" if way == "HASH" else f"FROM ({low}) TO ({high})"
            connection.execute(f"CREATE TABLE {table}_{n:02} PARTITION OF {table} FOR VALUES {values}")
        connection.execute(f"INSERT INTO {table} SELECT * FROM {table}_plain")
        connection.execute(f"DROP TABLE {table}_plain")
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY ({key})")
        for name, definition in indexes:
            # pg_get_indexdef says ONLY for a partitioned table and the plain name for a plain one.
            connection.execute(definition)


def digest(connection, table, condition="true"):
    """Rows, and a sum over what is in them: equal for equal sets of rows, in whatever order and table."""
    return connection.execute(f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {table} t WHERE {condition}").fetchone()


# A plain table has no partition tree; the root of one has no bytes.
PARTS = "(SELECT relid FROM pg_partition_tree(%s) WHERE isleaf UNION SELECT %s::regclass) parts"


def sizes(connection, table):
    """Bytes of rows and of indexes, of all partitions."""
    return connection.execute(
        f"SELECT sum(pg_table_size(relid))::bigint, sum(pg_indexes_size(relid))::bigint FROM {PARTS}", [table, table]).fetchone()


def preload(connection, copies, step):
    """Lays copies of the city's rows behind it, as later years would."""
    for table, key in KEYS.items():
        names = [n for n, _ in columns(connection, table)]
        values = ", ".join(f"{n} + (g::bigint * {step} << {SHIFT[table]})" if n == key else n for n in names)
        connection.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table}, generate_series(1, {copies}) g ORDER BY g, {key}")


def many_rows(connection, table, names, key=None):
    """The program's form: one statement for many rows, an array for each column."""
    types = dict(columns(connection, table))
    arrays = ", ".join(f"%s::{types[n]}[]" for n in names)
    rows = f"unnest({arrays}) AS u({', '.join(f'p{i}' for i in range(len(names)))})"
    if key is None:
        return f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(f'u.p{i}' for i in range(len(names)))} FROM {rows}"
    sets = ", ".join(f"{n} = u.p{i}" for i, n in enumerate(names) if n != key)
    return f"UPDATE {table} AS t SET {sets} FROM {rows} WHERE t.{key} = u.p{names.index(key)}"


class Load:
    """The same acts for every database: a sixth opens a case, the others move one of the newest and add to its journal."""

    def __init__(self, connection, copies, step):
        self.random = random.Random(20260302)
        self.cases, self.case_columns = self.read(connection, "cases")
        self.journal, self.journal_columns = self.read(connection, "journal")
        self.version = 5000  # above all versions that the city's cases have
        self.next_key = (copies + 1) * step + 1
        self.old_keys = [row[0] + copies * step for row in self.cases] + [row[0] + (copies - 1) * step for row in self.cases]
        self.read_keys = [row[0] + g * step for row in self.cases for g in range(copies + 1)]
        self.insert_cases = many_rows(connection, "cases", self.case_columns)
        self.moved = ["case_key", "version", "stage", "status", "agency", "due_at", "wake_at", "closed_at", "clocks", "mark"]
        self.update_cases = many_rows(connection, "cases", self.moved, "case_key")
        self.insert_journal = many_rows(connection, "journal", self.journal_columns)

    @staticmethod
    def read(connection, table):
        names = [n for n, _ in columns(connection, table)]
        return connection.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY 1").fetchall(), names

    def batches(self, count, size=BATCH):
        """Batches of acts: rows of new cases, moves, rows of the journal. Each yields other keys than the ones before."""
        for _ in range(count):
            self.version += 1
            new = []
            for _ in range(size // 6):
                new.append((self.next_key, *self.random.choice(self.cases)[1:]))
                self.next_key += 1
            keys = self.random.sample(self.old_keys, size - len(new))
            moves = []
            for key in keys:
                row = dict(zip(self.case_columns, self.random.choice(self.cases)))
                row.update(case_key=key, version=self.version)
                moves.append(tuple(row[n] for n in self.moved))
            acts = [(key << 16 | self.version, *self.random.choice(self.journal)[1:]) for key in [row[0] for row in new] + keys]
            self.old_keys = self.old_keys[len(new):] + [row[0] for row in new]
            yield new, moves, acts


def arrays(rows):
    return [list(column) for column in zip(*rows)]


def write(connection, load, batches):
    for new, moves, acts in batches:
        with connection.transaction():
            if new:
                connection.execute(load.insert_cases, arrays(new), prepare=True)
            moved = connection.execute(load.update_cases, arrays(moves), prepare=True).rowcount
            connection.execute(load.insert_journal, arrays(acts), prepare=True)
        if moved != len(moves):
            raise SystemExit(f"FAIL {moved} rows moved, {len(moves)} were to be")


def read_keys(connection, keys):
    """One case by key, a hundred to a round trip; how many came back as asked."""
    good = 0
    for begin in range(0, len(keys), 100):
        with connection.pipeline():
            cursors = [connection.execute("SELECT * FROM cases c WHERE c.case_key = %s", [k], prepare=True) for k in keys[begin:begin + 100]]
        good += sum((c.fetchone() or (None,))[0] == k for c, k in zip(cursors, keys[begin:begin + 100]))
    return good


def read_lists(connection, agencies, times):
    """The inbox of an agency and the cases whose clock has run out: what the program asks of all keys at once."""
    answers = []
    for n in range(times):
        with connection.pipeline():
            inbox = connection.execute(
                "SELECT c.case_key FROM cases c WHERE c.agency = %s AND c.closed_at IS NULL ORDER BY c.due_at, c.case_key LIMIT 50",
                [agencies[n % len(agencies)]], prepare=True)
            wake = connection.execute(
                "SELECT c.case_key FROM cases c WHERE c.wake_at IS NOT NULL AND c.wake_at <= %s ORDER BY c.wake_at, c.case_key LIMIT 50",
                [1 << 60], prepare=True)
        answers.append((inbox.fetchall(), wake.fetchall()))
    return answers


def cost_of_ways(check, server, seed, copies, step):
    """The same load on each way, in turn; returns the databases."""
    count, singles, rounds, reads, lists = 60, 400, 3, 4000, 200
    databases, spans, found = {}, {}, {}
    for name, (way, parts) in WAYS.items():
        database = databases[name] = name.replace(" ", "-")
        server.create(database, seed)
        with server.connect(database) as connection:
            if way:
                width = -(-(copies + 8) // parts) * step
                for table in KEYS:
                    turn(connection, table, way, parts, width)
            load = Load(connection, copies, step)
            preload(connection, copies, step)
            connection.execute("VACUUM (ANALYZE) cases")
            connection.execute("VACUUM (ANALYZE) journal")
            spans[name] = {"load": load, "write": [0, 0, 0], "single": 0, "read": [0, 0], "list": [0, 0]}
            found[name] = []
    agencies = [a for (a,) in server.sql("SELECT DISTINCT agency FROM cases WHERE agency IS NOT NULL ORDER BY 1", databases["one table"])]
    random_keys = random.Random(7)
    for _ in range(rounds):
        keys = random_keys.sample(spans["one table"]["load"].read_keys, reads)
        for name, database in databases.items():
            batches = list(spans[name]["load"].batches(count))
            with server.connect(database) as connection:
                with Span(server) as span:
                    write(connection, spans[name]["load"], batches)
                spans[name]["write"] = [a + b for a, b in zip(spans[name]["write"], (span.cpu, span.seconds, span.wal))]
                alone = list(spans[name]["load"].batches(singles, 1))
                with Span(server) as span:
                    write(connection, spans[name]["load"], alone)
                spans[name]["single"] += span.cpu
                with Span(server) as span:
                    good = read_keys(connection, keys)
                spans[name]["read"] = [a + b for a, b in zip(spans[name]["read"], (span.cpu, span.seconds))]
                with Span(server) as span:
                    answers = read_lists(connection, agencies, lists)
                spans[name]["list"] = [a + b for a, b in zip(spans[name]["list"], (span.cpu, span.seconds))]
                found[name].append((good, answers))
    print(f"\n{'':<12}{'µs CPU per act':>15}{'ratio':>7}{'WAL B/act':>11}{'alone':>7}{'ratio':>7}{'µs CPU per key read':>21}{'ratio':>7}{'µs CPU per list':>17}{'ratio':>7}"
          f"{'rows MB':>9}{'indexes MB':>12}")
    acts, base, digests = rounds * count * BATCH, None, {}
    for name, database in databases.items():
        with server.connect(database) as connection:
            digests[name] = [digest(connection, table) for table in KEYS]
            both = [sum(column) / 1e6 for column in zip(*(sizes(connection, table) for table in KEYS))]
            plans = ["\n".join(r[0] for r in connection.execute("EXPLAIN " + spans[name]["load"].update_cases, arrays(next(spans[name]["load"].batches(1, size))[1])))
                     for size in (BATCH, 1)]
        spent = [spans[name]["write"][0] * 1e6 / acts, spans[name]["single"] * 1e6 / rounds / singles,
                 spans[name]["read"][0] * 1e6 / rounds / reads, spans[name]["list"][0] * 1e6 / rounds / lists / 2]
        base = base or spent
        ratio = [s / b for s, b in zip(spent, base)]
        print(f"{name:<12}{spent[0]:>15.1f}{ratio[0]:>7.2f}{spans[name]['write'][2] / acts:>11.0f}{spent[1]:>7.0f}{ratio[1]:>7.2f}{spent[2]:>21.1f}"
              f"{ratio[2]:>7.2f}{spent[3]:>17.1f}{ratio[3]:>7.2f}{both[0]:>9.0f}{both[1]:>12.0f}   {', '.join(re.search('Nested Loop|Hash Join|Merge Join', p)[0] for p in plans)}", flush=True)
        check(f"{name}: every key that was asked for came back", all(good == reads for good, _ in found[name]))
        if name == "one table":
            check("the lists have rows", all(inbox and wake for _, answers in found[name] for inbox, wake in answers))
            continue
        check(f"{name}: the lists are those of one table", found[name] == found["one table"])
        check(f"{name}: the rows are those of one table", digests[name] == digests["one table"], f"{digests[name][0][0]} cases, {digests[name][1][0]} acts")
    return databases


def copy_all(check, ground, server):
    """A copy of the whole server by pg_basebackup, flushed to disk, and its proof by PostgreSQL's own tool."""
    path, size, begin = ground.root + "/copy", server.one("SELECT sum(pg_database_size(oid))::bigint FROM pg_database"), time.monotonic()
    run([PROGRAMS + "/pg_basebackup", "-D", path, "-h", server.sockets, "-p", str(server.port), "-U", "postgres", "-c", "fast", "-X", "stream"], 600)
    seconds = time.monotonic() - begin
    print(f"pg_basebackup: {size / 1e6:.0f} MB of databases in {seconds:.1f} s, {size / 1e6 / seconds:.0f} MB/s", flush=True)
    begin = time.monotonic()
    said = run([PROGRAMS + "/pg_verifybackup", path], 600)
    check("the copy's files are proven", "backup successfully verified" in said, f"{size / 1e6 / (time.monotonic() - begin):.0f} MB/s")
    shutil.rmtree(path)


def close_a_year(check, server, databases):
    """Detaches the first range, and deletes the same keys from the plain tables."""
    with server.connect(databases["range 16"]) as connection:
        bound = int(re.search(r"TO \('?(\d+)'?\)", connection.execute(
            "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'cases_00'").fetchone()[0])[1])
        inside = {t: digest(connection, t, f"{k} < {bound << SHIFT[t]}") for t, k in KEYS.items()}
        with Span(server) as span:
            for table in KEYS:
                connection.execute(f"ALTER TABLE {table} DETACH PARTITION {table}_00")
        kept = {t: digest(connection, t) for t in KEYS}
        check("detached rows are those of the closed year, whole", inside == {t: digest(connection, t + "_00") for t in KEYS}, f"{inside['journal'][0]} acts")
        print(f"detach   {span.seconds * 1000:.0f} ms, {span.cpu * 1000:.0f} ms CPU, {span.wal / 1e6:.2f} MB WAL", flush=True)
    with server.connect(databases["one table"]) as connection:
        before = sum(sum(sizes(connection, t)) for t in KEYS)
        with Span(server) as span:
            for table, key in KEYS.items():
                connection.execute(f"DELETE FROM {table} WHERE {key} < {bound << SHIFT[table]}")
        print(f"delete   {span.seconds * 1000:.0f} ms, {span.cpu * 1000:.0f} ms CPU, {span.wal / 1e6:.2f} MB WAL", flush=True)
        with Span(server) as span:
            for table in KEYS:
                connection.execute(f"VACUUM {table}")
        after = sum(sum(sizes(connection, t)) for t in KEYS)
        print(f"  vacuum {span.seconds * 1000:.0f} ms, {span.cpu * 1000:.0f} ms CPU, {span.wal / 1e6:.2f} MB WAL; "
              f"files {before / 1e6:.0f} MB before, {after / 1e6:.0f} MB after", flush=True)
        check("after either, the same rows are left", kept == {t: digest(connection, t) for t in KEYS} and inside["journal"][0] > 0, f"{kept['journal'][0]} acts")


def live_on(ground, server, database, seed, begin):
    """Some days of the program's own life; acts, processor time of the server and of the program."""
    before = server.one("SELECT count(*) FROM journal", database)
    with Span(server) as span:
        _, used = ground.simulate(database, server.url(database), "--seed", seed, "--from", begin, "--days", "4", "--per-day", "250")
    return server.one("SELECT count(*) FROM journal", database) - before, span.cpu, used


def program_as_it_is(check, ground, server, seed):
    """The program lives on, in turn, in copies of its city whose tables were turned."""
    databases, spent = {}, {}
    for name, (way, parts) in WAYS.items():
        database = databases[name] = "live-" + name.replace(" ", "-")
        server.create(database, seed)
        shutil.copytree(f"{ground.root}/seed", f"{ground.root}/{database}")
        with server.connect(database) as connection:
            for table in KEYS if way else ():
                turn(connection, table, way, parts, 1000)
            connection.execute("ANALYZE")
        spent[name] = [0, 0, 0]
    before = server.one("SELECT count(*) FROM journal", seed)
    for turns in (("2", "2026-04-06"), ("3", "2026-05-11")):
        for name, database in databases.items():
            spent[name] = [a + b for a, b in zip(spent[name], live_on(ground, server, database, *turns))]
    print(f"\n{'':<12}{'acts':>8}{'server ms CPU per act':>23}{'ratio':>7}{'program ms CPU per act':>24}", flush=True)
    states, base = {}, spent["one table"][1] / spent["one table"][0]
    for name, database in databases.items():
        acts, cpu, used = spent[name]
        print(f"{name:<12}{acts:>8}{cpu / acts * 1000:>23.3f}{cpu / acts / base:>7.2f}{used / acts * 1000:>24.3f}", flush=True)
        status, report = ground.verify(database, server.url(database))
        with server.connect(database) as connection:
            states[name] = digest(connection, "(SELECT case_key, stage, version, agency, opened_at, due_at, closed_at FROM cases)")
            spread = connection.execute(f"SELECT count(*) FROM {PARTS} WHERE pg_relation_size(relid) > 0", ["journal"] * 2).fetchone()[0]
        check(f"{name}: the program lives on, and `tequ verify` is clean", status == 0 and report["clean"] and report["acts"] == before + acts and acts > 5000
              and (spread > 1) == (name != "one table"), f"{report['acts']} acts in {spread} tables")
        if name != "one table":
            check(f"{name}: its cases stand as on one table", states[name] == states["one table"])
    return databases["range 16"]


def limits(check, ground, server, live, seed):
    """What is refused, and what the migrator and the program must therefore know."""
    with server.connect(live) as connection:
        for table, definition, key in (("requests", "UNIQUE INDEX requests_source", "case_key"), ("log_entries", "UNIQUE INDEX log_entries_key", "log_index")):
            try:
                with connection.transaction():
                    text = connection.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [definition.split()[-1]]).fetchone()[0]
                    connection.execute(f"ALTER INDEX {definition.split()[-1]} RENAME TO gone")
                    connection.execute(f"ALTER TABLE {table} RENAME TO {table}_plain")
                    connection.execute(f"CREATE TABLE {table} (LIKE {table}_plain) PARTITION BY RANGE ({key})")
                    connection.execute(text)
                said = "nothing"
            except psycopg.errors.FeatureNotSupported as error:
                said = str(error).split("\n")[0]
            check(f"{table} by {key}: its unique index over other columns is refused", "unique constraint on partitioned table" in said, said)
        connection.execute("CREATE INDEX later ON cases (handler, case_key)")
        connection.execute("ALTER TABLE cases ADD COLUMN later bigint")
        missing = connection.execute(
            "SELECT count(*) FROM pg_partition_tree('cases') p WHERE isleaf AND ((SELECT count(*) FROM pg_attribute a WHERE a.attrelid = p.relid AND attname = 'later') <> 1 "
            "OR (SELECT count(*) FROM pg_index i WHERE i.indrelid = p.relid) <> (SELECT count(*) FROM pg_index WHERE indrelid = 'cases'::regclass))").fetchone()[0]
        check("a later index and column reach every partition", missing == 0)
        connection.execute("DROP INDEX later")
        connection.execute("ALTER TABLE cases DROP COLUMN later")
        # Only the ranges that have rows are left, so that the next leased keys have no place.
        last = connection.execute("SELECT next FROM key_blocks").fetchone()[0]
        for table in KEYS:
            for n in range(16):
                if n * 1000 >= last - 1:
                    connection.execute(f"DROP TABLE {table}_{n:02}")
    status, _, said, _ = ground.program("simulate", "--data", f"{ground.root}/{live}", "--database", server.url(live), "--seed", "3", "--from", "2026-06-01",
                                        "--days", "20", "--per-day", "300", check=False)
    check("without a partition for new keys the program stops", status != 0, said.strip().split("\n")[-1][:200])
    status, report = ground.verify(live, server.url(live))
    check("  and what was acknowledged still verifies", status == 0 and report["clean"], f"{report['acts']} acts")
    with server.connect(live) as connection:
        for table in KEYS:
            connection.execute(f"ALTER TABLE {table} DETACH PARTITION {table}_00")
    status, report = ground.verify(live, server.url(live))
    check("verify tells that a detached year's rows are gone", status == 2 and not report["clean"], f"{len(report.get('findings', []))} findings")
    with server.connect(live) as connection:
        for table in KEYS:
            connection.execute(f"ALTER TABLE {table} ATTACH PARTITION {table}_00 FOR VALUES FROM (0) TO ({1000 << SHIFT[table]})")
    status, report = ground.verify(live, server.url(live))
    check("  and is clean when they are attached again", status == 0 and report["clean"], f"{report['acts']} acts")


def bytes_a_case(check, ground, server):
    """What a case takes on PostgreSQL, from days that ended: rows, indexes, WAL, vacuum."""
    server.create("month")
    empty = server.one("SELECT pg_database_size('month')")
    with Span(server) as span:
        ground.simulate("month", server.url("month"), "--days", "15", "--per-day", "300")
        # Nearly nothing new comes, until all that came is closed.
        ground.simulate("month", server.url("month"), "--seed", "2", "--from", "2026-03-17", "--days", "20", "--per-day", "1")
    with server.connect("month") as connection:
        with Span(server) as vacuum:
            connection.execute("VACUUM (ANALYZE)")
        cases, closed, acts = connection.execute("SELECT count(*), count(closed_at), (SELECT count(*) FROM journal) FROM cases").fetchone()
        query = "SELECT relname, pg_table_size(oid), pg_indexes_size(oid), pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 4 DESC"
        lived = connection.execute(query).fetchall()
        grown = connection.execute("SELECT pg_database_size('month')").fetchone()[0] - empty
        connection.execute("VACUUM (FULL, ANALYZE)")
        packed = dict((r[0], r[3]) for r in connection.execute(query).fetchall())
    print(f"\nweeks: {cases} cases, {closed} closed, {acts} acts, {acts / cases:.2f} a case; bytes a case (as lived / packed by VACUUM FULL)", flush=True)
    for name, table, index, total in lived[:9]:
        print(f"  {name:<16}{table / cases:>8.0f} rows{index / cases:>8.0f} indexes{total / cases:>8.0f} /{packed[name] / cases:>6.0f}", flush=True)
    total, tight = sum(r[3] for r in lived), sum(packed.values())
    print(f"  {'all tables':<16}{sum(r[1] for r in lived) / cases:>8.0f} rows{sum(r[2] for r in lived) / cases:>8.0f} indexes{total / cases:>8.0f} /{tight / cases:>6.0f}")
    print(f"  WAL {span.wal / acts:.0f} bytes an act, {span.wal / cases:.0f} a case; server {span.cpu / acts * 1e6:.0f} µs CPU an act, one commit each; "
          f"vacuum of all {vacuum.cpu / cases * 1e6:.0f} µs CPU a case, {vacuum.wal / cases:.0f} bytes WAL a case", flush=True)
    check("nearly all cases are closed", closed > 0.95 * cases > 2000, f"{closed} of {cases}")
    check("the sum of the tables is what the database grew by", abs(total - grown) < 0.1 * grown, f"{total / 1e6:.1f} MB, {grown / 1e6:.1f} MB")


def trial(check, ground, copies):
    server = Server(ground, "partitions", fsync="off", autovacuum="off")
    server.create("seed")
    ground.simulate("seed", server.url("seed"), "--days", "5", "--per-day", "300")
    highest = server.one("SELECT max(case_key) FROM cases", "seed")
    step = -(-highest // 1000) * 1000
    databases = cost_of_ways(check, server, "seed", copies, step)
    copy_all(check, ground, server)
    close_a_year(check, server, databases)
    for database in databases.values():
        server.sql(f'DROP DATABASE "{database}"')
    live = program_as_it_is(check, ground, server, "seed")
    limits(check, ground, server, live, "seed")
    bytes_a_case(check, ground, server)
    server.stop()
