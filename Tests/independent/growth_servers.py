"""PostgreSQL servers for the growth trials: each with a folder of its own, on loopback, as an unprivileged user.

The program comes in by a socket in a folder that only this user opens; servers reach one another by TCP on
127.0.0.1 with a password. A server inherits no descriptors, and the kernel ends it when this process is gone.
"""
import ctypes, json, os, pwd, secrets, shutil, signal, socket, subprocess, sys, tempfile, time

import psycopg

PROGRAMS = "/usr/lib/postgresql/15/bin"
USER = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
AS_USER = {"user": USER, "group": pwd.getpwnam(USER).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
TICK = os.sysconf("SC_CLK_TCK")
PASSWORD = secrets.token_hex(16)
LIBC = ctypes.CDLL(None)
HBA = "local all all trust\nlocal replication all trust\nhost all all 127.0.0.1/32 scram-sha-256\n" \
      "host replication all 127.0.0.1/32 scram-sha-256\n"
SETTINGS = {
    "listen_addresses": "127.0.0.1", "wal_level": "logical", "max_wal_size": "4GB", "shared_buffers": "256MB",
    "max_connections": "60", "password_encryption": "scram-sha-256", "log_min_messages": "warning",
}


def die_with_parent():
    LIBC.prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG; SIGQUIT is PostgreSQL's immediate shutdown


def stat(pid):
    """Parent, and seconds of processor time: own, and of children that have ended."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return int(fields[1]), (int(fields[11]) + int(fields[12])) / TICK, (int(fields[13]) + int(fields[14])) / TICK
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0.0, 0.0


def run(words, seconds=300, **more):
    """Runs a command as the servers' user to its end."""
    done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=seconds, cwd="/",
                          preexec_fn=die_with_parent, **AS_USER, **more)
    if done.returncode:
        raise SystemExit(f"FAIL {' '.join(words)}: {done.stderr}")
    return done.stdout


