#include "runtime/install/installation.h"

#include "runtime/host/process.h"

#include <unistd.h>

void installation_report(const struct installation *self, const char *step, double fraction) {
    if (self->progress != NULL) self->progress(self->userdata, step, fraction);
}

void installation_added(const struct installation *self, const char *what, const char *source) {
    if (self->added != NULL) self->added(self->userdata, what, source);
}

bool installation_run(const struct installation *self, const char *const *arguments,
                      const char *log, struct error *err) {
    struct process_spec spec = {.arguments = arguments,
                                .environment = (const char *const *)environ,
                                .output_root = self->scratch,
                                .output = log};

    return process_run_and_wait(&spec, err);
}
