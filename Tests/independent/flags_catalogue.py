"""The flags of the catalogue, restated from their definitions in docs/reference/red-flags.md, beside `tequ flags`.

Random processes use all paths that the flags read, often at their limits; every flag's value must be the same, and the
bytes must not depend on threads, on reading line by line, or on which of two lines of a process came first. Nothing here
comes from the program's own sources.

usage: flags_catalogue.py TEQU [PROCESSES]
"""
import datetime, itertools, json, math, os, random, subprocess, sys, tempfile
from collections import defaultdict
from fractions import Fraction

from outside import Checks, argument

tequ, count = argument(1), int(argument(2, "1200"))
check = Checks()
CHINA = datetime.timezone(datetime.timedelta(hours=8))
LIMITS = {"goods": 2_000_000, "services": 1_000_000, "works": 4_000_000}


def quantile(values, p):
    values, n = sorted(values), len(values)
    place = (n + Fraction(1, 3)) * p + Fraction(1, 3)
    j = math.floor(place)
    return values[0] if j < 1 else values[-1] if j >= n else values[j - 1] + float(place - j) * (values[j] - values[j - 1])


def quartiles(values):
    return quantile(values, Fraction(1, 4)), quantile(values, Fraction(3, 4))


def when(text):
    return None if text is None else datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def day(t):
    return t.astimezone(CHINA).date()


def civil(a, b):
    return (day(b) - day(a)).days


def whole(a, b):
    return int((b - a).total_seconds() / 86400)


class Deal:
    """A process with what the definitions speak of."""

    def __init__(self, p):
        self.p, t = p, p.get("tender", {})
        self.t = t
        self.method = t.get("procurementMethod")
        self.tendering = self.method in ("open", "selective")
        self.bids = p.get("bids", {}).get("details", [])
        self.submitted = [b for b in self.bids if b.get("status") not in (None, "invited", "withdrawn")]
        self.awards = [a for a in p.get("awards", []) if a["status"] == "active"]
        self.contracts = p.get("contracts", [])
        self.parties = {}
        for party in p.get("parties", []):
            self.parties.setdefault(party["id"], party)
        period = t.get("tenderPeriod", {})
        self.start, self.end = when(period.get("startDate")), when(period.get("endDate"))
        self.buyer = p.get("buyer", {}).get("id")
        self.estimate = t.get("value")

    def names(self, bid):
        return [x["id"] for x in bid["tenderers"]]

    def pairs(self):
        for a, b in itertools.combinations([b for b in self.submitted if b["tenderers"]], 2):
            if not set(self.names(a)) & set(self.names(b)):
                yield a, b

    def groups(self):
        found = defaultdict(list)
        for b in self.submitted:
            if b["tenderers"] and b.get("value", {}).get("amount", 0) > 0:
                found[(b["relatedLots"][0] if b.get("relatedLots") else None, b["value"]["currency"])].append(b)
        return found.values()

    def bidders(self):
        return list(dict.fromkeys(n for b in self.submitted for n in self.names(b)))

    def winners(self):
        return {s["id"] for a in self.awards for s in a["suppliers"]}

    def award(self, c):
        return next((a for a in self.p.get("awards", []) if a["id"] == c.get("awardID")), None)

    def category(self, digits):
        for items in [self.t.get("items", [])] + [a.get("items", []) for a in self.p.get("awards", [])]:
            if items and "classification" in items[0]:
                return items[0]["classification"]["id"][:digits]
        return self.t.get("mainProcurementCategory")

    def limit(self):
        return LIMITS.get(self.t.get("mainProcurementCategory"), LIMITS["goods"])

    def sum(self):
        """The value of the active awards: amount, currency, year of the first; None in several currencies."""
        own = [a for a in self.awards if a.get("value", {}).get("amount", 0) > 0]
        if not own or len({a["value"]["currency"] for a in own}) > 1:
            return None
        date = when(own[0].get("date"))
        return sum(round(a["value"]["amount"] * 100) for a in own) / 100, own[0]["value"]["currency"], day(date).year if date else None


def contacts(party):
    c = party.get("contactPoint", {})
    return {x for x in (c.get("telephone"), c.get("email"), party.get("address", {}).get("streetAddress")) if x}


def steps(deal, group, difference):
    names = [set(deal.names(b)) for b in group]
    prices = sorted(b["value"]["amount"] for b in group)
    if any(a & b for a, b in itertools.combinations(names, 2)) or len(set(prices)) < len(prices) or len(prices) < 4:
        return None
    own = [b - a if difference else b / a for a, b in zip(prices, prices[1:])]
    mean = sum(own) / len(own)
    return mean if all(abs(x - mean) <= .02 * (mean if difference else mean - 1) for x in own) else None


