"""Judges `tequ arrivals simulate` and `export --bluesky`: BlueSky (TU Delft) flies the exported hour headless
and looks for losses of separation; the exported trajectories are held against the wake table by our own
reading of it; hours broken on purpose must be caught by both.

usage: bluesky_replay.py TEQU [SCENARIO]
"""
import json, math, os, subprocess, sys, tempfile

from outside import Checks, argument

# RECAT-CN on approach in km (CCAR-93TM-R6 as published in secondary sources), leader by row.
WAKE = {("J", "B"): 9.3, ("J", "C"): 11.1, ("J", "M"): 13.0, ("J", "L"): 14.8,
        ("B", "B"): 5.6, ("B", "C"): 7.4, ("B", "M"): 9.3, ("B", "L"): 13.0,
        ("C", "M"): 6.5, ("C", "L"): 11.1, ("M", "L"): 9.3}
RADAR_KM, VERTICAL_M = 5.6, 300


def category(mass_kg, span_m):
    if mass_kg >= 136_000:
        return "J" if span_m >= 75 else "B" if span_m >= 54 else "C"
    return "M" if mass_kg > 7000 else "L"


def ecef(lat, lon):
    """Metres in space of a place on WGS-84, so that distances need no projection."""
    a, e2 = 6378137.0, 0.00669437999014
    phi, lam = math.radians(lat), math.radians(lon)
    n = a / math.sqrt(1 - e2 * math.sin(phi) ** 2)
    return n * math.cos(phi) * math.cos(lam), n * math.cos(phi) * math.sin(lam), n * (1 - e2) * math.sin(phi)


class Flight:
    def __init__(self, line):
        self.__dict__.update(json.loads(line))
        self.category = category(self.mass_kg, self.span_m)
        self.places = [ecef(p[1], p[2]) for p in self.points]

    def at(self, time):
        """Place and altitude, straight between the points."""
        low, high = 0, len(self.points) - 1
        if not self.points[0][0] <= time <= self.points[-1][0]:
            return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.points[middle][0] <= time else (low, middle)
        t, u = self.points[low][0], self.points[high][0]
        share = (time - t) / (u - t) if u > t else 0
        place = tuple(a + (b - a) * share for a, b in zip(self.places[low], self.places[high]))
        return place, self.points[low][3] + (self.points[high][3] - self.points[low][3]) * share


def violations(flights):
    """Pairs that come too close: the radar minimum for all that are not 300 m apart; the wake minimum behind
    whoever lands first once both fly to the merge point, and on one level behind whoever entered first."""
    found = {}
    for i, a in enumerate(flights):
        for b in flights[i + 1:]:
            begin = max(a.points[0][0], b.points[0][0])
            end = min(a.points[-1][0], b.points[-1][0])
            time = begin
            while time <= end:
                (p, h), (q, k) = a.at(time), b.at(time)
                if abs(h - k) < VERTICAL_M - 0.2:
                    need = RADAR_KM
                    both_direct = time >= max(a.direct_to_s, b.direct_to_s)
                    if both_direct or a.level_m == b.level_m:
                        key = (lambda f: f.landing_s) if both_direct else (lambda f: f.entry_s)
                        leader, follower = sorted((a, b), key=key)
                        need = max(need, WAKE.get((leader.category, follower.category), 0))
                    if math.dist(p, q) < need * 1000 - 5:
                        worst = found.get((a.callsign, b.callsign), (9e9, 0, 0))
                        found[a.callsign, b.callsign] = min(worst, (math.dist(p, q) / 1000 - need, time, need))
                time += 2
    return found


def simulate(tequ, scenario, seed, folder):
    path = os.path.join(folder, f"flights{seed}.jsonl")
    ran = subprocess.run([tequ, "arrivals", "simulate", "--scenario", scenario, "--seed", str(seed), "--json",
                          "--trajectories", path], capture_output=True, text=True)
    answer = json.loads(ran.stdout) if ran.stdout else {}
    return ran, answer, [Flight(line) for line in open(path)] if os.path.exists(path) else []


