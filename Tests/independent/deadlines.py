"""Feeds due dates of the State Council's calendar, computed by others, to `tequ deadline`.

The file has a column `start` and columns such as wd5 (working days) and cal15 (calendar days).

usage: deadlines.py TEQU FILE
"""
import csv, os, re, subprocess

from outside import Checks, argument

tequ, path = argument(1), argument(2, "")
check = Checks()
if not os.path.exists(path):
    check.skip("deadlines:", "the file with the due dates is not here")
    check.finish()
rows = list(csv.DictReader(open(path, newline="")))
wanted = []
for row in rows:
    for name, due in row.items():
        if name != "start":
            kind, count = re.fullmatch("([a-z]+)([0-9]+)", name).groups()
            wanted.append((f"{row['start']},{kind},{count}", due))
ran = subprocess.run([tequ, "deadline"], input="".join(question + "\n" for question, _ in wanted),
                     capture_output=True, text=True)
answers = ran.stdout.splitlines()
check("deadlines: an answer for each", len(answers) == len(wanted) and ran.returncode == 0,
      f"{len(answers)} of {len(wanted)}")
# A due date in a year whose days off are not announced yet has one column more.
wrong = [(q, due, a) for (q, due), a in zip(wanted, answers)
         if a not in (f"{q},{due}", f"{q},{due},provisional")]
check("deadlines: the same date", not wrong, f"{len(wanted) - len(wrong)} of {len(wanted)} {wrong[:3]}")
bad = "2026-02-30,wd,5\nx\n2026-03-02,wd,0\n2026-03-02,zz,5\n2026-03-02,wd,99999999999999999999\n2026-03-02,wd\n"
ran = subprocess.run([tequ, "deadline"], input=bad + "2026-03-02,wd,5\n", capture_output=True, text=True)
check("deadlines: bad lines are told, good ones answered",
      ran.returncode == 3 and ran.stdout == "2026-03-02,wd,5,2026-03-09\n" and ran.stderr.count("line ") == 6,
      f"status {ran.returncode}")
check.finish()