class Ground:
    """The folder in which all stands, and the program under trial."""

    def __init__(self, tequ):
        self.tequ, self.root, self.servers = tequ, tempfile.mkdtemp(prefix="tequ-growth-"), []
        if os.geteuid() == 0:
            shutil.chown(self.root, USER)
        self.empty = self.folder("empty", USER)
        run([PROGRAMS + "/initdb", "-k", "-D", self.empty, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "--no-sync"])
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
            signal.signal(number, lambda n, _: sys.exit(f"FAIL told to end by signal {n}"))

    def folder(self, name, owner=None):
        path = f"{self.root}/{name}"
        os.mkdir(path, 0o700)
        if owner and os.geteuid() == 0:
            shutil.chown(path, owner)
        return path

    def end(self):
        for server in self.servers:
            server.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def program(self, *words, seconds=300, check=True):
        """Runs the program to its end: status, output, complaints, its processor time."""
        before = os.times()
        done = subprocess.run([self.tequ, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=seconds,
                              preexec_fn=die_with_parent)
        after = os.times()
        if check and done.returncode:
            raise SystemExit(f"FAIL tequ {' '.join(words)} ends with {done.returncode}: {done.stdout}{done.stderr}")
        used = after.children_user + after.children_system - before.children_user - before.children_system
        return done.returncode, done.stdout, done.stderr, used

    def simulate(self, city, database, *words, **more):
        _, out, _, used = self.program("simulate", "--data", f"{self.root}/{city}", "--database", database, "--json", *words, **more)
        return json.loads(out.strip().split("\n")[-1]), used

    def verify(self, city, database):
        """Status and report of `tequ verify`."""
        status, out, complaints, _ = self.program(
            "verify", "--data", f"{self.root}/{city}", "--database", database, "--json", check=False)
        return status, json.loads(out.strip().split("\n")[-1]) if out.strip() else {"clean": False, "acts": -1, "said": complaints}

    def lives(self, address, cases):
        """Starts a load of full lives; `lives_end` waits for it."""
        return subprocess.Popen([self.tequ, "bench", "lives", "--cases", str(cases), "--database", address, "--json", "--scratch", self.root + "/"],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)


def lives_end(process, seconds=300):
    """The lines of the bench by their first words."""
    out, complaints = process.communicate(timeout=seconds)
    if process.returncode:
        raise SystemExit(f"FAIL tequ bench lives ends with {process.returncode}: {complaints}")
    lines = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    return {line["bench"].strip().split(",")[0]: line for line in lines}


class Server:
    def __init__(self, ground, name, copy_of=None, **settings):
        self.ground, self.name = ground, name
        self.sockets = ground.folder(name + "-sockets", USER)
        self.data = f"{ground.root}/{name}"
        self.settings = {**SETTINGS, **settings}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        if copy_of is None:
            run(["/bin/cp", "-a", ground.empty, self.data])
            with open(self.data + "/pg_hba.conf", "w") as file:
                file.write(HBA)
            self.start()
            self.sql(f"CREATE ROLE other LOGIN REPLICATION PASSWORD '{PASSWORD}'")
        else:
            self.backup_seconds = -time.monotonic()
            run([PROGRAMS + "/pg_basebackup", "-D", self.data, "-d", copy_of.remote("postgres"), "-R", "-C", "-S", "standby",
                 "-X", "stream", "-c", "fast"])
            self.backup_seconds += time.monotonic()
            self.start()

    def start(self):
        options = [w for k, v in {**self.settings, "port": self.port, "unix_socket_directories": self.sockets}.items() for w in ("-c", f"{k}={v}")]
        with open(f"{self.ground.root}/{self.name}.log", "ab") as log:
            self.process = subprocess.Popen([PROGRAMS + "/postgres", "-D", self.data, *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            cwd="/", start_new_session=True, preexec_fn=die_with_parent, **AS_USER)
        self.ground.servers.append(self)
        end = time.monotonic() + 60
        while True:
            try:
                self.sql("SELECT 1")
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > end or self.process.poll() is not None:
                    with open(f"{self.ground.root}/{self.name}.log") as log:
                        raise SystemExit(f"FAIL the server {self.name} does not start: {error}\n{log.read()[-2000:]}")
                time.sleep(0.1)

    def stop(self):
        """Ends it at once; its children end with it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def url(self, database):
        """The address for the program."""
        return f"postgresql:///{database}?host={self.sockets}&port={self.port}&user=postgres"

    def remote(self, database):
        """The address for other servers."""
        return f"host=127.0.0.1 port={self.port} dbname={database} user=other password={PASSWORD}"

    def connect(self, database="postgres", **more):
        return psycopg.connect(host=self.sockets, port=self.port, user="postgres", dbname=database, autocommit=True, **more)

    def sql(self, text, database="postgres"):
        """Runs a statement; its rows, if it has any."""
        with self.connect(database) as connection:
            cursor = connection.execute(text)
            return cursor.fetchall() if cursor.description else None

    def one(self, text, database="postgres"):
        return self.sql(text, database)[0][0]

    def create(self, database, template="template0"):
        self.sql(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def children(self):
        return [int(p) for p in os.listdir("/proc") if p.isdigit() and stat(p)[0] == self.process.pid]

    def used(self):
        """Seconds of processor time of all its processes, those that ended included."""
        _, own, ended = stat(self.process.pid)
        return own + ended + sum(stat(p)[1] for p in self.children())

    def used_by(self, word):
        """Seconds of processor time of its processes whose title has a word."""
        total = 0.0
        for pid in self.children():
            try:
                with open(f"/proc/{pid}/cmdline") as file:
                    total += stat(pid)[1] if word in file.read() else 0
            except (FileNotFoundError, ProcessLookupError):
                pass
        return total

    def wal(self):
        """Bytes of WAL written since the server was made."""
        return int(self.one("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))


class Span:
    """What a stretch of work took: wall, processor time of a server, bytes of WAL."""

    def __init__(self, server):
        self.server = server

    def __enter__(self):
        self.wal, self.cpu, self.seconds = -self.server.wal(), -self.server.used(), -time.monotonic()
        return self

    def __exit__(self, *_):
        self.seconds += time.monotonic()
        self.cpu += self.server.used()
        self.wal += self.server.wal()
