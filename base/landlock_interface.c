#include "base/landlock_interface.h"

#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

int landlock_interface(void) {
    static const unsigned ASKS_VERSION = 1;
    long interface = syscall(SYS_landlock_create_ruleset, NULL, 0, ASKS_VERSION);

    return interface < 0 ? 0 : (int)interface;
}
