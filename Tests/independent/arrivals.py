"""Judges `tequ arrivals solve` by the definition of the aircraft landing problem, the published optima of
the OR-Library's airland files, and OR-Tools' CP-SAT on the same files in the same run.

The folder has airland1.txt to airland13.txt and optimal.csv (instance,planes,runways,optimal).

usage: arrivals.py TEQU FOLDER [PEER_SECONDS]          0 seconds: without the peer
"""
import csv, importlib.util, itertools, json, os, random, subprocess, tempfile, time
from fractions import Fraction

from outside import Checks, argument

tequ, folder, peer_seconds = argument(1), argument(2, ""), float(argument(3, "5"))
check = Checks()

# Best values in the literature known to us, file to runways to cost (Pinol and Beasley 2006, Awasthi et al. 2013,
# Salehipour et al.; typed from memory, not verified): what files 9 to 13 are compared with.
BEST_KNOWN = {
    9: {1: "5611.70", 2: "444.10", 3: "75.75", 4: "0"},
    10: {1: "12292.20", 2: "1143.70", 3: "205.21", 4: "34.22", 5: "0"},
    11: {1: "12418.32", 2: "1330.91", 3: "253.07", 4: "54.53", 5: "0"},
    12: {1: "16122.18", 2: "1695.62", 3: "221.97", 4: "2.44", 5: "0"},
    13: {1: "37064.11", 2: "3920.39", 3: "673.85", 4: "89.95", 5: "0"},
}


class Instance:
    def __init__(self, text):
        words = iter(text.split())
        self.n = int(next(words))
        next(words)
        self.planes, self.gaps = [], []
        for i in range(self.n):
            _, e, t, l, g, h = (Fraction(next(words)) for _ in range(6))
            self.planes.append((e, t, l, g, h))
            self.gaps.append([Fraction(next(words)) for _ in range(self.n)])

    def cost(self, plane, time):
        _, t, _, g, h = self.planes[plane]
        return g * max(0, t - time) + h * max(0, time - t)

    def judge(self, landings, runways):
        """The cost of a schedule, or what is wrong with it."""
        if sorted(p for p, _, _ in landings) != list(range(self.n)):
            return "not every aircraft lands once"
        for p, r, t in landings:
            e, _, l, _, _ = self.planes[p]
            if not e <= t <= l or not 0 <= r < runways:
                return f"aircraft {p + 1} lands at {t} on {r + 1}"
        for (a, ra, ta), (b, rb, tb) in itertools.permutations(landings, 2):
            # Of two that land at one moment on one runway, neither follows the other.
            if ra == rb and (ta < tb and tb - ta < self.gaps[a][b]
                             or ta == tb and min(self.gaps[a][b], self.gaps[b][a]) > 0):
                return f"aircraft {b + 1} lands {tb - ta} after {a + 1}"
        return sum(self.cost(p, t) for p, _, t in landings)


def solve(path, runways, seconds=None):
    words = [tequ, "arrivals", "solve", path, "--runways", str(runways), "--json"]
    if seconds:
        words += ["--seconds", str(seconds)]
    ran = subprocess.run(words, capture_output=True, text=True)
    return ran, json.loads(ran.stdout, parse_float=Fraction, parse_int=Fraction) if ran.stdout else None


def landings(answer):
    return [(int(x["aircraft"]) - 1, int(x["runway"]) - 1, x["time"]) for x in answer["landings"]]


def brute(instance, runways):
    """The least cost by trying every order, runway and whole time."""
    best = None

    def go(placed, cost):
        nonlocal best
        if best is not None and cost >= best:
            return
        if len(placed) == instance.n:
            best = cost
            return
        now = max((t for _, _, t in placed), default=0)
        for p in range(instance.n):
            if any(p == q for q, _, _ in placed):
                continue
            e, _, l, _, _ = instance.planes[p]
            for r in range(runways):
                for t in range(max(now, int(e)), int(l) + 1):
                    if all(rq != r or t - tq >= instance.gaps[q][p] for q, rq, tq in placed):
                        go(placed + [(p, r, t)], cost + instance.cost(p, t))

    go([], Fraction(0))
    return best


def small_files():
    rng = random.Random(1)
    wrong, judged = [], 0
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "small.txt")
        for number in range(60):
            n, runways = rng.randint(2, 5), rng.randint(1, 2)
            lines = [f"{n} 10"]
            for _ in range(n):
                e = rng.randint(0, 7)
                t = e + rng.randint(0, 3)
                rates = rng.choice(["1.50 2", "0.25 1", "3 1.18", "1 1"])
                lines += [f"0 {e} {t} {t + rng.randint(0, 5)} {rates}",
                          " ".join(str(rng.randint(0, 6)) for _ in range(n))]
            open(path, "w").write("\n".join(lines) + "\n")
            instance = Instance(open(path).read())
            best = brute(instance, runways)
            ran, answer = solve(path, runways)
            if best is None:
                judged += ran.returncode == 1
                if ran.returncode != 1:
                    wrong.append((number, "an answer where none exists"))
                continue
            cost = instance.judge(landings(answer), runways) if answer else ran.stderr
            judged += 1
            if cost != best or not answer["proved"] or ran.returncode != 0:
                wrong.append((number, str(cost), str(best)))
    check("arrivals: small files agree with trying everything", not wrong, f"{judged} files {wrong[:3]}")


