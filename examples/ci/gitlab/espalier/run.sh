# shellcheck shell=bash
# How the other scripts start the program; sourced by them.

# place prints the folder as the comments' hidden mark names it: cleaned, and with what
# a mark cannot hold replaced.
place() {
  jq -rn --arg folder "$ESPALIER_FOLDER" '
    reduce ($folder | split("/") | .[] | select(. != "" and . != ".")) as $part ([];
      if $part == ".." and length > 0 and last != ".." then .[:-1] else . + [$part] end)
    | (join("/") | if . == "" then "." else . end)[:100]
    | gsub("[^0-9A-Za-z./_-]"; "_") | gsub("--"; "-_")'
}

# run COMMAND... waits for a command as the shell does, but hands on to it the signal by
# which a job is cancelled, so that calls under way are let finish and what was done is
# kept. Nothing is told of a cancelled job: the script ends with the command.
run() {
  local code=0
  cancelled=
  trap 'cancelled=1; kill -TERM "${!:-}" 2>/dev/null || true' INT TERM
  "$@" &
  wait "$!" || code=$?
  while [ -n "$cancelled" ] && kill -0 "$!" 2>/dev/null; do
    code=0
    wait "$!" || code=$?
  done
  trap - INT TERM
  [ -z "$cancelled" ] || exit "$code"
  return "$code"
}
