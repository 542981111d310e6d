// kobel-launch: a small program between kobel and what kobel starts. It puts itself behind a fence
// and becomes the command, so that nothing of the command ever runs outside of it; kobel's loop
// does not wait for any of this.
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

// LD_PRELOAD ends a path at a space; a name without a directory is looked for in LD_LIBRARY_PATH,
// whose directories may have one.
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

// What cannot be removed does not keep the rest.
static bool remove_all(char **paths, struct error *err) {
    bool is_whole = true;

    for (; *paths != NULL; paths++)
        is_whole = file_remove_tree(*paths, err) && is_whole;
    return is_whole;
}

static bool launch(struct plan *plan, struct error *err) {
    if (plan->keeps && !keeper_begin(plan, err)) return false;
    if (!confine(plan, err)) return false;
    // Only now: it is for the command, not for this program.
    if (!preload(plan->preload, err)) return false;
    if (plan->removes) return remove_all(plan->command, err);
    if (plan->directory != NULL && chdir(plan->directory) < 0)
        return error_system(err, errno, "go to '%s'", plan->directory);
    (void)execv(plan->command[0], plan->command);
    return error_system(err, errno, "start '%s'", plan->command[0]);
}

int main(int count, char **arguments) {
    struct plan plan;
    struct error err;

    if (plan_read(count - 1, arguments + 1, &plan, &err)) {
        if (plan.entered != 0 && enter_and_show(&plan, &err)) return 0;
        if (plan.entered == 0 && launch(&plan, &err)) return 0;
    }
    (void)fprintf(stderr, "kobel-launch: %s\n", err.message);
    return EXIT_NOT_LAUNCHED;
}
