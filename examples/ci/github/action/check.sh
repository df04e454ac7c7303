#!/usr/bin/env bash
# Checks the files without any network, so that it is safe for everybody's changes.
set -euo pipefail

espalier -chdir="$ESPALIER_FOLDER" fmt -check -diff -recursive
espalier -chdir="$ESPALIER_FOLDER" validate
