"""Machines for the tests of several: each has an address of its own on the loopback network and a folder that
stands for its disk. The commands are those of the how-to pages; only addresses, folders and users are put in.

Whatever is started here ends with the test, however that ends, and only that: by process id.
"""
import atexit, os, pwd, re, shutil, signal, socket, subprocess, sys, tempfile, time

PROGRAMS = "/usr/lib/postgresql/15/bin"
NEEDED = {
    "postgresql-15": PROGRAMS + "/postgres", "postgresql-client-15": "/usr/bin/psql", "openssl": "/usr/bin/openssl",
    "etcd-server": "/usr/bin/etcd", "etcd-client": "/usr/bin/etcdctl", "patroni": "/usr/bin/patroni",
    "python3-idna": "/usr/lib/python3/dist-packages/idna",
    "postgresql-common": "/usr/bin/pg_ctlcluster",
}
USER = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
PAGE_NETWORK = "10.21.0."
# A word of a command that is a path on the machine's own disk.
OWN_PATH = re.compile(r"(?<![\w./-])/(etc|var|run|root|usr/local)/")


def require(*packages):
    """Ends the script, naming what is to be installed, unless all of it is there."""
    missing = [p for p in packages if not os.path.exists(NEEDED[p])]
    if missing:
        raise SystemExit(f"FAIL not installed: apt-get install --no-install-recommends {' '.join(missing)}")


def children(pids):
    """The processes, and all that they started."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                parents.setdefault(int(file.read().rpartition(")")[2].split()[1]), []).append(int(name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    found, rest = [], list(pids)
    while rest:
        pid = rest.pop()
        found.append(pid)
        rest += parents.get(pid, [])
    return found


def send(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def postmaster(data):
    """The server that runs on a data directory, or None. Its working directory tells that it is really that one."""
    try:
        with open(data + "/postmaster.pid") as file:
            pid = int(file.readline())
        return pid if os.path.samefile(f"/proc/{pid}/cwd", data) else None
    except (OSError, ValueError):
        return None


class Ground:
    """The folder and the network in which the machines stand."""

    def __init__(self, name):
        self.root = tempfile.mkdtemp(prefix=f"tequ-{name}-")
        os.chmod(self.root, 0o755)
        self.network = next(n for n in (f"127.{21 + i}.{os.getpid() % 250}." for i in range(200)) if self._is_free(n))
        self.machines, self.started = [], []
        self.kept = False
        self._make_tools()
        self._guard()
        atexit.register(self.end)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: sys.exit("FAIL told to end"))

    @staticmethod
    def _is_free(network):
        for port in (2379, 2380, 5432, 8008):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((network + "1", port))
                except OSError:
                    return False
        return True

    def _make_tools(self):
        """`install` and `chown` as the pages use them, but every owner is the one user who runs the servers here."""
        tools = self.root + "/tools"
        os.mkdir(tools)
        own = f"-o {USER}" if os.geteuid() == 0 else ""
        change = f"/bin/chown {USER}: \"$@\"" if os.geteuid() == 0 else ":"
        for name, text in {
            "install": f'words=()\nwhile (($#)); do if [[ $1 == -o ]]; then shift; words+=({own}); else words+=("$1"); fi; shift; done\n'
                       'exec /usr/bin/install "${words[@]}"\n',
            "chown": f"shift\n{change}\n",
        }.items():
            with open(f"{tools}/{name}", "w") as file:
                file.write("#!/bin/bash\n" + text)
            os.chmod(f"{tools}/{name}", 0o755)

    def _guard(self):
        """A process that ends what is left when this one is gone, even by kill -9."""
        reading, self.writing = os.pipe()
        self.owner = os.getpid()
        if os.fork():
            os.close(reading)
            return
        os.close(self.writing)
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        left = b""
        while True:
            got = os.read(reading, 4096)
            left += got
            if not got:
                break
        # Each line: "+ data directory", or "PID start time" of a process that was started.
        for line in left.decode().splitlines():
            first, second = line.split(" ", 1)
            pid = postmaster(second) if first == "+" else int(first)
            if pid and (first == "+" or began(pid) == second):
                send(children([pid]), signal.SIGKILL)
        os._exit(0)

    def note(self, line):
        os.write(self.writing, (line + "\n").encode())

    def start(self, command, log, environment=None, user=USER, **more):
        """Starts a program as an unprivileged user, what it says going to a file."""
        options = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        with open(log, "ab") as out:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stderr=out, start_new_session=True, cwd="/",
                env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": self.root, **(environment or {})},
                **{"stdout": out, **more}, **options)
        self.started.append(process)
        self.note(f"{process.pid} {began(process.pid)}")
        return process

    def end(self):
        if os.getpid() != self.owner:
            return
        alive = [p.pid for p in self.started if p.poll() is None]
        alive += filter(None, (postmaster(m.data) for m in self.machines))
        tree = children(alive)
        send(tree, signal.SIGCONT)
        send(tree, signal.SIGKILL)
        for process in self.started:
            process.wait()
        if not self.kept:
            shutil.rmtree(self.root, ignore_errors=True)


def began(pid):
    """When a process began, as the kernel counts: pids come again, a pair of both does not."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (FileNotFoundError, ProcessLookupError):
        return None


