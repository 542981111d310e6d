#!/bin/sh
# The API document is what the script makes of the facts, and OpenAPI 3.1.
cd "$(dirname "$0")/../.." || exit 1
bad=0
python3 scripts/make_openapi.py | cmp - openapi/kinesisanalyticsv2.json || {
    echo "openapi/kinesisanalyticsv2.json is not what scripts/make_openapi.py makes of openapi/api_shapes.json"
    bad=1
}
validator=${XDG_CACHE_HOME:-$HOME/.cache}/kobel/venv/bin/openapi-spec-validator
if [ -x "$validator" ]; then
    "$validator" --schema 3.1.0 openapi/kinesisanalyticsv2.json || bad=1
else
    echo "openapi-spec-validator is missing: scripts/setup.sh test installs it; only the comparison was made"
fi
exit $bad
