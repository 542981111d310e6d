#include "controller/commands/code_wait.h"

#include "base/memory.h"
#include "base/text.h"
#include "controller/moves/code_collect.h"

struct code_wait {
    struct code_wait *next;
    struct app_service *service;
    struct app_scope scope;
    char name[APP_NAME_SIZE];
    json_t *request;
    struct code_request code;
    code_continue_fn *resume;
    app_done_fn *done;
    void *userdata;
};

static void free_wait(struct code_wait *wait) {
    json_decref(wait->request);
    memory_free(wait);
}

static void unlink_wait(struct code_wait *wait) {
    struct code_wait **place = &wait->service->code_waits;

    while (*place != wait)
        place = &(*place)->next;
    *place = wait->next;
}

static void fail(struct code_wait *wait, const struct error *reason) {
    struct error err = *reason;

    // A missing object in S3, in the service's words (facts/api.md 5.1).
    if (err.kind == ERROR_NOT_FOUND)
        (void)error_set(
            &err, ERROR_INVALID,
            "Please check the role provided or validity of S3 location you provided. "
            "We are unable to get the specified fileKey: %s in the specified bucket: %s",
            wait->code.key, wait->code.bucket);
    wait->done(wait->userdata, NULL, "", &err);
}

static void continue_with(struct code_wait *wait, const struct code_artifact *artifact) {
    struct code_command command = {.service = wait->service,
                                   .scope = &wait->scope,
                                   .name = wait->name,
                                   .request = wait->request,
                                   .done = wait->done,
                                   .userdata = wait->userdata};

    wait->resume(&command, artifact);
}

static void on_code(void *userdata, const struct code_artifact *artifact,
                    const struct error *reason) {
    struct code_wait *wait = userdata;

    unlink_wait(wait);
    // The request may still be refused, and then the code is not used.
    code_collect_soon(wait->service);
    if (reason != NULL)
        fail(wait, reason);
    else
        continue_with(wait, artifact);
    free_wait(wait);
}

void code_wait_begin(const struct code_command *command, const struct code_request *code,
                     struct buffer *bytes, code_continue_fn *resume) {
    struct app_service *service = command->service;
    struct code_source source = {.kind = CODE_SOURCE_BYTES, .bytes = bytes};

    if (!code->has_code) {
        resume(command, NULL);
        return;
    }
    struct code_wait *wait = memory_alloc(sizeof *wait);
    wait->service = service;
    wait->scope = *command->scope;
    (void)text_copy(wait->name, sizeof wait->name, command->name);
    wait->request = json_copy_of(command->request);
    wait->code = *code;
    wait->resume = resume;
    wait->done = command->done;
    wait->userdata = command->userdata;
    wait->next = service->code_waits;
    service->code_waits = wait;
    if (!code->is_zip) {
        source.kind = CODE_SOURCE_S3;
        source.bucket = wait->code.bucket;
        source.key = wait->code.key;
        source.object_version = code->object_version[0] == '\0' ? NULL : wait->code.object_version;
    }
    service->code.ops->import(service->code.self, &source, on_code, wait);
}

void code_wait_end_all(struct app_service *service) {
    struct error err;

    (void)error_set(&err, ERROR_UNAVAILABLE, "kobel is stopping");
    while (service->code_waits != NULL) {
        struct code_wait *wait = service->code_waits;
        unlink_wait(wait);
        wait->done(wait->userdata, NULL, "", &err);
        free_wait(wait);
    }
}