class Machine:
    def __init__(self, ground, name, number):
        self.ground, self.name, self.address = ground, name, ground.network + str(number)
        self.disk = f"{ground.root}/{name}"
        self.data = self.disk + "/var/lib/postgresql/15/tequ"
        self.etcd = self.patroni = None
        for folder in ("etc", "var/lib", "var/log", "run", "root", "usr/local/bin"):
            os.makedirs(f"{self.disk}/{folder}")
        ground.machines.append(self)
        ground.note("+ " + self.data)

    def place(self, text):
        """A page's text as it reads on this machine."""
        text = text.replace(PAGE_NETWORK + "0/24", "127.0.0.0/8").replace(PAGE_NETWORK, self.ground.network)
        return OWN_PATH.sub(lambda m: self.disk + m[0], text)

    def path(self, path):
        return self.disk + path

    def run(self, script, check=True, **environment):
        """Runs a block of a page on this machine; returns what it printed."""
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", self.place(script)], capture_output=True, text=True, cwd=self.disk, timeout=120,
            env={"PATH": f"{self.ground.root}/tools:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": self.disk + "/root", "LANG": "C.UTF-8",
                 "NAME": self.name, "ADDRESS": self.address, **environment})
        if check and done.returncode:
            raise SystemExit(f"FAIL a block of the page ends with {done.returncode} on {self.name}:\n{script}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def log(self, name):
        return f"{self.ground.root}/{self.name}.{name}.log"

    def log_text(self, name):
        with open(self.log(name), errors="replace") as file:
            return file.read()

    def start_etcd(self):
        from how_to import settings
        with open(self.path("/etc/default/etcd")) as file:
            environment = settings(file.read())
        self.etcd = self.ground.start(["/usr/bin/etcd"], self.log("etcd"), environment)

    def start_patroni(self):
        self.patroni = self.ground.start(["/usr/bin/patroni", self.path("/etc/patroni/config.yml")], self.log("patroni"))

    def database_processes(self):
        """Patroni, the server, and all that they started."""
        pids = [self.patroni.pid] if self.patroni and self.patroni.poll() is None else []
        server = postmaster(self.data)
        return children(pids + ([server] if server else []))

    def freeze(self):
        """Stops them; whatever one of them started meanwhile, too."""
        pids = []
        while late := [p for p in self.database_processes() if p not in pids]:
            send(late, signal.SIGSTOP)
            pids += late
        return pids

    def lose(self):
        """The whole machine is gone at once: stopped first, so that no process sees another one die."""
        pids = self.freeze()
        if self.etcd and self.etcd.poll() is None:
            os.kill(self.etcd.pid, signal.SIGSTOP)
            pids.append(self.etcd.pid)
        moment = time.monotonic()
        send(pids, signal.SIGKILL)
        for process in (self.patroni, self.etcd):
            process.wait()
        return moment

    def restore(self):
        """The machine is switched on again."""
        if self.etcd.poll() is not None:
            self.start_etcd()
        if self.patroni and self.patroni.poll() is not None:
            self.start_patroni()
