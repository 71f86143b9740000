"""Times pydifact on files, for comparison with `cargo bench -p formats --bench edifact -- FILE...`: microseconds to cut each
file into segments. Usage: python beside_pydifact.py FILE... (pip install pydifact)"""

import sys
import time
import warnings

from pydifact.segmentcollection import RawSegmentCollection

warnings.filterwarnings("ignore")

for path in sys.argv[1:]:
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    try:
        list(RawSegmentCollection.from_str(text).segments)
    except Exception as error:  # it refuses what our reader reads
        print(f"{path}\trefused: {error}")
        continue
    best = float("inf")
    for _ in range(5):
        begun, runs = time.process_time(), 0
        while time.process_time() - begun < 0.2:
            segments = sum(1 for _ in RawSegmentCollection.from_str(text).segments)
            runs += 1
        best = min(best, (time.process_time() - begun) / runs)
    print(f"{path}\t{best * 1e6:.1f}\t{segments} segments")