def alone(d):
    """Flags of one process: (code, value, tenderers named)."""
    t, p, out = d.t, d.p, []
    say = lambda code, value=1, names=(): out.append((code, value, set(names)))
    named = lambda code, names: names and say(code, 1, names)
    have = d.estimate
    if t and not p.get("planning", {}).get("documents") and "budget" not in p.get("planning", {}):
        say("R001")
    if have and d.limit() * .95 <= have["amount"] < d.limit():
        say("R002", have["amount"] / d.limit())
    notice = any(x.get("documentType") == "tenderNotice" for x in t.get("documents", []))
    if d.tendering and not d.start and not notice:
        say("R004")
    if d.tendering:
        lacks = sum(not t.get(k) for k in ("title", "value", "items", "awardCriteria", "eligibilityCriteria", "submissionMethod")) + (d.end is None)
        if lacks >= 3:
            say("R005", lacks)
        if not t.get("awardCriteriaDetails") and t.get("awardCriteria") in (None, "ratedCriteria", "qualityOnly", "singleBidOnly"):
            say("R021")
    fees = [f["value"]["amount"] for f in t.get("participationFees", []) if have and f["value"]["currency"] == have["currency"]]
    if fees and sum(fees) / have["amount"] >= .005:
        say("R008", sum(fees) / have["amount"])
    if d.method in ("limited", "direct") and not t.get("procurementMethodRationale"):
        say("R010")
    opening = when(t.get("bidOpening", {}).get("date"))
    if d.tendering and d.start and opening and whole(d.start, opening) < 15:
        say("R014", whole(d.start, opening))
    begin = when(t.get("awardPeriod", {}).get("startDate"))
    if begin and (opening or d.end) and whole(opening or d.end, begin) > 10:
        say("R015", whole(opening or d.end, begin))
    if p.get("complaints"):
        say("R020", len(p["complaints"]))
    unanswered = [e for e in t.get("enquiries", []) if not e.get("answer") and not e.get("dateAnswered")]
    if unanswered:
        say("R039", len(unanswered))
    for group in d.groups():
        for code, difference in (("R023", False), ("CN26", True)):
            step = steps(d, group, difference)
            if step is not None:
                say(code, step, [n for b in group for n in d.names(b)])
    bare = [b for b in d.bids if b.get("status") == "disqualified" and not b.get("documents") and not b.get("statusDetails")]
    if bare:
        say("R037", len(bare), [n for b in bare for n in d.names(b)])
    for code, key in (("R032", "beneficialOwners"), ("R033", "shareholders")):
        own = lambda b: {x["id"] for n in d.names(b) for x in d.parties.get(n, {}).get(key, [])}
        named(code, {n for a, b in d.pairs() if own(a) & own(b) for n in d.names(a) + d.names(b)})
    suppliers = [s["id"] for a in d.awards for s in a["suppliers"]]

    def odd(party):
        digits = [c for c in party.get("contactPoint", {}).get("telephone", "12345678") if c.isdigit()]
        return len(digits) < 7 or len(set(digits)) == 1 or ("address" in party and not party["address"].get("streetAddress"))
    named("R042", {s for s in suppliers if s in d.parties and odd(d.parties[s])})
    official = d.parties.get(d.buyer)
    tenderers = d.bidders()
    if official:
        named("R043", {n for n in tenderers if n != d.buyer and n in d.parties and contacts(d.parties[n]) & contacts(official)})
    named("R044", {x for a, b in d.pairs() for m in d.names(a) for n in d.names(b) if m in d.parties and n in d.parties
                   and contacts(d.parties[m]) & contacts(d.parties[n]) for x in (m, n)})
    named("R045", {n for n in tenderers if n in d.parties and not d.parties[n].get("identifier") and not d.parties[n].get("additionalIdentifiers")})
    named("R046", {n for n in tenderers + suppliers if n in ("A", "H")})
    if d.parties:
        named("R047", {s for s in suppliers if not {"identifier", "address", "contactPoint"} & d.parties.get(s, {}).keys()})
    named("R070", {n for n, x in d.parties.items() if "subcontractor" in x.get("roles", []) and n not in d.winners()
                   and ("tenderer" in x["roles"] or any(n in d.names(b) for b in d.bids))})
    if have and d.awards and all(a.get("value", {}).get("currency") == have["currency"] for a in d.awards):
        share = sum(round(a["value"]["amount"] * 100) for a in d.awards) / 100 / have["amount"]
        if share >= .995:
            say("R031", share)
    total = d.sum()
    if d.method == "direct" and total and .9 * d.limit() <= total[0] < d.limit():
        say("R049", total[0] / d.limit())
    rises, differences, signed_after, late = [], [], [], []
    for c in d.contracts:
        a, signed = d.award(c), when(c.get("dateSigned"))
        if a and signed and a.get("date"):
            signed_after.append(whole(when(a["date"]), signed))
            late.append(civil(when(a["date"]), signed))
        if a and "value" in a and "value" in c and a["value"]["currency"] == c["value"]["currency"]:
            x, y = a["value"]["amount"], c["value"]["amount"]
            (rises if c.get("amendments") else differences).append(y / x if c.get("amendments") else abs(y - x) / x)
    if rises and d.method == "direct" and max(rises) > 1:
        say("R054", max(rises))
    if rises and max(rises) > 1.1:
        say("R069", max(rises))
    if differences and max(differences) > .01:
        say("R059", max(differences))
    if signed_after and max(signed_after) > 60:
        say("R060", max(signed_after))
    if late and max(late) > 30:
        say("CN07", max(late))
    named("R056", {s for s in suppliers if (own := [b for b in d.bids if s in d.names(b)]) and all(b.get("status") in ("disqualified", "withdrawn") for b in own)})
    dates = [when(a["date"]) for a in d.awards if a.get("date")]
    if dates and d.end:
        wait = whole(d.end, min(dates))
        if d.tendering and wait < 1:
            say("R061", wait)
        if wait > 60:
            say("R062", wait)
    parts = [(a["subcontracting"]["maximumPercentage"], a) for a in d.awards if a.get("subcontracting", {}).get("maximumPercentage", 0) >= .5]
    if parts:
        say("R071", max(x for x, _ in parts), [s["id"] for _, a in parts for s in a["suppliers"]])
    hidden = [c for c in d.contracts if c.get("status") in ("active", "terminated") and not any(x.get("documentType") == "contractSigned" for x in c.get("documents", []))]
    if hidden:
        say("R063", len(hidden))
    changes = max((len(c.get("amendments", [])) for c in d.contracts), default=0)
    if changes >= 3:
        say("R064", changes)
    cut = added = 0
    for c in d.contracts:
        a = d.award(c)
        if c.get("amendments") and a and a.get("items") and c.get("items"):
            x, y = [i["id"] for i in a["items"]], [i["id"] for i in c["items"]]
            cut += sum(i not in y for i in x)
            added += sum(i not in x for i in y)
    if cut:
        say("R065", cut)
    if added:
        say("R066", added)
    stones = [m for c in d.contracts for m in c.get("implementation", {}).get("milestones", [])]
    failed = [m for m in stones if m.get("status") == "notMet" or (m.get("dueDate") and m.get("dateMet") and when(m["dateMet"]) > when(m["dueDate"]))]
    if failed:
        say("R067", len(failed))
    paid = [sum(round(x["value"]["amount"] * 100) for x in c.get("implementation", {}).get("transactions", []) if x["value"]["currency"] == c["value"]["currency"])
            / round(c["value"]["amount"] * 100) for c in d.contracts if "value" in c]
    if paid and max(paid) > 1:
        say("R068", max(paid))
    statute(d, say, named)
    return out


