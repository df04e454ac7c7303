# shellcheck shell=bash
# The API of the project, with the token of ESPALIER_GITLAB_TOKEN; sourced by the others.

# api PATH ... calls a path of the project; what follows are arguments of curl.
api() {
  local path=$1
  shift
  # The token goes in by a pipe, so that no list of processes shows it.
  curl --silent --show-error --fail --header @<(printf 'PRIVATE-TOKEN: %s\n' "$ESPALIER_GITLAB_TOKEN") \
    "$@" "$CI_API_V4_URL/projects/$CI_PROJECT_ID/$path"
}
