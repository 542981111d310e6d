// kobel-launch: a small program between kobel and the commands that it starts. It confines itself
// and then executes the command, so that no code of the command ever runs unconfined, and kobel's
// loop waits for none of this.
#include "base/file.h"
#include "base/text.h"
#include "launcher/confine.h"
#include "launcher/enter.h"
#include "launcher/keeper.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_NOT_LAUNCHED = 125 };

// In LD_PRELOAD a space ends a path. A name without a directory is searched in LD_LIBRARY_PATH,
// whose directories may contain spaces.
static bool preload(const char *file, struct error *err) {
    char directory[FILE_PATH_MAX];
    const char *slash = file == NULL ? NULL : strrchr(file, '/');
    bool is_set = true;

    if (file == NULL) return true;
    if (strchr(file, ' ') == NULL || slash == NULL)
        is_set = setenv("LD_PRELOAD", file, 1) == 0;
    else
        is_set = text_format(directory, sizeof directory, "%.*s", (int)(slash - file), file) &&
                 setenv("LD_LIBRARY_PATH", directory, 1) == 0 &&
                 setenv("LD_PRELOAD", slash + 1, 1) == 0;
    return is_set || error_system(err, errno, "preload '%s'", file);
}

// Continues after a path that cannot be removed.
static bool remove_all(char **paths, struct error *err) {
    bool is_whole = true;

    for (; *paths != NULL; paths++)
        is_whole = file_remove_tree(*paths, err) && is_whole;
    return is_whole;
}

static bool launch(struct orders *orders, struct error *err) {
    if (orders->keeps && !keeper_begin(orders, err)) return false;
    if (!confine(orders, err)) return false;
    // Last, so that it affects only the command.
    if (!preload(orders->preload, err)) return false;
    if (orders->removes) return remove_all(orders->command, err);
    if (orders->directory != NULL && chdir(orders->directory) < 0)
        return error_system(err, errno, "change to directory '%s'", orders->directory);
    (void)execv(orders->command[0], orders->command);
    return error_system(err, errno, "start '%s'", orders->command[0]);
}

int main(int count, char **arguments) {
    struct orders orders;
    struct error err;

    if (orders_read(count - 1, arguments + 1, &orders, &err)) {
        if (orders.entered != 0 && enter_and_show(&orders, &err)) return 0;
        if (orders.entered == 0 && launch(&orders, &err)) return 0;
    }
    (void)fprintf(stderr, "kobel-launch: %s\n", err.message);
    return EXIT_NOT_LAUNCHED;
}
