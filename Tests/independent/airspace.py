#!/usr/bin/env python3
"""Checks airspace from outside: cells against the PyPI package s2sphere, promised paths against the definition of
separation.

usage: airspace.py TEQU [FLIGHTS A DAY [SECONDS [FROM TO]]]

FROM TO: compare only what is flown between these seconds of the day; default: all.

Cells: the cell of a place is that of s2sphere. A covering has the cell of every place sampled inside of the area and
along its edges, and each of its cells touches the area: a corner of one lies in the other, or two edges cross,
computed here with vectors on the sphere.
Paths: `tequ bench airspace --export` writes what was promised on a simulated day. Two flights must at no moment be
nearer than 30 m on the ground and 15 m in height at once. For each pair of legs that share a moment and come near on
the ground, the moments at which they are nearer in height are an interval, on which the distance on the ground has
one lowest point, that of a parabola. Pairs are found by squares and ten seconds and compared with numpy; one by one the
same is computed for some, and a flight on another's path must be found.
Peer: the same paths are filed once more, in the same order, into an R-tree of boxes of legs in place, height and time
(PyPI rtree, libspatialindex), as one would do it with what there is; each box that is met is compared as above. The
R-tree finds no other path where one conflicts; the program does.
"""
import array, json, math, os, random, subprocess, sys, tempfile, time

import numpy as np
import rtree
import s2sphere

TEQU = sys.argv[1]
# A million flights a day, of which the first half hour is looked at: 20,000 flights as dense as they come.
FLIGHTS = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
SECONDS = int(sys.argv[3]) if len(sys.argv) > 3 else 1_800
FROM = float(sys.argv[4]) if len(sys.argv) > 5 else -math.inf
TO = float(sys.argv[5]) if len(sys.argv) > 5 else math.inf
RADIUS = 6_371_010.0
failures = 0


def check(name, ok, *more):
    global failures
    failures += not ok
    print("  ok  " if ok else "  FAIL", name, *more, flush=True)


def vector(latitude, longitude):
    a, b = math.radians(latitude), math.radians(longitude)
    return np.array([math.cos(a) * math.cos(b), math.cos(a) * math.sin(b), math.sin(a)])


def degrees(v):
    return math.degrees(math.atan2(v[2], math.hypot(v[0], v[1]))), math.degrees(math.atan2(v[1], v[0]))


def moved(place, metres, bearing):
    p = vector(*place)
    east = np.cross([0.0, 0.0, 1.0], p)
    east = east / np.linalg.norm(east) if np.linalg.norm(east) > 1e-12 else np.array([0.0, 1.0, 0.0])
    north = np.cross(p, east)
    way = math.cos(math.radians(bearing)) * north + math.sin(math.radians(bearing)) * east
    return degrees(math.cos(metres / RADIUS) * p + math.sin(metres / RADIUS) * way)


def inside(p, corners):
    """Whether a direction lies in a polygon that is seen from its first corners' side: the winding of its corners."""
    if float(np.dot(p, sum(corners))) <= 0:
        return False
    turn = 0.0
    for a, b in zip(corners, corners[1:] + corners[:1]):
        u, v = a - np.dot(a, p) * p, b - np.dot(b, p) * p
        turn += math.atan2(float(np.dot(p, np.cross(u, v))), float(np.dot(u, v)))
    return abs(turn) > math.pi


def crosses(a, b, c, d):
    n, m = np.cross(a, b), np.cross(c, d)
    return np.dot(n, c) * np.dot(n, d) <= 1e-22 and np.dot(m, a) * np.dot(m, b) <= 1e-22 and np.dot(a + b, c + d) > 0


def touches(cell, corners):
    square = [np.array([v[0], v[1], v[2]]) for v in (cell.get_vertex(k) for k in range(4))]
    if any(inside(v, corners) for v in square) or any(inside(c, square) for c in corners):
        return True
    return any(crosses(a, b, c, d) for a, b in zip(corners, corners[1:] + corners[:1])
               for c, d in zip(square, square[1:] + square[:1]))


