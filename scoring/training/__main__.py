"""python -m training --score BIN --data DIR --out DIR: from the published files to a bundle.

Every vector comes out of `score features`, that is out of the same Rust code that serves, so that training and
serving cannot drift apart. One thread and a fixed seed: the same inputs give the same bytes.
"""

import argparse
from pathlib import Path

from . import bundle, card, data, heads, tier_b


def main():
    parser = argparse.ArgumentParser(prog="training", description=__doc__)
    parser.add_argument("--score", required=True, help="the score program")
    parser.add_argument("--data", required=True, type=Path, help="folder with train.csv and valid.csv")
    parser.add_argument("--out", required=True, type=Path, help="folder of the bundle, made if missing")
    arguments = parser.parse_args()

    train, valid = arguments.data / "train.csv", arguments.data / "valid.csv"
    features = data.Features(arguments.score)
    learned = heads.train(features.training(train))
    frozen = features.of(valid, history=train)
    figures = {
        "value declared": card.figures(learned, frozen),
        "no value declared": card.figures(learned, features.of(valid, history=train, without="value")),
    }
    generalisation = tier_b.figures(features, train, valid)
    bundle.write(arguments.out, learned, frozen, features.fingerprint(), card.text(figures, generalisation, frozen, learned))
    print((arguments.out / "card.md").read_text())


if __name__ == "__main__":
    main()
