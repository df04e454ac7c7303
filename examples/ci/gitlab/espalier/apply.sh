#!/usr/bin/env bash
# Carries out the plan that was reviewed, and no other: the one whose id is given in
# ESPALIER_PLAN_ID, or else the last one of the merge request that was merged. If
# anything has changed since, the id is another, nothing is sent, and the exit code is 4.
set -euo pipefail
# shellcheck source=api.sh
. "$(dirname "${BASH_SOURCE[0]}")/api.sh"

id=${ESPALIER_PLAN_ID:-}
if [ -z "$id" ]; then
  : "${ESPALIER_GITLAB_TOKEN:?is needed to find the plan of the merge request. Set it, or run a pipeline with the id of a plan in ESPALIER_PLAN_ID}"
  iid=$(api "repository/commits/$CI_COMMIT_SHA/merge_requests" | jq -r --arg sha "$CI_COMMIT_SHA" --arg branch "$CI_COMMIT_BRANCH" \
    'map(select(.state == "merged" and .target_branch == $branch and ([.merge_commit_sha, .squash_commit_sha, .sha] | index($sha)))) | first | .iid // empty')
  if [ -z "$iid" ]; then
    echo "No merge request was merged as $CI_COMMIT_SHA, so no plan of it was reviewed. Run a pipeline with the id of a plan in ESPALIER_PLAN_ID." >&2
    exit 1
  fi
  pipeline=$(api "merge_requests/$iid" | jq -r '.head_pipeline.id // empty')
  job=$(api "pipelines/$pipeline/jobs?scope[]=success&per_page=100" --globoff | jq -r 'map(select(.name == "plan")) | first | .id // empty')
  if [ -z "$job" ]; then
    echo "The last pipeline of merge request !$iid has no plan that could be made and was not refused. Run a pipeline with the id of a plan in ESPALIER_PLAN_ID." >&2
    exit 1
  fi
  id=$(api "jobs/$job/artifacts/espalier-plan-id.txt")
fi

# In the place of this shell, so that a cancelled job reaches it.
exec espalier -chdir="$ESPALIER_FOLDER" apply -plan-id="$id" -input=false -people="$ESPALIER_PEOPLE" -lock-timeout=10m -max-duration=50m