def cells():
    source = random.Random(20)
    lines, areas = [], []
    for _ in range(20_000):
        place = math.degrees(math.asin(source.uniform(-1, 1))), source.uniform(-180, 180)
        lines.append({"point": place})
    special = [(0, 45), (35.264, 45), (0, 180), (45, 0), (89.9, 10), (-89.95, 0), (22.5, 114.05)]
    for number in range(300):
        middle = special[number] if number < len(special) else (
            math.degrees(math.asin(source.uniform(-1, 1))), source.uniform(-180, 180))
        size = source.choice([15, 300, 3_000, 12_000])
        count = source.choice([3, 4, 7, 12])
        corners = [moved(middle, size * source.uniform(0.3, 1), 360 * k / count) for k in range(count)]
        if number % 3 == 0:
            corners.reverse()
        areas.append((middle, corners))
        lines.append({"polygon": corners})
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write("".join(json.dumps(line) + "\n" for line in lines))
        file.flush()
        out = subprocess.run([TEQU, "airspace", "cells", file.name], capture_output=True, text=True)
    answers = [json.loads(line) for line in out.stdout.splitlines()]
    check("an answer for each line", len(answers) == len(lines), len(answers), out.stderr[:200])
    wrong = [line for line, answer in zip(lines[:20_000], answers) if [s2sphere.CellId.from_lat_lng(
        s2sphere.LatLng.from_degrees(*line["point"])).parent(13).to_token()] != answer]
    check("20,000 places have the cells of s2sphere", not wrong, wrong[:2])
    missing, stray, samples, total = [], [], 0, 0
    for (middle, corners), answer in zip(areas, answers[20_000:]):
        if not isinstance(answer, list):
            missing.append((middle, answer))
            continue
        found = set(answer)
        total += len(found)
        points, top = [vector(*c) for c in corners], vector(*middle)
        for _ in range(200):
            k = source.randrange(len(points))
            edge = points[k] + source.random() * (points[(k + 1) % len(points)] - points[k])
            edge /= np.linalg.norm(edge)
            # A place on the edge, just inside of it, or anywhere between it and the middle, which sees all corners.
            share = source.choice([1, 1 - 1e-9, source.random()])
            place = top + share * (edge - top)
            samples += 1
            cell = s2sphere.CellId.from_lat_lng(s2sphere.LatLng.from_degrees(*degrees(place))).parent(13).to_token()
            if cell not in found:
                missing.append((middle, degrees(place), share))
        stray += [(middle, token) for token in found
                  if not touches(s2sphere.Cell(s2sphere.CellId.from_token(token)), points)]
    check(f"{samples} places of 300 areas are in their coverings", not missing, missing[:2])
    check(f"all {total} cells of the coverings touch their areas", not stray, len(stray), stray[:2])


def near(a, b, ground=30.0, height=15.0):
    """Whether two legs, each two points of metres east, north, up and seconds, are too near at one moment."""
    begin, end = max(a[0][3], b[0][3]), min(a[1][3], b[1][3])
    if begin >= end:
        return False

    def at(leg, time):
        share = (time - leg[0][3]) / (leg[1][3] - leg[0][3])
        return [p + share * (q - p) for p, q in zip(leg[0][:3], leg[1][:3])]

    first = [p - q for p, q in zip(at(a, begin), at(b, begin))]
    last = [p - q for p, q in zip(at(a, end), at(b, end))]
    x, y, z = first
    dx, dy, dz = (q - p for p, q in zip(first, last))
    low, high = 0.0, 1.0
    if dz == 0:
        if abs(z) >= height:
            return False
    else:
        ends = sorted(((-height - z) / dz, (height - z) / dz))
        low, high = max(low, ends[0]), min(high, ends[1])
        if low >= high:
            return False
    square = dx * dx + dy * dy
    lowest = low if square == 0 else min(max(-(x * dx + y * dy) / square, low), high)
    # A hair's breadth for rounding: the limits themselves are allowed.
    return math.hypot(x + lowest * dx, y + lowest * dy) < ground - 1e-6


