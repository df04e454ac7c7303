#!/usr/bin/env bash
# Plans, and tells the pull request: one comment that is edited by later runs, one
# label, and a status of the commit that carries the id of the plan. Plans themselves
# are not kept, since they hold personal data.
set -euo pipefail
# shellcheck source=run.sh
. "$(dirname "${BASH_SOURCE[0]}")/run.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
comment=$work/comment.md
events=$work/events.ndjson

code=0
run espalier -chdir="$ESPALIER_FOLDER" plan -input=false -detailed-exitcode -full -people="$ESPALIER_PEOPLE" \
  -markdown="$comment" -json-into="$events" || code=$?

# of_plan FILTER prints something of the event that counts the plan; nothing without a plan.
of_plan() {
  [ ! -s "$events" ] || jq -rs "map(select(.type == \"change_summary\").changes) | last | values | $1" "$events"
}

id=$(of_plan .plan_id)
removed=$(of_plan '.remove + .replace')
case $code in
  0) label="no changes" state=success description="plan $id: nothing to change" ;;
  2) label=changes state=success description="plan $id" ;;
  3) label=refused state=failure description="refused by a guard" ;;
  *) label="no plan" state=error description="no plan was made" ;;
esac
if [ "$code" -eq 2 ] && [ "${removed:-0}" -gt 0 ]; then
  label=removals
fi

if [ -z "$PULL_REQUEST" ]; then
  [ "$code" -ne 2 ] || code=0
  exit "$code"
fi
repo=repos/$GITHUB_REPOSITORY

if [ ! -s "$comment" ]; then
  printf '### No plan could be made of this\n\n<!-- espalier:comment %s -->\n\nThe [run](%s) says why.\n' "$(place)" \
    "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID" >"$comment"
fi
mark=$(grep -m 1 '^<!-- espalier:' "$comment")
earlier=$(gh api --paginate "$repo/issues/$PULL_REQUEST/comments?per_page=100" |
  jq -rs --arg mark "$mark" 'add // [] | map(select(.user.login == "github-actions[bot]" and (.body | split("\n")[2] | . != null and rtrimstr("\r") == $mark))) | first | .id // empty')
if [ -n "$earlier" ]; then
  gh api --method PATCH "$repo/issues/comments/$earlier" -F "body=@$comment" >"$work/answer"
else
  gh api --method POST "$repo/issues/$PULL_REQUEST/comments" -F "body=@$comment" >"$work/answer"
fi

gh api --method POST "$repo/statuses/$HEAD_SHA" -f "context=espalier/plan $(place)" -f "state=$state" \
  -f "description=$description" -f "target_url=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID" >"$work/answer"

# relabel puts the label of this plan in the place of that of an earlier one.
relabel() {
  gh api "$repo/issues/$PULL_REQUEST/labels?per_page=100" |
    jq -r --arg new "espalier: $label" '.[].name | select(startswith("espalier: ") and . != $new) | @uri' |
    while read -r old; do
      gh api --method DELETE "$repo/issues/$PULL_REQUEST/labels/$old" >"$work/answer" || return 1
    done &&
    gh api --method POST "$repo/issues/$PULL_REQUEST/labels" -f "labels[]=espalier: $label" >"$work/answer"
}
relabel || echo "::warning::The label \"espalier: $label\" could not be set. The comment and the status are right. The job needs the permission issues: write."

[ "$code" -ne 2 ] || code=0
exit "$code"
