"""python -m training --data DIR: from the published files to a bundle, its card and its proof.

Every vector comes out of `score features`, that is out of the same Rust code that serves, so that training and
serving cannot drift apart. One thread and a fixed seed: the same inputs give the same bytes.

With --tier-b nothing is written: the recipe is retrained on draws of one row a tuple and the figures are printed, over
DIR/train.csv and DIR/valid.csv or over the files given instead.

With --compare nothing is written either: the shipped bundle is made again and compared byte by byte, maps that would
calibrate the probabilities are tried, then every row goes through tract, onnxruntime and the training library's own
predictor, one after the other, and differences and times are printed side by side.
"""

import argparse
import filecmp
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from . import bundle, calibration, card, data, heads, metrics, parity, tier_b

CRATE = Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser(
        prog="training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", required=True, type=Path, help="folder with train.csv and valid.csv")
    parser.add_argument("--score", help="the score program; built from this source if not given")
    parser.add_argument("--out", type=Path, default=CRATE / "models/customs-1", help="folder of the bundle")
    parser.add_argument("--tier-b", action="store_true", help="only print the figures of tier B")
    parser.add_argument("--compare", action="store_true", help="only make --out again, compare, and time the runtimes")
    parser.add_argument("--train", type=Path, action="append", help="in place of DIR/train.csv; may be repeated")
    parser.add_argument("--valid", type=Path, help="tier B: where the threshold of macro-F1 is chosen")
    parser.add_argument("--test", type=Path, help="tier B: in place of DIR/valid.csv")
    parser.add_argument("--draws", type=int, default=tier_b.DRAWS, help="tier B: how many draws")
    arguments = parser.parse_args()

    score = arguments.score or built()
    features = data.Features(score)
    train, valid = arguments.train or [arguments.data / "train.csv"], arguments.data / "valid.csv"
    if arguments.tier_b:
        figures = tier_b.figures(features, train, arguments.test or valid, arguments.valid, arguments.draws)
        print(card.tier_b(figures, arguments.draws))
        return
    learned = heads.train(features.training(train))
    frozen = features.of(valid, history=train)
    labels = {"fraud": frozen.fraud, "critical": frozen.critical}
    thresholds = {head: metrics.best(learned[head].probability(frozen.x), labels[head]) for head in learned}
    figures = {
        "value declared": card.figures(learned, frozen, thresholds),
        "no value declared": card.figures(learned, features.of(valid, history=train, without="value"), thresholds),
    }
    generalisation = card.tier_b(tier_b.figures(features, train, valid, draws=arguments.draws), arguments.draws)
    text = card.text(figures, generalisation, frozen, learned)
    fingerprint = features.fingerprint()
    if arguments.compare:
        with tempfile.TemporaryDirectory() as folder:
            again = Path(folder) / arguments.out.name
            bundle.write(again, learned, frozen, fingerprint, text, thresholds)
            same = [filecmp.cmp(file, arguments.out / file.name, shallow=False) for file in sorted(again.iterdir())]
            for file, equal in zip(sorted(again.iterdir()), same):
                print(f"{file.name}: {'the same, byte for byte' if equal else 'DIFFERS'}")
        print("\n" + calibration.text(learned, frozen))
        print(parity.text(score, arguments.out, learned, frozen))
        sys.exit(0 if all(same) else 1)
    bundle.write(arguments.out, learned, frozen, fingerprint, text, thresholds)
    print(text)
    print(calibration.text(learned, frozen))
    print(parity.text(score, arguments.out, learned, frozen))


def built():
    """The score program of this source tree."""
    command = ["cargo", "build", "--release", "-p", "scoring", "--bin", "score", "--message-format=json"]
    out = subprocess.run(command, cwd=CRATE, check=True, stdout=subprocess.PIPE, text=True).stdout
    made = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    return next(part["executable"] for part in made if part.get("executable"))


if __name__ == "__main__":
    main()
