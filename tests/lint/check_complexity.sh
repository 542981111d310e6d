#!/bin/sh
# No function has a cyclomatic complexity above 15 (pmccabe).
cd "$(dirname "$0")/../.." || exit 1
command -v pmccabe >/dev/null || { echo "pmccabe is missing: scripts/setup.sh test"; exit 1; }
pmccabe base/*.c model/*.c openapi/*.c storage/*.c runtime/*.c controller/*.c api/*.c cli/*.c launcher/*.c preload/*.c sandbox/*.c daemon/*.c |
    awk '$1 > 15 { print $6 " " $7 ": complexity " $1; bad = 1 } END { exit bad }'
