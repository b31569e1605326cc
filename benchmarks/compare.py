"""How long it takes to compare pairs of first-order rules, and what is found.

One row per pair: status, seconds of processor time, how many rescues, scope or kind. The process
is warm: the catalogue is loaded and one pair compared before the first row.

    python benchmarks/compare.py [--budget 5] [--only adam] [--json table.json]
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path

from optwright.derive.proof.relate.compare import compare
from optwright.derive.proof.relate.relation import Comparison
from optwright.derive.tell.comparison import maps as told

PAIRS = """
GradientDescent Momentum
GradientDescent MomentumEMA
GradientDescent GradientDescentL2
GradientDescentL2 ISTA
Momentum MomentumSum
Momentum MomentumEMA
Momentum HeavyBall
HeavyBall Nesterov
Momentum Nesterov
Nesterov NesterovRearranged
MomentumEMA HeavyBall
texts.MOM_b Momentum
texts.NAG_b Nesterov
torch.SGD keras.SGD
torch.SGD optax.sgd
torch.SGD(nesterov=True) optax.sgd(nesterov=True)
torch.SGD(nesterov=True) Nesterov
keras.SGD optax.sgd
SignSGD Signum
Signum Lion
Lion optax.lion
Lion keras.Lion
Adagrad LeakyAdagrad
Adagrad RMSProp
torch.Adagrad keras.Adagrad
torch.Adagrad optax.adagrad
LeakyAdagrad RMSProp
RMSProp RMSPropEpsInside
RMSProp RMSPropNoRoot
RMSProp RMSPropGraves
RMSProp Adam(beta1=0)
RMSProp Adam
RMSPropGraves Adam
torch.RMSprop keras.RMSprop
torch.RMSprop optax.rmsprop
keras.RMSprop optax.rmsprop
Adadelta RMSProp
torch.Adadelta keras.Adadelta
torch.Adadelta optax.adadelta
Adam AdamEpsHat
AdamEpsHat Adam
Adam AdamEpsInside
Adam AdamNoCorrection
Adam AdamL2
Adam AdamW
AdamL2 AdamW
AdamW AdamL2
Adam NAdam
Adam RAdam
Adam torch.Adam
Adam keras.Adam
Adam optax.adam
Adam Momentum
torch.Adam keras.Adam
torch.AdamW optax.adamw
torch.AdamW keras.AdamW
torch.Adamax keras.Adamax
keras.Adamax optax.adamax
torch.NAdam optax.nadam
torch.RAdam optax.radam
Adam optax.amsgrad
Adam LAMB
"""


def row(pair: str, found: Comparison) -> dict[str, object]:
    """One row of the table, as plain data."""
    what = found.kind or found.scope or "; ".join(found.tried)
    maps = [found.map, *found.rescues]
    return {
        "pair": pair,
        "status": found.status,
        "seconds": round(found.seconds, 2),
        "what": what,
        "map": [" ".join(row) for row in told(found.map.as_dict())] if found.map else [],
        "rescues": [list(r.conditions()) for r in found.rescues],
        "exactly": [list(r.exactly) for r in maps if r],
    }


def main() -> None:
    """Compare all pairs and print the table."""
    read = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    read.add_argument("--budget", type=float, default=5.0, help="seconds allowed for a pair")
    read.add_argument("--only", default="", help="pairs in whose names this occurs")
    read.add_argument("--json", type=Path, help="where to write the rows as well")
    given = read.parse_args()
    compare("Adam", "RMSProp", budget_s=0.5)
    rows = []
    for pair in PAIRS.split("\n"):
        if not pair or given.only.lower() not in pair.lower():
            continue
        found = row(pair, compare(*pair.split(" "), budget_s=given.budget))
        rows.append(found)
        print(
            f"{pair:52} {found['status']:10} {found['seconds']:6.2f} s"
            f"  {len(found['rescues'])} rescues  {found['what']}",  # type: ignore[arg-type]
            flush=True,
        )
    seconds = [float(str(found["seconds"])) for found in rows]
    if seconds:
        print(f"median {statistics.median(seconds):.2f} s, most {max(seconds):.2f} s")
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
