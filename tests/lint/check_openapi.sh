#!/bin/sh
# Fails when the API document differs from what scripts/make_openapi.py makes, or is not OpenAPI 3.1: it must not be edited by hand.
cd "$(dirname "$0")/../.." || exit 1
bad=0
python3 scripts/make_openapi.py | cmp - openapi/kinesisanalyticsv2.json || {
    echo "openapi/kinesisanalyticsv2.json is not what scripts/make_openapi.py makes of openapi/api_shapes.json: run the script"
    bad=1
}
validator=${XDG_CACHE_HOME:-$HOME/.cache}/kobel/venv/bin/openapi-spec-validator
if [ -x "$validator" ]; then
    "$validator" --schema 3.1.0 openapi/kinesisanalyticsv2.json || bad=1
else
    echo "openapi-spec-validator is missing, so that the document was not validated: scripts/setup.sh test installs it"
fi
exit $bad
