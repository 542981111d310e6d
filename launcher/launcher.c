// kobel-launch: a small program between kobel and what kobel starts. It puts itself behind a fence
// and becomes the command, so that nothing of the command ever runs outside of it; kobel's loop
// does not wait for any of this.
#include "launcher/confine.h"
#include "launcher/enter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { EXIT_NOT_LAUNCHED = 125 };

static bool launch(const struct plan *plan, struct error *err) {
    if (!confine(plan, err)) return false;
    // Only now: it is for the command, not for this program.
    if (plan->preload != NULL && setenv("LD_PRELOAD", plan->preload, 1) != 0)
        return error_system(err, errno, "preload '%s'", plan->preload);
    (void)execv(plan->command[0], plan->command);
    return error_system(err, errno, "start '%s'", plan->command[0]);
}

int main(int count, char **arguments) {
    struct plan plan;
    struct error err;

    if (plan_read(count - 1, arguments + 1, &plan, &err)) {
        if (plan.entered != 0 && enter_and_show(&plan, &err)) return 0;
        if (plan.entered == 0) (void)launch(&plan, &err);
    }
    (void)fprintf(stderr, "kobel-launch: %s\n", err.message);
    return EXIT_NOT_LAUNCHED;
}
