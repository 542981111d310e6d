#!/bin/sh
# The API document is what the script makes of the facts.
cd "$(dirname "$0")/../.." || exit 1
python3 scripts/make_openapi.py | cmp - openapi/kinesisanalyticsv2.json
