"""Reads the blocks that a how-to page marks with `<!-- test: NAME -->`, so that page and test cannot differ."""
import os, re, shlex

HERE = os.path.dirname(os.path.abspath(__file__))
PAGES = os.path.join(os.path.dirname(os.path.dirname(HERE)), "docs", "how-to")
BLOCK = re.compile(r"^<!-- test: ([a-z-]+) -->\n```[a-z]*\n(.*?)^```$", re.M | re.S)


def blocks(page):
    """The marked blocks of a page by name."""
    with open(os.path.join(PAGES, page), encoding="utf-8") as file:
        found = BLOCK.findall(file.read())
    names = [name for name, _ in found]
    if not found or len(set(names)) != len(names):
        raise SystemExit(f"FAIL {page} has no marked blocks, or two of one name: {names}")
    return dict(found)


def same_blocks(check, page):
    """Checks that the Chinese and the English page give the same commands; returns them."""
    zh, en = blocks(page + ".md"), blocks(page + ".en.md")
    different = [n for n in {*zh, *en} if zh.get(n) != en.get(n)]
    check(f"{page}: the Chinese and the English page say the same", not different, different or f"{len(en)} blocks")
    return en


def unit(text, environment):
    """The command of a systemd unit's ExecStart, its variables filled in as systemd does."""
    line = re.search(r"^ExecStart=(.*)$", text, re.M)[1]
    return [re.sub(r"\$\{(\w+)\}", lambda m: environment[m[1]], word) for word in shlex.split(line)]


def settings(text):
    """An EnvironmentFile as systemd reads it."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)
