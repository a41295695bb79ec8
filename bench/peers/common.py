"""What every peer shares: the arguments, the clock, and the line of JSON that `cargo xtask bench` reads.

A peer is started as `python PEER.py WORK MODE FILE [OUT]` and has a function for each of (person-year, totals),
(person-year, standings), (claim-stream, totals) and (claim-stream, split). The clock starts when the libraries are
loaded and compiled: a user who runs many files pays for that once. A way that writes a file gives back a function
that adds up what it wrote; that is called when the clock has stopped.
"""

import json
import sys
import time

PAYERS = ["基本医保", "大病保险", "医疗救助", "慈善救助"]
PAID = [f"paid_{payer}_fen" for payer in PAYERS] + ["family_fen"]


def run(ways):
    """Runs the way asked for."""
    work, mode, file, *out = sys.argv[1:]
    if (work, mode) not in ways:
        sys.exit(f"cannot: {work} {mode}")
    begun = time.perf_counter()
    sums = ways[work, mode](file, *out)
    seconds = time.perf_counter() - begun
    rows, total, paid = sums() if callable(sums) else sums
    totals = {payer: int(fen) for payer, fen in zip(PAYERS + ["family"], paid)}
    print(json.dumps({"rows": int(rows), "total_fen": int(total), "totals": totals, "seconds": seconds}, ensure_ascii=False))
