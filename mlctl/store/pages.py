"""What stands in a store for people and for git."""

README = """\
An mlctl store: projects, their models, every experiment, and the data they were trained on.

projects/P/meta.yaml                   the project; projects/P/number is the last experiment number given out
projects/P/datasets/                   the data as it came (tar and zstd), one record beside each archive
projects/P/models/M/                   the model; champion names the experiment in use, events.jsonl says why
projects/P/models/M/experiments/V/     one try: record, parameters, scores, predictions, model, log, checksums
index.sqlite, lock, tmp/               may be deleted while no mlctl runs; they are made again
trash/, damaged/                       what was removed or set aside; only `mlctl store gc` empties the trash

Read it with ls and cat, copy or move it whole. `sha256sum -c SHA256SUMS` holds in every finished experiment.
Made {made} by mlctl init.
"""

GITIGNORE = """\
/lock
/index.sqlite*
/ticks.json
/slots/
/tmp/
.tmp-*
/projects/*/models/*/retrain/*.lock
/projects/*/models/*/retrain/runs/
"""
