#!/bin/sh
# Fails when a header does not compile alone: it must include what it uses. One that a source includes first was compiled so by the
# build.
cd "$(dirname "$0")/../.." || exit 1
flags=$(pkg-config --cflags libmicrohttpd jansson sqlite3 libcurl libcrypto libsystemd libpcre2-8 libarchive libseccomp)
bad=0
rooms=$(tests/lint/rooms.py)
built=$(for room in $rooms; do find "$room" -maxdepth 1 -name "*.c" -exec grep -m1 -h '^#include' {} \;; done)
for header in $(for room in $rooms; do find "$room" -maxdepth 1 -name "*.h"; done) tests/fakes/*.h; do
    case $built in *"\"$header\""*) continue ;; esac
    # shellcheck disable=SC2086
    echo "#include \"$header\"" | gcc -std=gnu17 -D_GNU_SOURCE -I. -Itests -Wall -Wextra -Werror -Wno-unused $flags -x c -fsyntax-only - || {
        echo "$header does not compile alone"
        bad=1
    }
done
exit $bad
