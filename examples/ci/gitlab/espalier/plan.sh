#!/usr/bin/env bash
# Plans, and tells the merge request: the numbers for its widget, one comment that is
# edited by later runs, and, as an artifact, the id of the plan. Plans themselves are
# not kept, since they hold personal data.
set -euo pipefail
# shellcheck source=api.sh
. "$(dirname "${BASH_SOURCE[0]}")/api.sh"
# shellcheck source=run.sh
. "$(dirname "${BASH_SOURCE[0]}")/run.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
comment=$work/comment.md
events=$work/events.ndjson
rm -f espalier-plan-id.txt espalier-report.json

# The commit of the branch, also where the pipeline is for a merge with its target.
export ESPALIER_REVISION=${CI_MERGE_REQUEST_SOURCE_BRANCH_SHA:-$CI_COMMIT_SHA}
code=0
run espalier -chdir="$ESPALIER_FOLDER" plan -input=false -detailed-exitcode -full -people="$ESPALIER_PEOPLE" \
  -markdown="$comment" -json-into="$events" || code=$?

if [ -s "$events" ]; then
  jq -c 'select(.type == "change_summary").changes | {create: (.add + .replace), update: (.change + .import), delete: (.remove + .replace)}' "$events" >espalier-report.json
fi
if [ "$code" -eq 0 ] || [ "$code" -eq 2 ]; then
  jq -r 'select(.type == "change_summary").changes.plan_id' "$events" >espalier-plan-id.txt
  code=0
fi

if [ -n "${ESPALIER_GITLAB_TOKEN:-}" ]; then
  if [ ! -s "$comment" ]; then
    printf '### No plan could be made of this\n\n<!-- espalier:comment %s -->\n\nThe [job](%s) says why.\n' "$(place)" "$CI_JOB_URL" >"$comment"
  fi
  mark=$(grep -m 1 '^<!-- espalier:' "$comment")
  me=$(curl --silent --show-error --fail --header @<(printf 'PRIVATE-TOKEN: %s\n' "$ESPALIER_GITLAB_TOKEN") "$CI_API_V4_URL/user" | jq -r .id)
  notes=merge_requests/$CI_MERGE_REQUEST_IID/notes
  earlier=
  page=1
  while [ -z "$earlier" ] && [ -n "$page" ]; do
    api "$notes?per_page=100&sort=asc&page=$page" --dump-header "$work/headers" >"$work/notes.json"
    earlier=$(jq -r --arg mark "$mark" --argjson me "$me" \
      'map(select(.author.id == $me and (.body | split("\n")[2] == $mark))) | first | .id // empty' "$work/notes.json")
    page=$(sed -n 's/^x-next-page: *\([0-9]*\).*/\1/ip' "$work/headers")
  done
  if [ -n "$earlier" ]; then
    api "$notes/$earlier" --request PUT --data-urlencode "body@$comment" >"$work/answer"
  else
    api "$notes" --request POST --data-urlencode "body@$comment" >"$work/answer"
  fi
fi
exit "$code"
