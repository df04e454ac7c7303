#!/usr/bin/env bash
# Carries out the plan that was reviewed, and no other: the one whose id was given, or
# else the one that the pull request showed when it was merged. If anything has changed
# since, the id is another, nothing is sent, and the exit code is 4.
set -euo pipefail
# shellcheck source=run.sh
. "$(dirname "${BASH_SOURCE[0]}")/run.sh"

id=$ESPALIER_PLAN_ID
repo=repos/$GITHUB_REPOSITORY
if [ -z "$id" ]; then
  pull=$(gh api "$repo/commits/$GITHUB_SHA/pulls" |
    jq -c --arg sha "$GITHUB_SHA" 'map(select(.merged_at != null and .merge_commit_sha == $sha)) | first // empty')
  if [ -z "$pull" ]; then
    echo "::error::No pull request was merged as $GITHUB_SHA, so no plan of it was reviewed. Start this workflow by hand with the id of a plan."
    exit 1
  fi
  head=$(jq -r .head.sha <<<"$pull")
  merged=$(jq -r .merged_at <<<"$pull")
  id=$(gh api --paginate "$repo/commits/$head/statuses?per_page=100" |
    jq -rs --arg context "espalier/plan $(place)" --arg merged "$merged" '
      add // []
      | map(select(.context == $context and .creator.login == "github-actions[bot]" and .created_at <= $merged))
      | sort_by(.created_at, .id) | last // {} | select(.state == "success")
      | .description | capture("^plan (?<id>[0-9a-f]{64})").id')
  if [ -z "$id" ]; then
    echo "::error::The last commit of the merged pull request has no plan that could be made and was not refused. Start this workflow by hand with the id of a plan."
    exit 1
  fi
fi

# In the place of this shell, so that a cancelled job reaches it.
exec espalier -chdir="$ESPALIER_FOLDER" apply -plan-id="$id" -input=false -people="$ESPALIER_PEOPLE" -lock-timeout=10m -max-duration=50m
