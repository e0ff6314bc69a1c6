"""Loses machines of the cluster in docs/how-to/survive-a-machine, one after the other, while requests are filed:
nothing acknowledged may be lost, and no server that was replaced may acknowledge anything.

usage: failover.py TEQU [LEASE[:STEP,STEP...] ...]      LEASE: default, short; default both
STEP: lose_primary, lose_standby, lose_etcd_leader, hang_machine, switch_over, hang_patroni, strict; default all, the last
two only with the first lease

It runs the marked blocks of the page, on loopback addresses. Takes about half an hour.
"""
import os, shutil, signal, subprocess, sys, threading, time

import how_to
from load import Load
from machines import USER, children, send
from tequ_node import Node, filed, verified
from outside import Checks, argument, until
from patroni_cluster import Cluster

tequ, leases = os.path.abspath(argument(1)), sys.argv[2:] or ["default", "short"]
check = Checks()
page = how_to.same_blocks(check, "survive-a-machine")
PATIENCE = 180  # seconds in which each disturbance must be over
rows = []


class Witness:
    """Outsiders with connections of their own to one server: they write numbers and hear which are acknowledged."""

    def __init__(self, cluster, machine, count):
        self.cluster, self.machine = cluster, machine
        words = (f"host={machine.address} dbname=probe user=postgres sslmode=verify-full connect_timeout=3 "
                 f"sslrootcert={machine.path('/root/tequ-setup/ca.crt')}")
        environment = {**os.environ, "PGPASSWORD": cluster.passwords()["POSTGRES_PASSWORD"]}
        self.heard, self.sent, self.lock = [], [], threading.Lock()
        self.sessions = []
        for _ in range(count):
            session = subprocess.Popen(["psql", "-X", "-A", "-t", "-q", words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True, env=environment)
            threading.Thread(target=self._listen, args=(session,), daemon=True).start()
            self.sessions.append(session)

    def _listen(self, session):
        for line in session.stdout:
            if line.strip().isdigit():
                with self.lock:
                    self.heard.append((int(line), time.monotonic()))

    def write(self, sessions, number):
        """Sends one row from each session, numbered upwards; whether it is acknowledged is heard later."""
        for session in sessions:
            try:
                session.stdin.write(f"INSERT INTO probe VALUES ({number}) RETURNING n;\n")
                session.stdin.flush()
                self.sent.append(number)
            except OSError:
                pass
            number += 1
        return number

    def numbers(self):
        with self.lock:
            return {n for n, _ in self.heard}

    def end(self):
        for session in self.sessions:
            session.kill()
            session.wait()


class Trial:
    """One lease: a cluster, two nodes and load, and one disturbance after the other."""

    def __init__(self, lease):
        self.lease, self.cluster = lease, Cluster(page)
        self.next_number = 1
        self.read = 0

    def start(self):
        cluster = self.cluster
        begin = time.monotonic()
        cluster.start()
        print(f"     cluster up after {time.monotonic() - begin:.0f} s in {cluster.ground.root}", flush=True)
        if self.lease == "short":
            cluster.servers[0].run(page["lease"])
        cluster.sql(cluster.leader(), "CREATE DATABASE probe TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
        cluster.sql(cluster.leader(), "CREATE TABLE probe (n bigint PRIMARY KEY)", database="probe")
        self.nodes = [Node(cluster.ground, m, page, tequ) for m in cluster.servers]
        self.nodes[0].make_city()
        shutil.copy2(self.nodes[0].keys, self.nodes[1].keys)
        if os.geteuid() == 0:
            shutil.chown(self.nodes[1].keys, USER)
        self.nodes[1].start()
        self.before = filed(self.nodes[0].site)
        self.load = Load([n.base for n in self.nodes], cluster.ground.root + "/acknowledged").start()
        time.sleep(8)
        check(f"{self.lease}: load runs", len(self.load.acknowledged) > 50, f"{len(self.load.acknowledged)} acknowledged in 8 s")

    def disturb(self, name, cause, repair=None, limit=PATIENCE):
        """Causes it, waits until writes are acknowledged again and the cluster is whole, and looks at what was kept."""
        title = f"{self.lease}: {name}"
        print(f"---- {title}", flush=True)
        moment = cause()
        seconds = self.load.goes_on(moment, limit)
        check(f"{title}: writes are acknowledged again", seconds is not None, f"after {seconds or 0:.1f} s")
        if repair:
            repair()
        repaired = time.monotonic()
        whole = until(self.cluster.is_whole, limit, 0.3)
        check(f"{title}: a leader and a synchronous standby again", whole, f"after {time.monotonic() - repaired:.1f} s")
        time.sleep(4)
        end = time.monotonic()
        gap = self.load.longest_gap(moment - 1, end)
        self.kept(title, moment, end)
        rows.append((self.lease, name, seconds, gap, sum(self.load.statuses(moment).values())))
        print(f"     longest gap {gap:.1f} s; tries that failed {self.load.statuses(moment)}", flush=True)
        return moment

    def kept(self, title, begin, end):
        since, self.read = max(0, self.read - 200), len(self.load.acknowledged)
        lost, count = self.load.lost(since)
        check(f"{title}: no acknowledged request is lost", not lost, f"{count} read back {lost[:3]}")
        differ, count = self.load.changed(begin, end)
        check(f"{title}: repeated keys get the same answer", not differ, f"{count} asked again {differ[:2]}")
        clean, text = verified(self.nodes[0])
        check(f"{title}: tequ verify is clean", clean, text)

    # The disturbances.

    def lose_primary(self):
        old = self.cluster.leader()
        self.disturb("the primary's machine is lost", old.lose, lambda: old.restore())
        text = old.log_text("patroni")
        print("     pg_rewind ran:", "running pg_rewind" in text, flush=True)

    def lose_standby(self):
        standby = self.cluster.other(self.cluster.leader())
        self.disturb("the standby's machine is lost", standby.lose, standby.restore)

    def lose_etcd_leader(self):
        machine = until(self.cluster.etcd_leader, 20, 0.5)

        def cause():
            moment = time.monotonic()
            machine.etcd.kill()
            machine.etcd.wait()
            time.sleep(10)
            return moment

        self.disturb("the leader of etcd is killed", cause, machine.start_etcd)

    def hang(self, name, processes):
        """Stops processes of the primary's machine until the other server leads, and lets them go on: whoever talks to
        the old primary hears nothing, then or later, of what was written after the other took over."""
        old = self.cluster.leader()
        new, title = self.cluster.other(old), f"{self.lease}: {name}"
        witness = Witness(self.cluster, old, 9)
        groups = [witness.sessions[i::3] for i in range(3)]
        self.next_number = witness.write(witness.sessions, self.next_number)
        warm = until(lambda: len(witness.numbers()) == 9, 20)
        check(f"{title}: the outsiders are connected", warm, len(witness.numbers()))
        stopped, found = [], {}

        def cause():
            stopped.extend(processes(old))
            moment = time.monotonic()
            send(stopped, signal.SIGSTOP)
            stopped.extend(late for late in processes(old) if late not in stopped)
            send(stopped, signal.SIGSTOP)
            self.next_number = witness.write(groups[0], self.next_number)
            found["new"] = until(lambda: self.cluster.leader([new]), PATIENCE, 0.1)
            found["taken"] = time.monotonic() - moment
            self.next_number = witness.write(groups[1], self.next_number)
            # A server that can still be written to acknowledges as long as it may: what counts is what comes after.
            return moment if found["new"] is None or len(stopped) > 1 else moment + found["taken"]

        def repair():
            late = self.next_number
            self.next_number = witness.write(groups[2], late)
            found["sent late"] = set(range(late - 3, self.next_number))
            send(stopped, signal.SIGCONT)
            # As long as the old one has not been told, outsiders may still reach it.
            end = time.monotonic() + 25
            while time.monotonic() < end:
                if self.cluster.sql(old, f"INSERT INTO probe VALUES ({self.next_number}) RETURNING n", database="probe", timeout=40) is not None:
                    found.setdefault("direct", []).append(self.next_number)
                self.next_number += 1
                time.sleep(0.2)

        self.disturb(name, cause, repair, limit=90 if "Patroni" in name else PATIENCE)
        check(f"{title}: the other server took over", found["new"], f"after {found['taken']:.1f} s")
        late = witness.numbers() & found["sent late"]
        check(f"{title}: the old primary acknowledges nothing sent after that", not late and not found.get("direct"),
              f"{len(found['sent late'])} sent, heard {sorted(late)} {found.get('direct', [])}")
        table = set(map(int, (self.cluster.sql(self.cluster.leader(), "SELECT n FROM probe", database="probe") or "").split()))
        missing = witness.numbers() - table
        check(f"{title}: what the outsiders heard is there", not missing, f"{len(witness.numbers())} heard {sorted(missing)}")
        witness.end()

    def hang_machine(self):
        self.hang("the primary's machine hangs", lambda machine: machine.database_processes())

    def hang_patroni(self):
        # Nodes ask the hosts in the order of their address. If the one that hangs is asked first, only the watchdog helps:
        # the page says so. Here it is the second.
        if self.cluster.leader() is self.cluster.servers[0]:
            self.switch_over()
        self.hang("Patroni alone hangs on the primary", lambda machine: children([machine.patroni.pid])[:1])

    def switch_over(self):
        old = self.cluster.leader()

        def cause():
            moment = time.monotonic()
            text = old.run(page["switchover"], LEADER=old.name, CANDIDATE=self.cluster.other(old).name)
            print("    ", text.strip().split("\n")[0][-120:], flush=True)
            return moment

        self.disturb("planned switchover", cause)
        check(f"{self.lease}: planned switchover: the other server leads", self.cluster.leader() is not old)

    def strict(self):
        """With the strict setting the loss of the standby stops writing; with its return, or without the setting, it goes on."""
        self.cluster.servers[0].run(page["strict"])
        standby = self.cluster.other(self.cluster.leader())
        time.sleep(12)
        held = {}
        self.disturb("strict: the standby's machine is lost for 45 s", lambda: self._strict(standby, held))
        check(f"{self.lease}: strict: without a standby nothing is acknowledged", held["during"] is None, held)
        self.cluster.servers[0].run(page["not-strict"])

    def _strict(self, standby, held):
        moment = standby.lose()
        time.sleep(45)
        held["during"] = self.load.first_after(moment + 1)
        standby.restore()
        return moment

    def finish(self):
        self.load.stop()
        check(f"{self.lease}: every request got its answer in the end", not self.load.open, list(self.load.open)[:3])
        check(f"{self.lease}: no answer but 201, 429 and 503", not self.load.wrong, self.load.wrong[:2])
        numbers = [a[3] for a in self.load.acknowledged]
        check(f"{self.lease}: no two keys share a number", len(set(numbers)) == len(numbers), len(numbers))
        lost, count = self.load.lost()
        check(f"{self.lease}: at the end all acknowledged requests are there", not lost, f"{count} read back {lost[:3]}")
        total = until(lambda: (n := filed(self.nodes[0].site) - self.before) >= len(numbers) and n, 60, 1)
        check(f"{self.lease}: the log has each request once", total == len(self.load.asked), f"{total} in the log, {len(self.load.asked)} keys")
        codes = [node.stop() for node in self.nodes]
        check(f"{self.lease}: the nodes end well when told to", codes == [0, 0], codes)
        clean, text = verified(self.nodes[0])
        check(f"{self.lease}: tequ verify is clean at the end", clean, text)


def main():
    usual = ["lose_primary", "lose_standby", "lose_etcd_leader", "hang_machine", "switch_over"]
    for number, words in enumerate(leases):
        lease, _, steps = words.partition(":")
        steps = steps.split(",") if steps else usual + ["hang_patroni", "strict"] * (number == 0)
        if lease not in ("default", "short") or not all(hasattr(Trial, step) for step in steps):
            raise SystemExit(__doc__)
        trial = Trial(lease)
        try:
            trial.start()
            for step in steps:
                getattr(trial, step)()
            trial.finish()
        finally:
            trial.cluster.ground.kept = bool(check.failed) or sys.exc_info()[0] is not None
            if trial.cluster.ground.kept:
                print("logs of the machines and the nodes are in", trial.cluster.ground.root, flush=True)
            trial.cluster.ground.end()
    print(f"\n{'lease':<9}{'disturbance':<52}{'first again s':>14}{'longest gap s':>14}{'failed tries':>13}")
    for lease, name, seconds, gap, tries in rows:
        print(f"{lease:<9}{name:<52}{seconds if seconds is None else round(seconds, 1)!s:>14}{gap:>14.1f}{tries:>13}")
    check.finish()


main()