def peer(instance, runways, seconds):
    """CP-SAT on a plain disjunctive model: (cost, proved, seconds)."""
    from ortools.sat.python import cp_model
    scale = 1
    for plane in instance.planes:
        for value in plane:
            while (value * scale).denominator != 1:
                scale *= 10
    model = cp_model.CpModel()
    times, terms = [], []
    for i, (e, t, l, g, h) in enumerate(instance.planes):
        x = model.new_int_var(int(e), int(l), f"x{i}")
        a = model.new_int_var(0, int(t - e), f"a{i}")
        b = model.new_int_var(0, int(l - t), f"b{i}")
        model.add(x == int(t) - a + b)
        times.append(x)
        terms += [int(g * scale) * a, int(h * scale) * b]
    on = [[model.new_bool_var(f"y{i},{r}") for r in range(runways)] for i in range(instance.n)]
    for i in range(instance.n):
        model.add_exactly_one(on[i])
    for i in range(instance.n):
        for j in range(i + 1, instance.n):
            first = model.new_bool_var(f"d{i},{j}")
            for r in range(runways):
                both = [on[i][r], on[j][r]]
                model.add(times[j] >= times[i] + int(instance.gaps[i][j])).only_enforce_if(both + [first])
                model.add(times[i] >= times[j] + int(instance.gaps[j][i])).only_enforce_if(both + [first.Not()])
    model.minimize(sum(terms))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    begin = time.monotonic()
    status = solver.solve(model)
    spent = time.monotonic() - begin
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, False, spent
    return Fraction(round(solver.objective_value)) / scale, status == cp_model.OPTIMAL, spent


def with_peer():
    return peer_seconds > 0 and importlib.util.find_spec("ortools") is not None


def published():
    if peer_seconds > 0 and not with_peer():
        check.skip("arrivals: the peer", "ortools is not installed")
    ours = theirs = work = Fraction(0)
    reached = proved = 0
    print(f"{'file':>5}{'runways':>8}{'optimum':>10}{'tequ s':>9}{'CP-SAT':>12}{'CP-SAT s':>10}{'ratio':>8}")
    rows = list(csv.DictReader(open(os.path.join(folder, "optimal.csv"), newline="")))
    for row in rows:
        path = os.path.join(folder, f"airland{row['instance']}.txt")
        instance, runways = Instance(open(path).read()), int(row["runways"])
        ran, answer = solve(path, runways)
        cost = instance.judge(landings(answer), runways) if answer else ran.stderr
        check(f"arrivals: airland{row['instance']}, {runways} runways: feasible, optimal, proved",
              answer and cost == answer["cost"] == Fraction(row["optimal"]) and answer["proved"],
              f"{cost} of {row['optimal']}")
        ours += answer["seconds"] if answer else 0
        work += answer["cpu_seconds"] if answer else 0
        line = f"{row['instance']:>5}{runways:>8}{row['optimal']:>10}{float(answer['seconds']):>9.4f}"
        if with_peer():
            found, sure, spent = peer(instance, runways, peer_seconds)
            theirs += Fraction(spent)
            reached += found == Fraction(row["optimal"])
            proved += sure
            line += f"{str(found) + ('' if sure else ' ?'):>12}{spent:>10.3f}{spent / float(answer['seconds']):>8.0f}"
        print(line, flush=True)
    print(f"tequ: {float(ours):.3f} s for {len(rows)} cases, {float(work):.3f} s of processor (goal: under 1 s)")
    if with_peer():
        print(f"CP-SAT, {peer_seconds:g} s each, 2 workers: {float(theirs):.1f} s, {reached} optima found, "
              f"{proved} proved; ratio {float(theirs / ours):.0f}")
        check("arrivals: all published optima in a tenth of the peer's time", ours * 10 < theirs,
              f"{float(ours):.3f} s and {float(theirs):.1f} s")


# The clock ends what the search has not proved by then.
LARGE_SECONDS = 120


def large():
    total, work, proved, cases = Fraction(0), Fraction(0), 0, 0
    for number, runways, best in ((n, r, b) for n, row in BEST_KNOWN.items() for r, b in row.items()):
        path = os.path.join(folder, f"airland{number}.txt")
        instance = Instance(open(path).read())
        ran, answer = solve(path, runways, LARGE_SECONDS)
        cost = instance.judge(landings(answer), runways) if answer else ran.stderr
        good = answer and cost == answer["cost"] and answer["lower_bound"] <= cost and \
            answer["proved"] == (answer["lower_bound"] == cost)
        check(f"arrivals: airland{number}, {runways} runways: feasible, with a bound", good, f"{cost}")
        if not good:
            continue
        cases, proved, total = cases + 1, proved + answer["proved"], total + answer["seconds"]
        work += answer["cpu_seconds"]
        check(f"arrivals: airland{number}, {runways} runways: as good as the best known", cost <= Fraction(best),
              f"{float(cost):.2f} and {best}; " + ("proved" if answer["proved"] else
              f"at least {float(answer['lower_bound']):.2f}, gap {float(answer['gap']) * 100:.2f} %")
              + f"; {float(answer['seconds']):.2f} s, {float(answer['cpu_seconds']):.2f} s of processor, "
              f"{int(answer['steps'])} steps")
        if with_peer() and runways == 1:
            found, sure, spent = peer(instance, 1, max(10, peer_seconds))
            print(f"airland{number}, CP-SAT: {found if found is None else float(found)}"
                  f"{', proved' if sure else ''}, {spent:.1f} s")
    print(f"tequ: {proved} of {cases} large cases proved, {float(total):.1f} s together, {float(work):.1f} s of "
          "processor")


small_files()
if not os.path.exists(os.path.join(folder, "optimal.csv")):
    check.skip("arrivals:", "the folder with the airland files is not here")
else:
    published()
    large()
check.finish()
