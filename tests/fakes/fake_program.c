#include "fakes/fake_program.h"

#include "base/text.h"

static struct program_inspection *inspect(void *userdata, const struct program_order *order,
                                          program_done_fn *done, void *done_userdata) {
    struct fake_program *self = userdata;

    self->asked++;
    self->parallelism = order->spec.parallelism;
    self->done = done;
    self->userdata = done_userdata;
    // A handle: it is only compared with NULL.
    return (struct program_inspection *)self;
}

static void cancel(void *userdata, struct program_inspection *inspection) {
    (void)inspection;
    fake_program_forget(userdata);
}

static const struct program_ops ops = {.inspect = inspect, .cancel = cancel};

struct program_port fake_program_port(struct fake_program *self) {
    if (self->is_missing) return (struct program_port){0};
    return (struct program_port){.ops = &ops, .self = self};
}

void fake_program_add(struct fake_program *self, const char *uid, const char *name) {
    struct job_operator *added = &self->operators[self->count++];

    // The fit finds the id by the uid.
    *added = (struct job_operator){.parallelism = 1};
    (void)text_copy(added->uid, sizeof added->uid, uid);
    (void)text_copy(added->name, sizeof added->name, name);
}

bool fake_program_answer(struct fake_program *self) {
    program_done_fn *done = self->done;
    struct program_report report = {.graph = {.operators = self->operators, .count = self->count}};
    struct error err;

    if (done == NULL) return false;
    self->done = NULL;
    if (self->failure != NULL) (void)error_set(&err, ERROR_INVALID, "%s", self->failure);
    done(self->userdata, self->failure == NULL ? &report : NULL,
         self->failure == NULL ? NULL : &err);
    return true;
}

void fake_program_forget(struct fake_program *self) {
    self->done = NULL;
}
