"""The two heads: will it be found irregular, will it be found critically irregular."""

import lightgbm
import numpy as np

NODES, LEAVES = 7, 8
TREES = 200

# The published generator drew importer, declarant, seller and office at random: what a rate of theirs says in this data
# is noise, and an officer would be told it. The vectors hold them, for a model that learns from real outcomes.
DRAWN_AT_RANDOM = ("imp", "decl", "seller", "office")

# Small trees, many rows to a leaf and strong shrinkage: what serves goods that were never seen before (tier B) costs
# nothing where the history knows the consignment (tier A). A past rate may only push towards its own label: an officer
# must never read "0 of 60 were irregular" as a reason for suspicion.
COMMON = {
    "objective": "binary",
    "num_leaves": LEAVES,
    "max_depth": 3,
    "feature_fraction": 0.6,
    "lambda_l2": 20,
    "monotone_constraints_method": "advanced",
    "seed": 1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
PARAMETERS = {
    "fraud": COMMON
    | {
        "learning_rate": 0.03,
        "min_data_in_leaf": 100,
        "feature_fraction": 0.8,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
    },
    "critical": COMMON | {"learning_rate": 0.05, "min_data_in_leaf": 30},
}


class Head:
    """A booster over its own columns of the catalog, and the same as full trees of depth three."""

    def __init__(self, name, table, trees=TREES):
        # Each head has its own label's rates (r_ or c_), and both have everything else.
        own, other = ("r_", "c_") if name == "fraud" else ("c_", "r_")
        drawn = {kind + party for kind in ("r_", "c_", "n_") for party in DRAWN_AT_RANDOM}
        self.columns = [
            place for place, column in enumerate(table.names) if not column.startswith(other) and column not in drawn
        ]
        labels = table.fraud if name == "fraud" else table.critical
        rising = [int(table.names[place].startswith(own)) for place in self.columns]
        data = lightgbm.Dataset(table.x[:, self.columns], label=labels, weight=table.weight)
        parameters = PARAMETERS[name] | {"monotone_constraints": rising}
        self.booster = lightgbm.train(parameters, data, num_boost_round=trees)
        self.width = len(table.names)
        self.trees = [self._full(tree["tree_structure"]) for tree in self.booster.dump_model()["tree_info"]]

    def margin(self, x):
        """Log-odds, from the full trees with float32 thresholds and leaves: what the graph must answer."""
        total = np.zeros(len(x))
        for tree in self.trees:
            node = np.zeros(len(x), dtype=int)
            for _ in range(3):
                left = x[np.arange(len(x)), tree["features"][node]] <= tree["thresholds"][node]
                node = 2 * node + np.where(left, 1, 2)
            total += tree["values"][node - NODES].astype(np.float64)
        return total

    def probability(self, x):
        return 1 / (1 + np.exp(-self.margin(x)))

    def of_lightgbm(self, x):
        """LightGBM's own answer."""
        return self.booster.predict(x[:, self.columns])

    def contributions(self, x):
        """LightGBM's own TreeSHAP, spread over the whole catalog."""
        own = self.booster.predict(x[:, self.columns], pred_contrib=True)
        out = np.zeros((len(x), self.width))
        out[:, self.columns] = own[:, :-1]
        return out

    def _full(self, root):
        tree = {
            "features": np.zeros(NODES, dtype=int),
            "thresholds": np.zeros(NODES, dtype=np.float32),
            "values": np.zeros(LEAVES, dtype=np.float32),
            "covers": np.zeros(LEAVES),
        }
        top = self.columns[root["split_feature"]] if "split_feature" in root else 0

        def fill(node, place, depth):
            if depth == 3:
                tree["values"][place - NODES] = node.get("leaf_value", 0.0)
                tree["covers"][place - NODES] = node.get("leaf_count", 0)
                return
            if "split_feature" in node:
                assert node["decision_type"] == "<=", node
                tree["features"][place] = self.columns[node["split_feature"]]
                tree["thresholds"][place] = down(node["threshold"])
                left, right = node["left_child"], node["right_child"]
            else:
                # A leaf before its time: a question whose answers are the same. All its rows count on the left.
                tree["features"][place] = top
                left, right = node, {"leaf_value": node["leaf_value"], "leaf_count": 0}
            fill(left, 2 * place + 1, depth + 1)
            fill(right, 2 * place + 2, depth + 1)

        fill(root, 0, 0)
        return tree


def down(threshold):
    """The greatest float32 that is not above: no float32 feature changes sides."""
    rounded = np.float32(threshold)
    return np.nextafter(rounded, np.float32(-np.inf)) if float(rounded) > threshold else rounded


def train(table, trees=TREES):
    return {name: Head(name, table, trees) for name in PARAMETERS}
