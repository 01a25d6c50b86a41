#!/bin/sh
# The main job on iris, in a fresh directory: `make demo` sets everything up and runs this.
set -eu
unset MLCTL_STORE
cd "$(dirname "$0")/.."
samples=$(pwd)/sample_configs

# Only a directory that an earlier demo made is replaced.
if [ -e demo ] && [ ! -e demo/.made-by-demo.sh ]; then
  echo "demo/ is there and is none of mine: move it away, then try again" >&2
  exit 1
fi
rm -rf demo
mkdir demo
cd demo
: > .made-by-demo.sh
cp "$samples/iris.yaml" .

run() {
  printf '\n$ %s\n' "$*"
  "$@"
}

run cat iris.yaml
run mlctl init
run mlctl train --params iris.yaml
run mlctl compare
run mlctl show recommended
run mlctl evaluate recommended

printf '\nWhat it left behind:\n'
model=mlstore/projects/iris/models/species
run ls mlstore "$model" "$model/experiments"
for experiment in "$model"/experiments/*_2; do
  run ls "$experiment"
  run cat "$experiment/params.yaml"
  run head -n 6 "$experiment/scores.csv"
done
printf '\nIt is all in %s. What next?  cd demo && mlctl --help\n' "$(pwd)"
