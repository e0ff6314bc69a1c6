"""Works out periods that are counted backwards, day by day, and compares `tequ deadline` with kinds *-before.

What must be done so long before a day, such as telling the parties of a hearing (行政复议法 art. 51: five days, which
are working days by art. 88(2)). The day itself does not count (Civil Code art. 201); a last day that is a day off moves
back, so that whoever is told has the whole period. Days off are those of PyPI `chinesecalendar`.

usage: notices.py TEQU [COUNT] [SEED]
"""
import calendar, datetime, random, subprocess

import chinese_calendar

from outside import Checks, argument

tequ, count, seed = argument(1), int(argument(2, "40000")), int(argument(3, "51"))
check = Checks()
ONE = datetime.timedelta(days=1)


def works(day):
    return chinese_calendar.is_workday(day) if day.year <= 2026 else day.weekday() < 5


def back(day):
    while not works(day):
        day -= ONE
    return day


def months_before(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def latest(day, kind, number):
    if kind == "wd":
        while number:
            day -= ONE
            number -= works(day)
        return day
    if kind == "cal":
        return back(day - number * ONE)
    return back(months_before(day, number * (12 if kind == "year" else 1)))


dice = random.Random(seed)
first = datetime.date(2010, 1, 1)
wanted = []
for _ in range(count):
    day = first + dice.randrange((datetime.date(2027, 6, 30) - first).days) * ONE
    kind = dice.choice(["wd", "wd", "wd", "cal", "month", "year"])
    number = {"wd": dice.randint(1, 30), "cal": dice.randint(1, 90), "month": dice.randint(1, 24),
              "year": dice.randint(1, 3)}[kind]
    found = latest(day, kind, number)
    mark = ",provisional" if day.year > 2026 else ""
    wanted.append((f"{day},{kind}-before,{number}", f"{found}{mark}"))
ran = subprocess.run([tequ, "deadline"], input="".join(question + "\n" for question, _ in wanted),
                     capture_output=True, text=True)
answers = ran.stdout.splitlines()
check("notices: an answer for each", len(answers) == count and ran.returncode == 0, f"{len(answers)} of {count}")
wrong = [(question, due, answer) for (question, due), answer in zip(wanted, answers) if answer != f"{question},{due}"]
check("notices: the same last day to tell", not wrong, f"{count - len(wrong)} of {count} {wrong[:3]}")
# Backwards is not forwards: a hearing on a day off can be told of later than forwards counting would have it.
differ = sum(1 for question, due in wanted if "wd-before" in question)
check("notices: working days among them", differ > count // 4, differ)
check.finish()
