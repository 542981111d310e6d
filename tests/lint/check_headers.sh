#!/bin/sh
# Every header compiles alone.
cd "$(dirname "$0")/../.." || exit 1
flags=$(pkg-config --cflags libmicrohttpd jansson sqlite3 libcurl libcrypto libsystemd libpcre2-8 libarchive libseccomp)
bad=0
for header in base/*.h model/*.h openapi/*.h storage/*.h runtime/*.h controller/*.h api/*.h cli/*.h launcher/*.h sandbox/*.h daemon/*.h tests/fakes/*.h; do
    # shellcheck disable=SC2086
    echo "#include \"$header\"" | gcc -std=gnu17 -D_GNU_SOURCE -I. -Itests -Wall -Wextra -Werror -Wno-unused $flags -x c -fsyntax-only - || {
        echo "$header does not compile alone"
        bad=1
    }
done
exit $bad
