"""A flight through a point-merge procedure in the wind, by a model of our own: the ICAO standard atmosphere (Doc 7488), the
wind triangle, turns at 25 degrees of bank, and the geometry of the city's data. Nothing of the program is used.

Speeds: the calibrated airspeed of the arcs until 10 km before the merge point, then evenly slower until the final approach,
where the landing speed holds. Altitude: level until the radar minimum inside of the inner arc, then evenly down to the merge
point within its bounds, to the glide path of 3 degrees, and along it to 15 m over the threshold.
"""
import math

KNOT = 1852 / 3600
STEP = 20.0


def true_speed(cas, altitude):
    """True from calibrated airspeed, compressible, below 11 km."""
    p0, t0, a0 = 101325.0, 288.15, 340.294
    temperature = t0 - 0.0065 * altitude
    pressure = p0 * (temperature / t0) ** 5.25588
    impact = p0 * ((1 + 0.2 * (cas / a0) ** 2) ** 3.5 - 1)
    return math.sqrt(1.4 * 287.05287 * temperature) * math.sqrt(5 * ((impact / pressure + 1) ** (2 / 7) - 1))


def blown(layers, altitude):
    """East and north of the wind at an altitude; between two layers it changes evenly."""
    parts = [(a, -s * KNOT * math.sin(math.radians(d)), -s * KNOT * math.cos(math.radians(d))) for a, d, s in layers]
    if not parts:
        return 0.0, 0.0
    if altitude <= parts[0][0]:
        return parts[0][1:]
    for low, high in zip(parts, parts[1:]):
        if altitude < high[0]:
            share = (altitude - low[0]) / (high[0] - low[0])
            return low[1] + (high[1] - low[1]) * share, low[2] + (high[2] - low[2]) * share
    return parts[-1][1:]


def between(points, x):
    """A value on straight lines through points, constant beyond."""
    if x <= points[0][0]:
        return points[0][1]
    for (a, u), (b, v) in zip(points, points[1:]):
        if x < b:
            return u + (v - u) * (x - a) / (b - a)
    return points[-1][1]


def course_of(runway):
    """The true course from threshold to far end, on the ellipsoid's local radii."""
    phi = math.radians(runway["lat"])
    e2, a = 0.00669437999014, 6378137.0
    root = 1 - e2 * math.sin(phi) ** 2
    north = math.radians(runway["reciprocal"]["lat"] - runway["lat"]) * a * (1 - e2) / root ** 1.5
    east = math.radians(runway["reciprocal"]["lon"] - runway["lon"]) * a / math.sqrt(root) * math.cos(phi)
    return math.degrees(math.atan2(east, north)) % 360


def fly(airport, merge, runway, arc, level, kind, along, layers):
    """Seconds from the entry to the turn and to the landing, with so many metres along the arc."""
    course = course_of(runway)
    outbound = (course + 180) % 360
    arc_cas, landing_cas = merge["arc_speed_kt"] * KNOT, kind["approach_kt"] * KNOT
    final = min(airport["scenario"]["final_km"] * 1000, merge["merge_m"])
    speeds = [(final, landing_cas), (merge["merge_m"] + 10_000, max(arc_cas, landing_cas))]
    radar = airport["scenario"]["after"]["radar_km"] * 1000
    clear = min(a["radius_m"] for a in merge["arcs"]) - radar
    glide, crossing = math.tan(math.radians(3)), runway["elevation_m"] + 15
    meets = (merge["intercept_m"] - crossing) / glide
    start = merge["merge_m"] + clear
    even = merge["intercept_m"] + (level - merge["intercept_m"]) * (merge["merge_m"] - meets) / (start - meets)
    over = min(max(even, merge["merge_floor_m"]), merge["merge_ceiling_m"])
    altitudes = [(0, crossing), (meets, merge["intercept_m"]), (merge["merge_m"], over), (start, level)]
    strongest = max([s * KNOT for _, _, s in layers], default=0)

    def radius(cas, altitude):
        return (true_speed(cas, altitude) + strongest) ** 2 / (9.80665 * math.tan(math.radians(25)))

    turn = radius(speeds[-1][1], level)
    join = radius(between(speeds, merge["merge_m"]), over)
    way = arc["radius_m"]
    sign = 1 if arc["to_deg"] > arc["from_deg"] else -1
    begun = outbound + arc["from_deg"]
    left = begun + sign * math.degrees(along / way)
    # The pieces: length, course at the beginning, degrees turned along it.
    pieces = [(arc["entry_m"], begun + 90 * sign, 0.0), (along, begun + 90 * sign, sign * math.degrees(along / way))]
    swept = 90 + math.degrees(math.asin(turn / (way - turn)))
    pieces.append((turn * math.radians(swept), left + 90 * sign, sign * swept))
    inbound = left + 90 * sign + sign * swept
    straight = math.sqrt((way - turn) ** 2 - turn ** 2)
    change = (course - inbound + 180) % 360 - 180
    cut = join * math.tan(math.radians(abs(change)) / 2)
    pieces.append((straight - cut, inbound, 0.0))
    pieces.append((join * math.radians(abs(change)), inbound, change))
    pieces.append((merge["merge_m"] - cut, course, 0.0))
    total = sum(p[0] for p in pieces)
    turning = pieces[0][0] + pieces[1][0]
    time, flown, turned = 0.0, 0.0, None
    for length, bearing, bend in pieces:
        count = max(1, math.ceil(length / STEP))
        for i in range(count):
            if turned is None and flown >= turning - 1e-6:
                turned = time
            middle = flown + length / count / 2
            # Nobody slows down or descends before the turn: how far it is to go is not yet known.
            to_go = total - max(middle, turning)
            cas = between(speeds, to_go)
            altitude = level if middle < turning else between(altitudes, to_go)
            air = true_speed(cas, altitude)
            east, north = blown(layers, altitude)
            heading = math.radians(bearing + bend * (i + 0.5) / count)
            tail = east * math.sin(heading) + north * math.cos(heading)
            cross = east * math.cos(heading) - north * math.sin(heading)
            time += length / count / (tail + math.sqrt(air * air - cross * cross))
            flown += length / count
    return {"landing": time, "turn": turned}
