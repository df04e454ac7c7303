#!/usr/bin/env bash
# Looks for what others have changed in the live system, says it in an issue, and then
# records it in the state; it changes nothing there. What was recorded is not said
# again, and what could not be said is not recorded.
set -euo pipefail
# shellcheck source=run.sh
. "$(dirname "${BASH_SOURCE[0]}")/run.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
drift=$work/drift.md
events=$work/events.ndjson

code=0
run espalier -chdir="$ESPALIER_FOLDER" plan -refresh-only -detailed-exitcode -full -input=false -people="$ESPALIER_PEOPLE" \
  -out="$work/drift.plan" -markdown="$drift" -json-into="$events" || code=$?

if [ "$code" -eq 2 ] || [ "$code" -eq 3 ]; then
  title="The organisation was changed outside of its configuration"
  if [ "$(jq -s 'map(select(.type == "change_summary").changes) | last | .outside_changes' "$events")" -eq 0 ]; then
    title="An apply ended half way"
  fi
  repo=repos/$GITHUB_REPOSITORY
  open=$(gh api "$repo/issues?state=open&labels=espalier%3A%20drift&per_page=100" |
    jq -r 'map(select(.pull_request == null)) | first | .number // empty')
  if [ -n "$open" ]; then
    gh api --method POST "$repo/issues/$open/comments" -F "body=@$drift" >"$work/answer"
  else
    gh api --method POST "$repo/issues" -f "title=$title" -F "body=@$drift" -f "labels[]=espalier: drift" >"$work/answer"
  fi
fi
if [ "$code" -ne 0 ] && [ "$code" -ne 2 ]; then
  exit "$code"
fi

code=0
run espalier -chdir="$ESPALIER_FOLDER" apply -input=false -people="$ESPALIER_PEOPLE" -lock-timeout=10m "$work/drift.plan" || code=$?
if [ "$code" -eq 4 ]; then
  echo "::warning::Nothing was recorded, since the state has moved on meanwhile. The next run says again what is still so."
  code=0
fi
exit "$code"