def fly(text):
    """BlueSky's own count: pairs that lost separation, and how far each aircraft was from the threshold when it
    was to be over it."""
    import bluesky as bs
    bs.stack.stack("RESET")
    bs.sim.step()
    commands = []
    for line in text.splitlines():
        clock, command = line.split(">", 1)
        h, m, s = clock.split(":")
        commands.append((int(h) * 3600 + int(m) * 60 + float(s), command))
    bs.stack.stack("ASAS ON")
    bs.stack.stack("DT 1.0")
    bs.sim.op()
    lost, where, seen, place = set(), {}, 0, 0
    start, end = bs.sim.simt, commands[-1][0] + 5
    while bs.sim.simt - start < end:
        now = bs.sim.simt - start
        while place < len(commands) and commands[place][0] <= now:
            command = commands[place][1]
            words = command.split()
            if words[0] == "DEL" and words[1] in bs.traf.id:
                index = bs.traf.id2idx(words[1])
                where[words[1]] = (bs.traf.lat[index], bs.traf.lon[index], bs.traf.alt[index])
            bs.stack.stack(command)
            place += 1
        bs.sim.step()
        seen = max(seen, bs.traf.ntraf)
        lost |= {frozenset(pair) for pair in bs.traf.cd.lospairs_unique}
    return lost, where, seen


def broken(text, flights):
    """The same hour, but one aircraft in the middle enters, and does all else, 60 s too early."""
    name = sorted(flights, key=lambda f: f.landing_s)[len(flights) // 2].callsign
    lines = []
    for line in text.splitlines():
        clock, command = line.split(">", 1)
        h, m, s = clock.split(":")
        time = int(h) * 3600 + int(m) * 60 + float(s)
        if name in command.replace(",", " ").split():
            time = max(0, time - 60)
        lines.append((time, command))
    lines.sort(key=lambda each: each[0])
    return name, "".join(f"{int(t) // 3600:02d}:{int(t) // 60 % 60:02d}:{t % 60:05.2f}>{c}\n" for t, c in lines)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    tequ = argument(1)
    scenario = argument(2, os.path.join(here, "../../docs/reference/arrivals-merge.json"))
    check = Checks()
    with tempfile.TemporaryDirectory() as folder:
        hours = []
        for seed in range(1, 11):
            ran, answer, flights = simulate(tequ, scenario, seed, folder)
            hours.append((seed, ran.returncode, answer, flights))
        full = [hour for hour in hours if hour[1] == 0]
        check("random hours are flown", len(full) >= 5, f"{len(full)} of {len(hours)} without a fault")
        for seed, code, answer, flights in hours:
            found = violations(flights)
            check(f"wake and radar minima in hour {seed}", not found,
                  f"{len(flights)} flights, faults {len(answer.get('faults', []))}, {sorted(found.items())[:3]}")
        seed, _, _, flights = full[0]
        text = subprocess.run([tequ, "arrivals", "export", "--bluesky", "--scenario", scenario, "--seed",
                               str(seed)], capture_output=True, text=True).stdout
        swapped = sorted(flights, key=lambda f: f.landing_s)[len(flights) // 2]
        early = Flight(json.dumps({k: v for k, v in swapped.__dict__.items() if k not in ("places", "category")}))
        early.points = [[p[0] - 60] + p[1:] for p in early.points]
        early.direct_to_s -= 60
        early.landing_s -= 60
        found = violations([early if f is swapped else f for f in flights])
        check("our checker catches an aircraft that is 60 s early",
              any(early.callsign in pair for pair in found), f"{len(found)} pairs")
        import bluesky as bs
        bs.init(mode="sim", detached=True)
        lost, where, seen = fly(text)
        check("BlueSky flies every aircraft", len(where) == len(flights), f"{len(where)}, at once {seen}")
        check("BlueSky finds no loss of separation", not lost, f"{[sorted(p) for p in list(lost)[:5]]}")
        goal = {f.callsign: f.places[-1] for f in flights}
        off = sorted(math.dist(ecef(*where[name][:2]), goal[name]) for name in where)
        check("aircraft are over the threshold when they are to be", off and off[-1] < 1000,
              f"metres off, median {off[len(off) // 2]:.0f}, most {off[-1]:.0f}")
        name, text = broken(text, flights)
        lost, _, _ = fly(text)
        check("BlueSky catches the aircraft that is 60 s early", any(name in pair for pair in lost),
              f"{name}: {len(lost)} pairs")
    check.finish()


main()