def peer(legs, flights, own, most=4_000):
    """Flights a second that an R-tree files, and that the program filed and planned anew."""
    by_flight = {}
    for leg, flight in zip(legs, flights):
        by_flight.setdefault(flight, []).append(leg)
    # The last ones, filed into an airspace as full as it becomes; those before them are there, untimed.
    order = list(by_flight)
    tree = rtree.index.Index(properties=rtree.index.Property(dimension=4))
    kept, taken, met = [], [], 0
    for place, flight in enumerate(order[-2 * most:]):
        began = time.perf_counter()
        boxes = [[min(a[k], b[k]) for k in range(4)] + [max(a[k], b[k]) for k in range(4)] for a, b in by_flight[flight]]
        for leg, box in zip(by_flight[flight], boxes):
            wide = [v + m for v, m in zip(box, (-30, -30, -15, 0, 30, 30, 15, 0))]
            met += any(near(leg, kept[other]) for other in tree.intersection(wide))
        for leg, box in zip(by_flight[flight], boxes):
            tree.insert(len(kept), box)
            kept.append(leg)
        if place >= most:
            taken.append(time.perf_counter() - began)
    if not taken:
        return
    taken.sort()
    rate = len(taken) / sum(taken)
    print(f"    an R-tree and no new plans: {rate:.0f} flights a second, p50 {1e6 * taken[len(taken) // 2]:.0f} us,"
          f" p99 {1e6 * taken[len(taken) * 99 // 100]:.0f} us; the program: {own:.0f} a second, {own / rate:.0f} times as many")
    check("the R-tree finds no conflict either", met == 0, met)


def load(export):
    """The legs of all paths as rows of east, north, up, seconds at the beginning and at the end, and whose they are."""
    ends, owners = array.array("d"), array.array("q")
    with open(export) as file:
        for line in file:
            path = json.loads(line)
            for a, b in zip(path["points"], path["points"][1:]):
                ends.extend(a)
                ends.extend(b)
                owners.append(path["flight"])
    return np.frombuffer(ends).reshape(-1, 8), np.frombuffer(owners, dtype=np.int64)


def too_near(a, b, begin, end, ground=30.0, height=15.0):
    """For rows of two arrays of legs, whether each two are too near at a moment between two others: as `near`, for many
    at once."""
    begin = np.maximum.reduce([begin, a[:, 3], b[:, 3]])
    end = np.minimum.reduce([end, a[:, 7], b[:, 7]])
    shares = begin < end

    def difference(time):
        p, q = ((time - leg[:, 3]) / (leg[:, 7] - leg[:, 3]) for leg in (a, b))
        return [a[:, k] + p * (a[:, k + 4] - a[:, k]) - b[:, k] - q * (b[:, k + 4] - b[:, k]) for k in range(3)]

    x, y, z = difference(begin)
    dx, dy, dz = (q - p for p, q in zip((x, y, z), difference(end)))
    level = dz == 0
    step = np.where(level, 1.0, dz)
    one, two = (-height - z) / step, (height - z) / step
    low = np.where(level, 0.0, np.maximum(0.0, np.minimum(one, two)))
    high = np.where(level, np.where(np.abs(z) < height, 1.0, -1.0), np.minimum(1.0, np.maximum(one, two)))
    square = dx * dx + dy * dy
    lowest = np.clip(-(x * dx + y * dy) / np.where(square == 0, 1.0, square), low, np.maximum(low, high))
    lowest = np.where(square == 0, low, lowest)
    # A hair's breadth for rounding: the limits themselves are allowed.
    return shares & (low < high) & (np.hypot(x + lowest * dx, y + lowest * dy) < ground - 1e-6)


TICK, SQUARE = 10.0, 400.0


