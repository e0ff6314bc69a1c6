"""Collusion planted in generated procurement, and how much of it `tequ flags` finds.

Each city is drawn with settings of its own, from a seed that nobody knew before this run, so that no threshold can
have been fitted to it: sizes of rings, steps between prices, shares of a text that are rewritten, how often honest
bidders meet. The cities after these, as many, are drawn with settings held out: ranges that do not overlap those with which
the flags were built (HELD_OUT below). What is planted is known here alone; precision and recall are counted over the processes, pattern by
pattern. Nothing here comes from the program's own sources: patterns follow article 40 of the regulation on tendering
(招标投标法实施条例), the periods and bodies of the law on tendering (招标投标法), and the definitions in the reference.

usage: collusion.py TEQU [CITIES [PROCESSES [SEED]]]
"""
import datetime, json, os, random, subprocess, sys, tempfile

from outside import Checks, argument

tequ, cities, count = argument(1), int(argument(2, "4")), int(argument(3, "2500"))
first = int(argument(4, "0")) or int.from_bytes(os.urandom(4), "big")
check = Checks()
ZONE = datetime.timezone(datetime.timedelta(hours=8))
LETTERS = [chr(0x4E00 + n) for n in range(3000)]

# What is planted, and the flags that should tell of it.
PATTERNS = {
    "prices at equal steps": {"CN26", "R023"}, "one maker": {"CN21"}, "one serial": {"CN22"}, "one address": {"CN23"},
    "one agent": {"CN24"}, "one team": {"CN25"}, "mixed files": {"CN27"}, "one account": {"CN28"}, "copied text": {"R041"},
    "same minute": {"CN29"}, "under the ceiling": {"CN30"}, "cover bidding": {"R053"}, "closed company": {"CN31"},
    "rotation": {"R057"}, "splitting": {"R011"}, "evaluator": {"CN32"}, "duties": {"CN14"}, "short period": {"CN02"},
    "late contract": {"CN07"}, "committee": {"CN12"}, "two bidders": {"CN11"}, "same contact": {"R044"},
}


# Ranges of the settings of a city: those that were at hand while the flags were built, and those held out, which lie
# wholly outside. Counts are whole numbers, the rest shares.
BUILT = {"suppliers": (150, 400), "experts": (120, 300), "buyers": (20, 60), "rate": (.012, .03), "common": (.1, .35),
         "noise": (0, .008), "bidders": (3, 7), "estimate": (2e6, 9e7), "words": (250, 500), "step": (.004, .03),
         "meetings": (9, 16), "seats": (7, 12), "parts": (2, 6), "late": (31, 90), "short": (5, 19), "period": (21, 40)}
HELD_OUT = {"suppliers": (420, 900), "experts": (320, 600), "buyers": (64, 140), "rate": (.031, .045), "common": (.02, .09),
            "noise": (.0081, .0095), "bidders": (8, 10), "estimate": (9.1e7, 6e8), "words": (520, 900), "step": (.031, .045),
            "meetings": (17, 26), "seats": (13, 20), "parts": (7, 9), "late": (91, 200), "short": (1, 4), "period": (41, 70)}
assert all(HELD_OUT[k][0] > BUILT[k][1] or HELD_OUT[k][1] < BUILT[k][0] for k in BUILT), "held-out ranges overlap"


