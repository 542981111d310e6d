#!/bin/sh
# clang-tidy and cppcheck over the rooms, with the compile commands of the clang preset. Slow: not part of ctest.
cd "$(dirname "$0")/../.." || exit 1
# varFuncNullUB: NULL ends our sentinel lists; it is a pointer in every C library that kobel runs on.
bad=0
sources=$(ls base/*.c model/*.c openapi/*.c storage/*.c runtime/*.c controller/*.c api/*.c cli/*.c launcher/*.c preload/*.c sandbox/*.c daemon/*.c)
echo "$sources" | xargs -P 2 -n 6 clang-tidy-14 --quiet -p build/clang 2>/dev/null || bad=1
cppcheck --quiet --std=c17 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 -I. -D_GNU_SOURCE \
    --suppress=missingIncludeSystem --suppress=unknownMacro --suppress=nullPointerRedundantCheck --suppress=varFuncNullUB $sources || bad=1
exit $bad
