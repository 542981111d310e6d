#!/bin/sh
# The messages of the commits since the rule began: see scripts/hooks/commit-msg, which checks one.
cd "$(dirname "$0")/../.." || exit 1
BEGAN=1b2e80f1af5aa74a4795a5890c16aa552eec9f0c
git cat-file -e "$BEGAN^{commit}" 2>/dev/null && git merge-base --is-ancestor "$BEGAN" HEAD 2>/dev/null || {
    echo "nothing was checked: the history does not reach back to $BEGAN"
    exit 0
}
bad=0
message=$(mktemp)
trap 'rm -f "$message"' EXIT
for commit in $(git rev-list --no-merges "$BEGAN..HEAD"); do
    git log -1 --format=%B "$commit" >"$message"
    scripts/hooks/commit-msg "$message" published || {
        echo "  in commit $commit"
        bad=1
    }
done
exit $bad
