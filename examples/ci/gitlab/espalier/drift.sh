#!/usr/bin/env bash
# Looks for what others have changed in the live system, says it, and then records it in
# the state; it changes nothing there. With drift the exit code is 2. What was recorded
# is not said again.
set -euo pipefail
# shellcheck source=run.sh
. "$(dirname "${BASH_SOURCE[0]}")/run.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

drift=0
run espalier -chdir="$ESPALIER_FOLDER" plan -refresh-only -detailed-exitcode -full -input=false -people="$ESPALIER_PEOPLE" \
  -out="$work/drift.plan" || drift=$?
if [ "$drift" -ne 0 ] && [ "$drift" -ne 2 ]; then
  exit "$drift"
fi

code=0
run espalier -chdir="$ESPALIER_FOLDER" apply -input=false -people="$ESPALIER_PEOPLE" -lock-timeout=10m "$work/drift.plan" || code=$?
if [ "$code" -eq 4 ]; then
  echo "Nothing was recorded, since the state has moved on meanwhile. The next run says again what is still so." >&2
  code=0
fi
[ "$code" -eq 0 ] || exit "$code"
exit "$drift"
