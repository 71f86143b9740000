"""Both readers on the same files in one run: `cargo bench -p formats --bench edifact` and pydifact, with the bars that they are held
to. Usage: python beside_pydifact.py [FILE...] (pip install pydifact). A list of 260 invented persons is always among the files.

Bars: 260 persons read, normalized and validated in at most 2 ms of CPU; the tokenizer at 100 MB/s or more; the whole reading 50 times
faster than pydifact's cutting into segments. The exit code is 1 when one is not met. CORRIDOR_BENCH names a bench that is built."""

import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

from pydifact.segmentcollection import RawSegmentCollection

warnings.filterwarnings("ignore")


def ours(files, list_of_260):
    """What the bench prints: its own figures, and microseconds of the tokenizer and of reading for each file."""
    bench = os.environ.get("CORRIDOR_BENCH")
    command = [bench] if bench else ["cargo", "bench", "-q", "-p", "formats", "--bench", "edifact", "--"]
    environment = dict(os.environ, LIST_OF_260=str(list_of_260))
    run = lambda these: subprocess.run(
        command + these, env=environment, cwd=Path(__file__).parent, check=True, capture_output=True, text=True
    ).stdout
    head = run([]) if not list_of_260.exists() else ""
    text = head + run([str(list_of_260), *files])
    each = dict(re.findall(r"^(.+)\ttokenizer [\d.]+ us\tread ([\d.]+) us$", text, re.M))
    return text, {path: float(reading) for path, reading in each.items()}


def theirs(path):
    """Microseconds that pydifact takes to cut a file into segments; None when it refuses it."""
    text = Path(path).read_text(encoding="utf-8", errors="replace")
    try:
        list(RawSegmentCollection.from_str(text).segments)
    except Exception:  # it refuses what our reader reads
        return None
    best = float("inf")
    for _ in range(5):
        begun, runs = time.process_time(), 0
        while time.process_time() - begun < 0.2:
            sum(1 for _ in RawSegmentCollection.from_str(text).segments)
            runs += 1
        best = min(best, (time.process_time() - begun) / runs)
    return best * 1e6


def main():
    """Runs both, prints what they take, and says which bars are met."""
    with tempfile.TemporaryDirectory() as folder:
        list_of_260 = Path(folder) / "list-of-260.edi"
        text, readings = ours([str(Path(path).resolve()) for path in sys.argv[1:]], list_of_260)
        print(text.strip())
        worst = float("inf")
        for path, reading in readings.items():
            cut = theirs(path)
            if cut is None:
                print(f"{path}\tpydifact refuses it")
                continue
            worst = min(worst, cut / reading)
            print(f"{path}\tpydifact {cut:.0f} us\t{cut / reading:.0f} times our reading")
    # The bench ran twice, to write the list and to read it; what else the machine did only makes it slower.
    whole = min(float(found) for found in re.findall(r"read \+ normalize \+ validate (\d+) us", text)) / 1000
    speeds = {}
    for what, found in re.findall(r"^tokenizer, (.+): (\d+) MB/s$", text, re.M):
        speeds[what] = max(speeds.get(what, 0.0), float(found))
    speed = min(speeds.values())
    bars = [
        (f"260 persons: {whole:.2f} ms, at most 2", whole <= 2),
        (f"tokenizer: {speed:.0f} MB/s, at least 100", speed >= 100),
        (f"beside pydifact: {worst:.0f} times, at least 50", worst >= 50),
    ]
    for said, met in bars:
        print(("met      " if met else "NOT MET  ") + said)
    sys.exit(0 if all(met for _, met in bars) else 1)


main()
