"""The growth path, tried on loopback: partitioned tables, a streaming standby for reading, a server for each city.
Each trial takes its tables from cities that the program makes, checks rows against rows, and prints what it measured.

usage: growth.py TEQU [partitions|replicas|cities ...]      default: all; TEQU_GROWTH_COPIES (200): how often the
partition trial lays copies of a city of some 1,500 cases behind it

Needs Debian's postgresql-15 and Python's psycopg. The machine is shared: ratios and processor time are the result.
"""
import os, signal, sys

from outside import Checks, argument

if not os.path.exists("/usr/lib/postgresql/15/bin/postgres"):
    raise SystemExit("FAIL not installed: apt-get install --no-install-recommends postgresql-15")
import growth_cities, growth_partitions, growth_replicas
from growth_servers import Ground

TRIALS = {
    "partitions": lambda check, ground: growth_partitions.trial(check, ground, int(os.environ.get("TEQU_GROWTH_COPIES", "200"))),
    "replicas": growth_replicas.trial,
    "cities": growth_cities.trial,
}
tequ = os.path.abspath(argument(1) or sys.exit(__doc__))
names = sys.argv[2:] or list(TRIALS)
if not set(names) <= set(TRIALS):
    raise SystemExit(__doc__)
check = Checks()
for name in names:
    print(f"== {name}", flush=True)
    ground = Ground(tequ)
    signal.alarm(3600)  # seconds that a trial may take
    try:
        TRIALS[name](check, ground)
    finally:
        signal.alarm(0)
        ground.end()
check.finish()