def compare(legs, flights):
    """All pairs of flights that are too near, and how many pairs of pieces were compared. Of each ten seconds every leg
    has a piece; no piece is longer than a square of 400 m is wide less the minimum, so that what is near lies in the
    square of its middle or in one beside it."""
    order = np.argsort(legs[:, 3], kind="stable")
    legs, flights = legs[order], flights[order]
    starts = legs[:, 3]
    longest = float((legs[:, 7] - legs[:, 3]).max())
    speed = np.hypot(legs[:, 4] - legs[:, 0], legs[:, 5] - legs[:, 1]) / (legs[:, 7] - legs[:, 3])
    check("no piece is too long for its square", float(speed.max()) * TICK + 30 < SQUARE, float(speed.max()))
    found, pairs = [], 0
    first, last = max(float(starts.min()), FROM), min(float(legs[:, 7].max()), TO)
    for tick in range(int(first // TICK), int(last // TICK) + 1):
        begin, end = max(TICK * tick, FROM), min(TICK * tick + TICK, TO)
        low, high = np.searchsorted(starts, [begin - longest - 1, end])
        there = np.arange(low, high)[legs[low:high, 7] > begin]
        if len(there) < 2:
            continue
        own, whose = legs[there], flights[there]
        middle = (np.maximum(begin, own[:, 3]) + np.minimum(end, own[:, 7])) / 2
        share = (middle - own[:, 3]) / (own[:, 7] - own[:, 3])
        column, row = (np.floor((own[:, k] + share * (own[:, k + 4] - own[:, k])) / SQUARE).astype(np.int64) for k in (0, 1))
        key = column * 1_000_000 + row
        sort = np.argsort(key, kind="stable")
        own, whose, key = own[sort], whose[sort], key[sort]
        # The square itself and half of those beside it: the others come from the other side.
        for dc, dr in ((0, 0), (0, 1), (1, -1), (1, 0), (1, 1)):
            other = key + dc * 1_000_000 + dr
            left, right = np.searchsorted(key, other, "left"), np.searchsorted(key, other, "right")
            count = right - left
            a = np.repeat(np.arange(len(key)), count)
            b = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(left, count)
            keep = whose[a] != whose[b]
            if dc == dr == 0:
                keep &= a < b
            a, b = a[keep], b[keep]
            pairs += len(a)
            hit = too_near(own[a], own[b], np.full(len(a), begin), np.full(len(a), end))
            found += list(zip(whose[a[hit]].tolist(), whose[b[hit]].tolist()))
    return found, pairs


def same(legs, flights):
    """That what is compared many at a time is what is compared one by one, on pairs of which some are too near."""
    source = random.Random(5)
    picks = [source.randrange(len(legs)) for _ in range(4_000)]
    a = legs[picks]
    b = a + np.array([[source.uniform(-30, 30), source.uniform(-30, 30), source.uniform(-20, 20), 0] * 2 for _ in picks])
    b[:, [3, 7]] += np.array([[source.uniform(-4, 4)] for _ in picks])
    many = too_near(a, b, np.full(len(a), -np.inf), np.full(len(a), np.inf))
    one = [near((p[:4], p[4:]), (q[:4], q[4:])) for p, q in zip(a, b)]
    wrong = [k for k, (m, o) in enumerate(zip(many, one)) if bool(m) != bool(o)]
    check(f"both ways of comparing agree on {len(picks)} pairs, {sum(one)} of them too near", not wrong and 100 < sum(one) < len(picks) - 100, wrong[:3])
    # The same path for another flight, a second later, must be found among all others.
    twin = legs[flights == flights[len(flights) // 2]].copy()
    twin[:, [3, 7]] += 1
    begin, end = twin[:, 3].min() - 60, twin[:, 7].max() + 60
    some = (legs[:, 7] > begin) & (legs[:, 3] < end)
    found, _ = compare(np.vstack([legs[some], twin]), np.concatenate([flights[some], np.full(len(twin), -1)]))
    check("the check sees a flight on another's path", any(-1 in pair for pair in found), len(found))


def paths():
    with tempfile.TemporaryDirectory() as folder:
        export = os.path.join(folder, "paths.jsonl")
        out = subprocess.run([TEQU, "bench", "airspace", "--flights", str(FLIGHTS), "--seconds", str(SECONDS), "--export", export, "--json"],
                             capture_output=True, text=True)
        print("   ", out.stdout.replace("\n", "\n    ").strip())
        check("the day is simulated", out.returncode == 0, out.stderr[:200])
        legs, flights = load(export)
    report = [json.loads(line) for line in out.stdout.splitlines()]
    asked = FLIGHTS * min(SECONDS, 86_400) / 86_400
    number = len(np.unique(flights))
    check("paths were promised", number > 0.9 * asked, number)
    began = time.perf_counter()
    found, pairs = compare(legs, flights)
    check(f"no two of {number} flights come too near ({pairs} pairs of pieces, {time.perf_counter() - began:.0f} s)", not found, found[:5])
    same(legs, flights)
    peer([(a[:4], a[4:]) for a in legs[-60_000:].tolist()], flights[-60_000:].tolist(), report[0]["per_second"])


cells()
paths()
print(f"airspace: {failures} failed")
sys.exit(1 if failures else 0)