def statute(d, say, named):
    t, p = d.t, d.p
    span = lambda period: civil(when(period["startDate"]), when(period["endDate"])) if "startDate" in period and "endDate" in period else None
    sale, notice = span(t.get("documentsPeriod", {})), t.get("candidateNotice", {})
    if d.tendering:
        if sale is not None and sale < 5:
            say("CN01", sale)
        if d.start and d.end and civil(d.start, d.end) < 20:
            say("CN02", civil(d.start, d.end))
        late = [civil(when(x["date"]), d.end) for x in t.get("amendments", []) if d.end]
        late += [civil(when(x["datePublished"]), d.end) for x in t.get("documents", []) if d.end and x.get("documentType") == "clarifications"]
        if late and 0 <= min(late) < 15:
            say("CN03", min(late))
        if span(notice) is not None and span(notice) < 3:
            say("CN05", span(notice))
        if "reportDate" in notice and "startDate" in notice and civil(when(notice["reportDate"]), when(notice["startDate"])) > 3:
            say("CN06", civil(when(notice["reportDate"]), when(notice["startDate"])))
        if d.awards:
            apart = []
            for b in d.submitted:
                if b["tenderers"] and not any(set(d.names(b)) & known for known in apart):
                    apart.append(set(d.names(b)))
            number = len(apart) if d.bids else t.get("numberOfTenderers")
            if number is not None and number < 3:
                say("CN11", number)
        people = t.get("evaluators", [])
        if people and (len(people) < 5 or len(people) % 2 == 0 or 3 * sum(e["isExpert"] for e in people) < 2 * len(people)):
            say("CN12", len(people))
        after = [b for b in d.bids if b.get("status") == "valid" and d.end and b.get("date") and when(b["date"]) > d.end]
        if after:
            say("CN13", len(after), [n for b in after for n in d.names(b)])
    answers = [civil(when(o["date"]), when(o["dateAnswered"])) for o in p.get("objections", []) if "dateAnswered" in o]
    if answers and max(answers) > 3:
        say("CN04", max(answers))
    have = d.estimate
    deposits = [b["deposit"]["value"]["amount"] for b in d.bids if have and b.get("deposit", {}).get("value", {}).get("currency") == have["currency"]]
    if deposits and max(deposits) > .02 * have["amount"]:
        say("CN08", max(deposits) / have["amount"])
    signed = [when(c["dateSigned"]) for c in d.contracts if c.get("dateSigned")]
    back = [civil(max(signed), when(b["deposit"]["dateReturned"])) for b in d.bids if signed and b.get("deposit", {}).get("dateReturned")]
    if back and max(back) > 5:
        say("CN09", max(back))
    bonds = [c["performanceBond"]["amount"] / c["value"]["amount"] for c in d.contracts
             if "performanceBond" in c and "value" in c and c["performanceBond"]["currency"] == c["value"]["currency"]]
    if bonds and max(bonds) > .1:
        say("CN10", max(bonds))
    roles = defaultdict(set)
    for duty in p.get("duties", []):
        if duty["role"] in ("need", "conduct", "approval", "acceptance"):
            roles[duty["person"]].add(duty["role"])
    if any(len(x) > 1 for x in roles.values()):
        say("CN14", sum(len(x) > 1 for x in roles.values()))
    f = lambda b, k: b.get("fingerprint", {}).get(k)
    same = lambda a, b, k: f(a, k) is not None and f(a, k) == f(b, k)
    maker = lambda a, b: any(same(a, b, k) for k in ("makerCode", "fileCode", "dongle")) or all(same(a, b, k) for k in ("mac", "cpu", "disk"))
    serial = lambda a, b: same(a, b, "mac") or same(a, b, "disk")
    tests = {"CN21": maker, "CN22": lambda a, b: not maker(a, b) and serial(a, b),
             "CN23": lambda a, b: (same(a, b, "ip") or same(a, b, "cpu")) and not maker(a, b) and not serial(a, b),
             "CN24": lambda a, b: "agent" in a and a["agent"] == b.get("agent"),
             "CN25": lambda a, b: {x["id"] for x in a.get("projectTeam", [])} & {x["id"] for x in b.get("projectTeam", [])},
             "CN27": lambda a, b: any(x.get("author") in d.names(z) and x.get("author") not in d.names(y) for y, z in ((a, b), (b, a)) for x in y.get("documents", [])),
             "CN28": lambda a, b: a.get("deposit", {}).get("account") is not None and a["deposit"]["account"] == b.get("deposit", {}).get("account")}
    for code, test in tests.items():
        named(code, {n for a, b in d.pairs() if test(a, b) for n in d.names(a) + d.names(b)})
    minutes = defaultdict(list)
    for b in d.submitted:
        if b["tenderers"] and b.get("date"):
            own = minutes[int(when(b["date"]).timestamp()) // 60]
            if all(not set(d.names(b)) & set(d.names(x)) for x in own):
                own.append(b)
    crowds = [x for x in minutes.values() if len(x) >= 3]
    if crowds:
        say("CN29", max(map(len, crowds)), [n for x in crowds for b in x for n in d.names(b)])
    ceiling = t.get("maximumValue", have)
    for group in d.groups():
        prices = [b["value"]["amount"] for b in group]
        if ceiling and len(group) >= 3 and group[0]["value"]["currency"] == ceiling["currency"] and .98 * ceiling["amount"] <= min(prices) and max(prices) <= ceiling["amount"]:
            say("CN30", min(prices) / ceiling["amount"], [n for b in group for n in d.names(b)])


def together(deals):
    """Flags across processes: (group, id, code, value)."""
    out = []
    say = lambda group, who, code, value: out.append((group, who, code, value))
    # Shares of processes, with an upper fence.
    shares = {"R013": defaultdict(list), "R026": defaultdict(list), "R072": defaultdict(list)}
    samples = {code: defaultdict(list) for code in ("R016", "R017", "R019", "R022")}
    years = {"R011": defaultdict(list), "R055": defaultdict(list)}
    markets, kinds = defaultdict(list), defaultdict(list)
    bids, pairs, wins, contested = defaultdict(int), defaultdict(list), defaultdict(int), 0
    meetings, seats, seated = defaultdict(list), defaultdict(list), []
    for d in deals:
        ocid = d.p["ocid"]
        if d.buyer and d.method:
            shares["R013"][d.buyer].append(d.method in ("limited", "direct"))
            shares["R026"][d.buyer].append(any(len(b["tenderers"]) > 1 for b in d.submitted))
        for a in d.awards:
            for s in a["suppliers"]:
                shares["R072"][s["id"]].append(a.get("hasSubcontracting") is True)
        if d.estimate and d.category(4):
            samples["R016"][(d.category(4), d.estimate["currency"])].append((ocid, d.estimate["amount"]))
        for a in d.awards:
            for i in a.get("items", []):
                if "unit" in i and "classification" in i:
                    u = i["unit"]
                    samples["R017"][(i["classification"]["id"], u.get("name"), u["value"]["currency"])].append((ocid, u["value"]["amount"]))
        if d.tendering and d.bidders() and d.category(4):
            samples["R019"][d.category(4)].append((ocid, len(d.bidders())))
        spread = [max(x) / min(x) for x in ([b["value"]["amount"] for b in g] for g in d.groups()) if len(x) > 1]
        if spread:
            samples["R022"][None].append((ocid, max(spread)))
        total, suppliers = d.sum(), [s["id"] for a in d.awards for s in a["suppliers"]]
        if total and total[2] and total[0] < d.limit() and d.buyer:
            main = d.t.get("mainProcurementCategory")
            if d.method and d.method != "open" and d.category(4):
                years["R011"][(d.buyer, d.category(4), main, total[1], total[2])].append((ocid, total[0], d.limit()))
            if d.method == "direct" and len(set(suppliers)) == 1:
                years["R055"][(d.buyer, suppliers[0], main, total[1], total[2])].append((ocid, total[0], d.limit()))
        for a in d.awards:
            if a.get("value", {}).get("amount", 0) > 0:
                for s in a["suppliers"]:
                    row = (ocid, s["id"], round(a["value"]["amount"] * 100) // len(a["suppliers"]), when(a.get("date")))
                    if d.buyer:
                        markets[(d.buyer, a["value"]["currency"])].append(row)
                    if d.category(4):
                        kinds[(d.category(4), a["value"]["currency"])].append(row)
        names = d.bidders()
        if len(names) > 1:
            contested += 1
            for n in names:
                bids[n] += 1
            for a, b in itertools.combinations(sorted(names), 2):
                pairs[(a, b)].append(ocid)
                wins[(a, b, a)] += a in d.winners()
                wins[(a, b, b)] += b in d.winners()
            own = [b for b in d.submitted if b["tenderers"]]
            order = None
            if len(names) > 2 and len(own) == len(names) and all(len(b["tenderers"]) == 1 and b.get("date") for b in own):
                if len({int(when(b["date"]).timestamp()) for b in own}) == len(own):
                    order = tuple(d.names(b)[0] for b in sorted(own, key=lambda b: when(b["date"])))
            winner = [n for n in names if n in d.winners()]
            dates = [when(a["date"]) for a in d.awards if a.get("date")]
            minute = int(min(dates).timestamp()) // 60 if dates else 0
            meetings[frozenset(names)].append((minute, ocid.encode(), winner[0] if len(winner) == 1 else None, order))
        people = list(dict.fromkeys(e["id"] for e in d.t.get("evaluators", [])))
        if people and len(set(suppliers)) == 1:
            seated.append(suppliers[0])
            for e in people:
                seats[e].append((ocid, suppliers[0]))
    for code, least in (("R013", 10), ("R026", 10), ("R072", 5)):
        rates = {who: sum(x) / len(x) for who, x in shares[code].items() if len(x) >= least}
        q1, q3 = quartiles(rates.values()) if rates else (0, 0)
        fence = q3 + 1.5 * (q3 - q1)
        for who, rate in rates.items():
            if fence > 0 and rate >= fence:
                say("Tenderer" if code == "R072" else "Buyer", who, code, rate)
    for code in samples:
        for rows in samples[code].values():
            if len(rows) < 20:
                continue
            values = [v for _, v in rows]
            (q1, q3), middle = quartiles(values), quantile(values, Fraction(1, 2))
            low, high = q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)
            if code in ("R016", "R017"):
                s = (q3 / q1) ** 1.5
                low, high = q1 / s, q3 * s
            for ocid, v in rows:
                off = {"R016": v < low or v > high, "R017": v > high, "R019": low > 0 and v <= low, "R022": v >= high}[code]
                if off:
                    say("OCID", ocid, code, v / middle if code in ("R016", "R017") else v)
    for code in years:
        for rows in years[code].values():
            ratio = sum(v for _, v, _ in rows) / rows[0][2]
            if len(rows) > 1 and ratio >= 1:
                for ocid, _, _ in rows:
                    say("OCID", ocid, code, ratio)
    for where, code in ((markets, "R040"), (kinds, "R050")):
        for rows in where.values():
            sums = defaultdict(int)
            for _, s, v, _ in rows:
                sums[s] += v
            for s, v in sums.items():
                if len(rows) >= 20 and v / sum(sums.values()) >= .5:
                    say("Tenderer", s, code, v / sum(sums.values()))
    for (buyer, _), rows in markets.items():
        sums, events = defaultdict(int), defaultdict(list)
        for ocid, s, v, date in rows:
            sums[s] += v
            events[s].append((int(date.timestamp()) // 60 if date else 0, v, ocid))
        whole_ = sum(sums.values())
        index = sum(v * v for v in sums.values()) / whole_ ** 2
        if len(rows) >= 20 and index >= .25:
            say("Buyer", buyer, "R051", index)
        digits = [0] * 10
        for _, _, v, _ in rows:
            digits[int(str(v)[0])] += 1
        n = sum(digits[1:])
        chi = sum((digits[k] - n * math.log10(1 + 1 / k)) ** 2 / (n * math.log10(1 + 1 / k)) for k in range(1, 10))
        if n >= 100 and chi >= 20.09:
            say("Buyer", buyer, "R029", chi)
        for s, own in events.items():
            first = min(own)
            for minute, v, ocid in own:
                if first[0] > 0 and minute > first[0] and v >= 20 * first[1]:
                    say("OCID", ocid, "R052", v / first[1])
                    say("Tenderer", s, "R052", v / first[1])
    for (a, b), ocids in pairs.items():
        n = len(ocids)
        lift = n * contested / (bids[a] * bids[b])
        for code, holds in (("R053", n >= 6 and lift >= 2 and max(wins[(a, b, a)], wins[(a, b, b)]) >= .8 * n),
                            ("CN31", n >= 6 and lift >= 3 and n >= .5 * min(bids[a], bids[b]))):
            if holds:
                for group, who in [("OCID", o) for o in ocids] + [("Tenderer", a), ("Tenderer", b)]:
                    say(group, who, code, lift)
    for names, rows in meetings.items():
        rows.sort(key=lambda x: x[:2])
        k = len(names)
        for order in {x[3] for x in rows} - {None}:
            own = [x for x in rows if x[3] == order]
            if len(own) >= 5 and len(own) >= .8 * len(rows):
                for group, who in [("OCID", x[1].decode()) for x in own] + [("Tenderer", n) for n in names]:
                    say(group, who, "R034", len(own) / len(rows))
        if k > 2 and len(rows) >= max(8, 2 * k):
            runs = [[x[2] for x in rows[i:i + k]] for i in range(len(rows) - k + 1)]
            share = sum(None not in x and len(set(x)) == k for x in runs) / len(runs)
            if share >= .6:
                for group, who in [("OCID", x[1].decode()) for x in rows] + [("Tenderer", n) for n in names]:
                    say(group, who, "R057", share)
    for e, rows in seats.items():
        for ocid, winner in rows:
            n = sum(w == winner for _, w in rows)
            lift = n * len(seated) / (len(rows) * seated.count(winner))
            if n >= 5 and lift >= 3 and n >= .5 * len(rows):
                say("OCID", ocid, "CN32", lift)
                say("Tenderer", winner, "CN32", lift)
    return out


def restate(processes):
    found = {"OCID": defaultdict(dict), "Buyer": defaultdict(dict), "Tenderer": defaultdict(dict)}

    def put(group, who, code, value):
        found[group][who][code] = max(found[group][who].get(code, -math.inf), value)
    deals, counts = [Deal(p) for p in processes], defaultdict(int)
    for d in deals:
        names = set()
        for code, value, who in alone(d):
            put("OCID", d.p["ocid"], code, value)
            names |= {(code, n) for n in who}
        for code, n in names:
            counts[(code, n)] += 1
    for (code, n), times in counts.items():
        put("Tenderer", n, code, times)
    for group, who, code, value in together(deals):
        put(group, who, code, value)
    return {group: dict(values) for group, values in found.items() if values}


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.names = list("ABCDEFGHIJKLMNO")
        # Tenderers that only meet one another, and how often they have.
        self.rings = [["R", "S", "T"], ["U", "V"], ["W", "Q", "P"]]
        self.turns = [0, 0, 0]

    def maybe(self, chance, value):
        return value() if self.r.random() < chance else None

    def date(self, base, low, high):
        t = base + datetime.timedelta(days=self.r.randint(low, high), hours=self.r.randint(0, 23), minutes=self.r.choice([0, 0, 17, 59]))
        if self.r.random() < .5:
            return t.isoformat().replace("+00:00", "Z")
        return t.astimezone(CHINA).isoformat()

    def money(self, low, high):
        return {"amount": round(math.exp(self.r.uniform(math.log(low), math.log(high))), self.r.choice([0, 2])), "currency": "CNY" if self.r.random() < .93 else "USD"}

    def clean(self, value):
        return {k: v for k, v in value.items() if v is not None}

    def ids(self, prefix, n, most=2):
        return [{"id": f"{prefix}{self.r.randint(1, n)}"} for _ in range(self.r.randint(0, most))]

    def party(self, name):
        r = self.r
        return self.clean({"id": name, "identifier": self.maybe(.9, lambda: {"id": "91" + name}),
                           "address": self.maybe(.6, lambda: self.clean({"streetAddress": self.maybe(.9, lambda: f"street {r.randint(1, 40)}")})),
                           "contactPoint": self.maybe(.6, lambda: {"telephone": r.choice([f"0755-8300{r.randint(1000, 1040)}", "12345", "1111111"] + [f"138001380{k}" for k in range(10, 40)])}),
                           "roles": r.sample(["tenderer", "supplier", "subcontractor"], r.choice([1, 1, 1, 2])),
                           "beneficialOwners": self.ids("o", 40), "shareholders": self.ids("h", 40)})

    def bid(self, end, estimate, joins):
        r = self.r
        names = r.sample(self.names, r.choice([1, 2] if joins else [1] * 40 + [2, 0]))
        doc = lambda: [self.clean({"id": "1", "author": r.choice(names + [r.choice(self.names)] if r.random() < .1 else names or [None])})]
        return self.clean({"status": r.choice(["valid"] * 8 + ["disqualified", "withdrawn", "pending", "invited"]), "tenderers": [{"id": n} for n in names],
                           "date": self.maybe(.9, lambda: self.date(end, -3, 0)), "statusDetails": self.maybe(.3, lambda: "x"),
                           "value": self.maybe(.9, lambda: {"amount": round(estimate * r.uniform(.7, 1), 2), "currency": "CNY" if r.random() < .95 else "USD"}),
                           "documents": self.maybe(.5, doc), "fingerprint": self.maybe(.4, lambda: {k: f"{k}{r.randint(1, 25)}" for k in ("dongle", "makerCode", "mac", "cpu", "disk", "ip") if r.random() < .4}),
                           "agent": self.maybe(.2, lambda: {"id": f"g{r.randint(1, 20)}"}), "projectTeam": self.maybe(.2, lambda: self.ids("t", 40)),
                           "deposit": self.maybe(.3, lambda: self.clean({"account": f"n{r.randint(1, 40)}", "value": {"amount": round(estimate * r.uniform(.005, .024)), "currency": "CNY"},
                                                                         "dateReturned": self.maybe(.5, lambda: self.date(end, 30, 60))})),
                           "relatedLots": self.maybe(.1, lambda: [str(r.randint(1, 2))])})

    def process(self, number):
        r = self.r
        start = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(days=r.randint(0, 500))
        end = start + datetime.timedelta(days=r.randint(2, 40))
        value = self.money(6e5, 3e6) if r.random() < .94 else self.money(1e3, 9e8)
        buyer = r.choice(["X1", "X2", "X3", "X3", "X4", "X5", "X6", "X7", "X7", "X7"])
        bids = [self.bid(end, value["amount"], buyer == "X5") for _ in range(r.choice([0, 4, 5, 5, 5, 6, 6] if r.random() < .95 else [1, 2]))]
        k = r.random()
        if .2 < k < .23:
            for b in bids:
                b["date"] = end.replace(minute=5, second=r.randint(0, 59)).isoformat()
        elif .23 < k < .25 and bids:
            bids[0]["value"] = {"amount": value["amount"] * 9, "currency": "CNY"}
        if k < .06:
            bids = [b for b in bids if b["tenderers"]][:5]
            for n, b in enumerate(bids):
                b["value"] = {"amount": round(value["amount"] * (.8 + .02 * n) if k < .03 else value["amount"] * .8 * 1.02 ** n, 2), "currency": "CNY"}
        elif k < .09:
            for b in bids:
                b["value"] = {"amount": round(value["amount"] * r.uniform(.981, 1), 2), "currency": value["currency"]}
        elif k < .2:
            ring = self.rings[number % 3]
            bids = [{"status": "valid", "tenderers": [{"id": n}], "date": (end - datetime.timedelta(hours=9 - i)).isoformat(), "value": {"amount": 100 + i, "currency": "CNY"}} for i, n in enumerate(ring)]
        names = [t["id"] for b in bids for t in b["tenderers"]] or self.names
        winner = [r.choice(names)] if r.random() < .93 else r.sample(self.names, 2)
        if .09 <= k < .2:
            # The first and last take turns, with a slip now and then; in the second one always wins.
            winner = [ring[0] if number % 3 == 1 else ring[(self.turns[number % 3] + (r.random() < .05)) % 3]]
            self.turns[number % 3] += 1
        elif buyer == "X4" and r.random() < .5 or buyer == "X7" and r.random() < .8:
            winner = ["B" if buyer == "X4" else "C"]
        items = lambda: [self.clean({"id": str(r.randint(1, 4)), "classification": self.maybe(.9, lambda: {"id": "4400" if winner == ["D"] else f"{r.randint(41, 44)}00" if r.random() < .05 else f"{r.randint(41, 43)}00"}),
                                     "unit": self.maybe(.5, lambda: {"name": r.choice(["kg", "m"]), "value": self.money(90, 110 if r.random() < .97 else 900)})}) for _ in range(r.randint(0, 2))]
        if buyer == "X7" and value["currency"] == "CNY":
            value["amount"] = r.randint(500_000, 599_999)
        awarded = self.date(end, 0, 70 if r.random() < .1 else 25)
        if .09 <= k < .2:
            awarded = (datetime.datetime(2025, 8, 1, tzinfo=CHINA) + datetime.timedelta(hours=number)).isoformat()
        awards = [self.clean({"id": "1", "status": "active" if .09 <= k < .2 else r.choice(["active"] * 9 + ["cancelled"]), "date": self.maybe(1 if .09 <= k < .2 else .97, lambda: awarded),
                              "suppliers": [{"id": n} for n in winner], "value": self.maybe(.95, lambda: {"amount": round(value["amount"] * r.choice([1, .9, .85, .02]), 2), "currency": value["currency"]}),
                              "items": items(), "hasSubcontracting": r.random() < (.7 if winner[0] == "C" else .1),
                              "subcontracting": self.maybe(.05, lambda: {"maximumPercentage": r.choice([.3, .5, .7])})})] if r.random() < (1 if .09 <= k < .2 else .9) else []
        contracts = [self.clean({"id": "1", "awardID": "1", "status": r.choice(["active", "pending"]), "dateSigned": self.maybe(.9, lambda: self.date(end, 20, 110 if r.random() < .1 else 45)),
                                 "value": self.maybe(.9, lambda: {"amount": round(value["amount"] * r.choice([1, 1, 1.005, 1.15, 1.3]), 2), "currency": value["currency"]}),
                                 "amendments": [{"id": str(k)} for k in range(r.choice([0, 0, 0, 1, 2, 3, 4]))], "items": items(),
                                 "documents": self.maybe(.5, lambda: [{"documentType": "contractSigned"}]), "performanceBond": self.maybe(.2, lambda: {"amount": round(value["amount"] * r.uniform(.05, .12)), "currency": value["currency"]}),
                                 "implementation": self.maybe(.4, lambda: {"milestones": [self.clean({"status": r.choice(["met", "notMet"]), "dueDate": self.date(end, 60, 62), "dateMet": self.maybe(.7, lambda: self.date(end, 60, 62))}) for _ in range(r.randint(0, 2))],
                                                                           "transactions": [{"value": {"amount": round(value["amount"] * r.uniform(.3, .6), 2), "currency": "CNY"}} for _ in range(r.randint(0, 2))]})})] if awards and r.random() < .8 else []
        period = lambda low, high: {"startDate": self.date(end, 1, 2), "endDate": self.date(end, low, high)}
        methods = ["limited", "direct", "direct"] if buyer == "X4" else ["open"] * 6 + ["selective", "limited", "direct"]
        tender = self.clean({"title": self.maybe(.8, lambda: "x"), "procurementMethod": self.maybe(.95, lambda: r.choice(methods)), "procurementMethodRationale": self.maybe(.3, lambda: "x"),
                             "mainProcurementCategory": self.maybe(.9, lambda: r.choice(["goods", "services", "works"])), "value": self.maybe(.9, lambda: value), "items": items(),
                             "awardCriteria": self.maybe(.8, lambda: r.choice(["priceOnly", "ratedCriteria"])), "awardCriteriaDetails": self.maybe(.5, lambda: "x"),
                             "eligibilityCriteria": self.maybe(.6, lambda: "x"), "submissionMethod": self.maybe(.6, lambda: ["written"]),
                             "tenderPeriod": self.clean({"startDate": self.maybe(.9, lambda: start.isoformat()), "endDate": self.maybe(.9, lambda: end.isoformat())}),
                             "documents": [self.clean({"documentType": r.choice(["tenderNotice", "clarifications"]), "datePublished": self.date(end, -20, 1)}) for _ in range(r.randint(0, 1))],
                             "amendments": [{"date": self.date(end, -30, 1)} for _ in range(r.choice([0, 0, 1]))], "numberOfTenderers": len(bids),
                             "participationFees": [{"value": self.money(50, 9000)} for _ in range(r.choice([0, 0, 1, 2]))], "bidOpening": self.maybe(.5, lambda: {"date": self.date(end, 0, 1)}),
                             "awardPeriod": self.maybe(.5, lambda: {"startDate": self.date(end, 2, 14)}), "enquiries": [self.clean({"answer": self.maybe(.6, lambda: "x")}) for _ in range(r.randint(0, 2))],
                             "documentsPeriod": self.maybe(.4, lambda: period(4, 9)), "candidateNotice": self.maybe(.4, lambda: {**period(3, 7), "reportDate": self.date(end, -4, 0)}),
                             "evaluators": [{"id": r.choice(["e1", "e1", "e2"]) if winner == ["A"] and r.random() < .5 else f"v{r.randint(1, 60)}", "isExpert": r.random() < .8} for _ in range(r.choice([0, 3, 5, 5, 5, 6, 7]))],
                             "maximumValue": self.maybe(.1, lambda: {"amount": round(value["amount"] * .99, 2), "currency": value["currency"]})})
        return self.clean({"ocid": f"o{number}", "buyer": self.maybe(.97, lambda: {"id": buyer}), "planning": self.maybe(.5, lambda: {"budget": {"id": "1"}}),
                           "parties": [self.party(n) for n in dict.fromkeys(names + winner + (["X3"] if buyer == "X3" else []))] if r.random() < .7 else [],
                           "complaints": self.ids("c", 9, 1), "objections": [self.clean({"date": self.date(end, -9, -7), "dateAnswered": self.maybe(.7, lambda: self.date(end, -6, -3))}) for _ in range(r.choice([0, 0, 1, 2]))],
                           "duties": [{"role": role, "person": f"q{r.randint(1, 25)}"} for role in ("need", "conduct", "approval", "reader") if r.random() < .5],
                           "tender": tender, "bids": {"details": bids}, "awards": awards, "contracts": contracts})


def differences(found, expected):
    keys = lambda x: {(g, who, code): v for g, ids in x.items() for who, values in ids.items() for code, v in values.items()}
    a, b = keys(found), keys(expected)
    return [(k, a.get(k), b.get(k)) for k in sorted(a.keys() | b.keys()) if k not in a or k not in b or abs(a[k] - b[k]) > 1e-9 * max(1, abs(b[k]))]


seen = set()
with tempfile.TemporaryDirectory() as folder:
    settings, path = os.path.join(folder, "s.ini"), os.path.join(folder, "p.jsonl")
    # Every code of the fixtures but that of texts alike, which is an estimate: collusion.py counts it.
    fixtures = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Fixtures", "red-flags.jsonl")
    codes = sorted({json.loads(line)["code"] for line in open(fixtures)} - {"R041"})
    open(settings, "w").write("".join(f"[{c}]\n" + ("organisations = A|H\n" if c == "R046" else "") for c in codes))
    for seed in range(1, 5):
        maker = Maker(seed)
        processes = [maker.process(n) for n in range(count)]
        lines = [json.dumps(p, ensure_ascii=False) + "\n" for p in processes]
        open(path, "w").writelines(lines)

        def run(*more):
            ran = subprocess.run([tequ, "flags", path, "--settings", settings, "--no-meta", *more], capture_output=True)
            check(f"catalogue: seed {seed} {' '.join(more)} ends well", ran.returncode == 0, ran.stderr.decode()[-300:].strip())
            return ran.stdout or b"{}"

        output = run("--threads", "1")
        expected = restate(processes)
        wrong = differences(json.loads(output), expected)
        seen |= {code for ids in expected.values() for values in ids.values() for code in values}
        check(f"catalogue: seed {seed} as restated", not wrong, f"{sum(len(v) for ids in expected.values() for v in ids.values())} values, {len(wrong)} differ {wrong[:6]}")
        for more in (["--threads", "2"], ["--threads", "8"], ["--incremental"]):
            check(f"catalogue: seed {seed} {more[-1]} gives the same bytes", run(*more) == output)
        random.Random(seed).shuffle(lines)
        open(path, "w").writelines(lines)
        check(f"catalogue: seed {seed} in another order gives the same bytes", run("--threads", "2") == output)
    missing = sorted(set(codes) - seen)
    check("catalogue: flags that came up", len(missing) <= 3, f"{len(seen)} of {len(codes)}, not {' '.join(missing)}")
check.finish()