class City:
    def __init__(self, seed, ranges):
        self.r = r = random.Random(seed)
        self.ranges = ranges
        self.suppliers = [f"S{n}" for n in range(self.whole("suppliers"))]
        self.experts = [f"E{n}" for n in range(self.whole("experts"))]
        self.buyers = [f"B{n}" for n in range(self.whole("buyers"))]
        self.rate = r.uniform(*ranges["rate"])
        self.truth = {name: set() for name in PATTERNS}
        self.processes = []
        # What honest bidders have in common: paragraphs of their trade, an office building, a few long-standing rivals.
        self.trade = self.text(400)
        self.common = r.uniform(*ranges["common"])
        self.noise = r.uniform(*ranges["noise"])
        for _ in range(count):
            self.honest()
        self.decoys()
        for name in ("equal", "maker", "serial", "address", "agent", "team", "mixed", "account", "text", "minute",
                     "ceiling", "duties", "period", "contract", "committee", "two", "contact"):
            free = [p for p in self.processes if not p["touched"]]
            for p in r.sample(free, max(12, int(self.rate * count))):
                p["touched"] = True
                getattr(self, "plant_" + name)(p)
        for n in range(r.randint(3, 6)):
            self.ring(n, rotates=False)
        for n in range(r.randint(3, 6)):
            self.ring(n, rotates=True)
        for n in range(r.randint(4, 8)):
            self.split(n)
        for n in range(r.randint(3, 6)):
            self.evaluator(n)
        r.shuffle(self.processes)

    def whole(self, name):
        return self.r.randint(*self.ranges[name])

    def text(self, n):
        return "".join(self.r.choices(LETTERS, k=n))

    def stamp(self, date):
        return date.isoformat()

    def bid(self, p, name, share):
        r = self.r
        own = {"value": {"amount": round(p["estimate"] * share, 2), "currency": "CNY"}, "status": "valid", "tenderers": [{"id": name}],
               "date": self.stamp(p["end"] - datetime.timedelta(seconds=r.randint(60, 10 * 86400))),
               "fingerprint": {"makerCode": f"M-{name}", "fileCode": f"F{r.random()}", "dongle": f"D-{name}", "mac": f"mac-{name}",
                               "cpu": f"cpu-{name}", "disk": f"disk-{name}", "ip": f"ip-{name}"},
               "agent": {"id": f"agent-{name}"}, "projectTeam": [{"id": f"{name}-{k}"} for k in range(2)],
               "deposit": {"account": f"account-{name}"}, "documents": [{"author": name, "text": p["issued"] + self.trade[:int(self.common * 400)] + self.text(self.whole("words"))}]}
        p["parties"][name] = {"id": name, "contactPoint": {"telephone": f"0755-{8_000_0000 + int(name[1:] if name[1:].isdigit() else 0)}-{name}"}}
        p["bids"].append(own)
        return own

    def honest(self, names=None, winner=None, experts=None, day=None):
        r = self.r
        number = len(self.processes)
        start = datetime.datetime(2024, 1, 1, 9, tzinfo=ZONE) + datetime.timedelta(days=day if day is not None else r.randint(0, 330))
        p = {"ocid": f"p{number}", "touched": False, "start": start, "end": start + datetime.timedelta(days=self.whole("period")),
             "estimate": r.uniform(*self.ranges["estimate"]), "issued": self.text(200), "bids": [], "parties": {}, "buyer": r.choice(self.buyers), "method": "open",
             "evaluators": [{"id": e, "isExpert": k > 0} for k, e in enumerate(experts or r.sample(self.experts, 5))],
             "duties": [{"role": role, "person": f"{role}-{number}"} for role in ("need", "conduct", "approval")], "category": f"{r.randint(10, 60)}00"}
        for name in names or r.sample(self.suppliers, self.whole("bidders")):
            self.bid(p, name, r.uniform(.72, .955))
        p["winner"] = winner or min(p["bids"], key=lambda b: b["value"]["amount"])["tenderers"][0]["id"]
        p["award"] = p["end"] + datetime.timedelta(days=r.randint(3, 20))
        p["signed"] = p["award"] + datetime.timedelta(days=r.randint(3, 28))
        self.processes.append(p)
        return p

    def mark(self, name, p):
        self.truth[name].add(p["ocid"])

    def some(self, p):
        return self.r.sample(p["bids"], self.r.randint(2, min(3, len(p["bids"]))))

    def decoys(self):
        """Honest processes that come near a pattern."""
        r = self.r
        for p in r.sample(self.processes, count // 20):
            p["touched"] = True
            low, step = p["estimate"] * .8, r.uniform(.005, .03)
            if len(p["bids"]) > 3:
                # Regular but for one price.
                for n, b in enumerate(p["bids"]):
                    b["value"]["amount"] = round(low * (1 + (n + (n == len(p["bids"]) - 1) * r.uniform(.15, 2)) * step), 2)
            # Two in one minute, a bid just under the ceiling, nearly late, nearly too short.
            p["bids"][1]["date"] = p["bids"][0]["date"]
            p["bids"][0]["value"]["amount"] = round(p["estimate"] * .999, 2) if len(p["bids"]) < 4 else p["bids"][0]["value"]["amount"]
            p["start"] = p["end"] - datetime.timedelta(days=20)
            p["signed"] = p["award"] + datetime.timedelta(days=30)
        rivals = [r.sample(self.suppliers, 2) for _ in range(5)]
        for pair in rivals:
            for _ in range(r.randint(3, 5)):
                self.honest(pair + r.sample([s for s in self.suppliers if s not in pair], r.randint(1, 4)))

    # One pattern in one process.

    def plant_equal(self, p):
        while len(p["bids"]) < 4:
            self.bid(p, self.r.choice([s for s in self.suppliers if s not in p["parties"]]), .8)
        low, step = p["estimate"] * self.r.uniform(.72, .8), self.r.uniform(*self.ranges["step"])
        for n, b in enumerate(p["bids"]):
            b["value"]["amount"] = round(low * (1 + n * step * (1 + self.r.uniform(-self.noise, self.noise) / (n + 1))), 2)
        if self.r.random() < .5:
            for n, b in enumerate(p["bids"]):
                b["value"]["amount"] = round(low * (1 + step) ** n, 2)
        self.mark("prices at equal steps", p)

    def share(self, p, pattern, *keys):
        bids = self.some(p)
        for b in bids[1:]:
            for key in keys:
                b["fingerprint"][key] = bids[0]["fingerprint"][key]
        self.mark(pattern, p)

    def plant_maker(self, p):
        self.share(p, "one maker", *self.r.choice([("dongle",), ("makerCode",), ("fileCode",), ("mac", "cpu", "disk")]))

    def plant_serial(self, p):
        self.share(p, "one serial", *self.r.choice([("mac",), ("disk",), ("mac", "disk")]))

    def plant_address(self, p):
        self.share(p, "one address", *self.r.choice([("ip",), ("cpu",), ("ip", "cpu")]))

    def copy(self, p, pattern, key):
        bids = self.some(p)
        for b in bids[1:]:
            b[key] = bids[0][key]
        self.mark(pattern, p)

    def plant_agent(self, p):
        self.copy(p, "one agent", "agent")

    def plant_account(self, p):
        self.copy(p, "one account", "deposit")

    def plant_team(self, p):
        a, b = self.r.sample(p["bids"], 2)
        b["projectTeam"][1] = a["projectTeam"][0]
        self.mark("one team", p)

    def plant_mixed(self, p):
        a, b = self.r.sample(p["bids"], 2)
        a["documents"].append({"author": b["tenderers"][0]["id"], "text": ""})
        self.mark("mixed files", p)

    def plant_text(self, p):
        a, b = self.r.sample(p["bids"], 2)
        text = a["documents"][0]["text"]
        size = int((len(text) - len(p["issued"])) * self.r.uniform(0, .15))
        at = self.r.randint(len(p["issued"]), len(text) - size)
        b["documents"][0]["text"] = text[:at] + self.text(size) + text[at + size:]
        self.mark("copied text", p)

    def plant_minute(self, p):
        minute = (p["end"] - datetime.timedelta(minutes=self.r.randint(5, 9000))).replace(second=0)
        for b in self.r.sample(p["bids"], 3):
            b["date"] = self.stamp(minute + datetime.timedelta(seconds=self.r.randint(0, 59)))
        self.mark("same minute", p)

    def plant_ceiling(self, p):
        for b in p["bids"]:
            b["value"]["amount"] = round(p["estimate"] * self.r.uniform(.982, .9995), 2)
        self.mark("under the ceiling", p)

    def plant_duties(self, p):
        self.r.choice(p["duties"][1:])["person"] = p["duties"][0]["person"]
        self.mark("duties", p)

    def plant_period(self, p):
        p["start"] = p["end"] - datetime.timedelta(days=self.whole("short"))
        self.mark("short period", p)

    def plant_contract(self, p):
        p["signed"] = p["award"] + datetime.timedelta(days=self.whole("late"))
        self.mark("late contract", p)

    def plant_committee(self, p):
        k = self.r.random()
        if k < .4:
            p["evaluators"].pop()
        elif k < .7:
            p["evaluators"] = p["evaluators"][:3]
        else:
            for e in p["evaluators"][:2]:
                e["isExpert"] = False
        self.mark("committee", p)

    def plant_two(self, p):
        p["bids"] = p["bids"][:2]
        p["winner"] = p["bids"][0]["tenderers"][0]["id"]
        self.mark("two bidders", p)

    def plant_contact(self, p):
        a, b = self.r.sample([b["tenderers"][0]["id"] for b in p["bids"]], 2)
        p["parties"][b]["contactPoint"] = p["parties"][a]["contactPoint"]
        self.mark("same contact", p)

    # Patterns over several processes.

    def ring(self, n, rotates):
        r = self.r
        members = [f"{'W' if rotates else 'C'}{n}{'abcde'[k]}" for k in range(r.randint(3, 4))]
        meetings = max(2 * len(members), self.whole("meetings"))
        days = sorted(r.sample(range(330), meetings))
        # Now and then somebody wins out of turn, or an outsider joins a ring of cover bidders.
        slip = r.randrange(len(members), meetings) if rotates and meetings > 12 else -1
        for k, day in enumerate(days):
            winner = members[k % len(members)] if rotates else members[0]
            if not rotates and k in (4, 9) and meetings > 10:
                # The cover bidder wins once or twice, for appearance.
                winner = members[1] if r.random() < .5 else winner
            if k == slip:
                winner = members[(k + 1) % len(members)]
            extra = [] if rotates or r.random() < .6 else [r.choice(self.suppliers)]
            p = self.honest(members + extra, winner, day=day)
            p["end"] = p["start"] + datetime.timedelta(days=25)
            p["award"] = p["start"] + datetime.timedelta(days=30)
            p["signed"] = p["award"] + datetime.timedelta(days=10)
            for b in p["bids"]:
                b["date"] = self.stamp(p["end"] - datetime.timedelta(seconds=r.randint(60, 10 * 86400)))
            self.mark("rotation" if rotates else "cover bidding", p)
            self.mark("closed company", p)
        for name in members:
            for _ in range(r.randint(0, 3)):
                self.honest([name] + r.sample(self.suppliers, r.randint(2, 5)), winner=None)

    def split(self, n):
        r = self.r
        buyer, category, parts = f"X{n}", f"{70 + n}00", self.whole("parts")
        shares = [r.uniform(.8, 1) for _ in range(parts)]
        total = r.uniform(1.05, min(3, parts * .95)) * 2e6
        for share in shares:
            p = self.honest()
            p.update(buyer=buyer, category=category, method="limited", estimate=min(total * share / sum(shares), 1_990_000.0))
            p["award"], p["signed"] = p["start"], p["start"] + datetime.timedelta(days=9)
            self.split_value(p)
            self.mark("splitting", p)
        # Small purchases of another firm stay below the threshold together.
        for _ in range(r.randint(1, 3)):
            p = self.honest()
            p.update(buyer=f"Y{n}", category=category, method="limited", estimate=r.uniform(1e5, 6e5))
            self.split_value(p)

    def split_value(self, p):
        p["touched"] = True
        for b in p["bids"]:
            b["value"]["amount"] = round(p["estimate"] * self.r.uniform(.9, .95), 2)
        chosen = next(b for b in p["bids"] if b["tenderers"][0]["id"] == p["winner"])
        chosen["value"]["amount"] = round(p["estimate"], 2)

    def evaluator(self, n):
        r = self.r
        friend, name = r.choice(self.suppliers), f"F{n}"
        for _ in range(self.whole("seats")):
            p = self.honest([friend] + r.sample([s for s in self.suppliers if s != friend], 3), friend, [name] + r.sample(self.experts, 4))
            self.mark("evaluator", p)
        for _ in range(r.randint(0, 3)):
            self.honest(experts=[name] + r.sample(self.experts, 4))

    def ocds(self, p):
        amount = next((b["value"]["amount"] for b in p["bids"] if b["tenderers"][0]["id"] == p["winner"]), p["estimate"])
        return {"ocid": p["ocid"], "buyer": {"id": p["buyer"]}, "parties": list(p["parties"].values()), "duties": p["duties"],
                "tender": {"procurementMethod": p["method"], "mainProcurementCategory": "goods", "items": [{"classification": {"id": p["category"]}}],
                           "value": {"amount": round(p["estimate"], 2), "currency": "CNY"}, "documents": [{"text": p["issued"]}],
                           "tenderPeriod": {"startDate": self.stamp(p["start"]), "endDate": self.stamp(p["end"])}, "evaluators": p["evaluators"]},
                "bids": {"details": p["bids"]},
                "awards": [{"id": "1", "status": "active", "date": self.stamp(p["award"]), "suppliers": [{"id": p["winner"]}],
                            "value": {"amount": amount, "currency": "CNY"}}],
                "contracts": [{"id": "1", "awardID": "1", "dateSigned": self.stamp(p["signed"])}]}


codes = sorted(set().union(*PATTERNS.values()))
print(f"seeds from {first}")
with tempfile.TemporaryDirectory() as folder:
    settings = os.path.join(folder, "s.ini")
    open(settings, "w").write("".join(f"[{code}]\n" for code in codes))
    for kind, ranges, begin in (("built", BUILT, first), ("held out", HELD_OUT, first + cities)):
        sums = {name: [0, 0, 0] for name in PATTERNS}
        for seed in range(begin, begin + cities):
            city = City(seed, ranges)
            path = os.path.join(folder, "p.jsonl")
            with open(path, "w") as file:
                file.writelines(json.dumps(city.ocds(p), ensure_ascii=False) + "\n" for p in city.processes)
            ran = subprocess.run([tequ, "flags", path, "--settings", settings], capture_output=True, text=True)
            check(f"collusion, {kind}: city {seed} is read", ran.returncode == 0, ran.stderr[-200:].strip())
            found = json.loads(ran.stdout or "{}").get("OCID", {})
            for name, telling in PATTERNS.items():
                flagged = {ocid for ocid, values in found.items() if telling & values.keys()}
                truth = city.truth[name]
                for k, n in enumerate((len(flagged & truth), len(flagged - truth), len(truth - flagged))):
                    sums[name][k] += n
        for name, (hit, wrong, missed) in sums.items():
            precision, recall = hit / max(1, hit + wrong), hit / max(1, hit + missed)
            check(f"collusion, {kind}: {name}", precision >= .95 and recall >= .95,
                  f"precision {precision:.3f}, recall {recall:.3f}, {hit + missed} planted ({', '.join(sorted(PATTERNS[name]))})")
        hit, wrong, missed = (sum(row[k] for row in sums.values()) for k in range(3))
        print(f"     {kind}: precision {hit / max(1, hit + wrong):.4f}, recall {hit / max(1, hit + missed):.4f} over {hit + missed} planted")
check.finish()
