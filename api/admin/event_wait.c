#include "api/admin/event_wait.h"

#include "base/buffer.h"
#include "base/json.h"
#include "base/memory.h"
#include "controller/commands/app_service_own.h"

#include <stdlib.h>

static const int64_t EVENTS_MAX = 200;
static const size_t STREAM_MAX_BYTES = (size_t)4 << 20; // far more than EVENTS_MAX events need

struct event_waits {
    sd_event *loop;
    struct app_service *service;
    sd_event_source *check; // of all waits, after an event was recorded
    struct event_wait *first;
};

struct event_wait {
    struct event_waits *waits;
    struct event_wait *next;
    struct event_question question;
    sd_event_source *deadline;
    event_done_fn *done;
    void *userdata;
};

void event_wait_cancel(struct event_wait *wait) {
    struct event_wait **place = &wait->waits->first;

    while (*place != wait)
        place = &(*place)->next;
    *place = wait->next;
    (void)sd_event_source_disable_unref(wait->deadline);
    memory_free(wait);
}

static struct admin_reply reply_of(json_t *events, int64_t last_sequence) {
    json_t *body = json_new_object();

    json_put_copy(body, "events", events);
    json_put_int(body, "last", last_sequence);
    return admin_reply_json(200, body);
}

// For EventSource of browsers: events without a name reach `onmessage`.
static struct admin_reply stream_of(const json_t *events) {
    struct buffer text = BUFFER_INIT(STREAM_MAX_BYTES);
    size_t count = json_array_size(events);
    bool fits = count > 0 || buffer_append_text(&text, ":\n\n");

    for (size_t index = 0; index < count && fits; index++) {
        const json_t *event = json_array_get(events, index);
        AUTO(memory_free) char *line = json_print(event);
        fits = buffer_append_format(&text, "id: %lld\ndata: %s\n\n",
                                    (long long)json_int_or(event, "sequence", 0), line);
    }
    return (struct admin_reply){200, "text/event-stream", buffer_take_text(&text)};
}

// True: answered. Without new events only `may_be_empty` permits an answer.
static bool answer(struct event_waits *waits, const struct event_question *question,
                   bool may_be_empty, event_done_fn *done, void *userdata) {
    AUTO(json_decref) json_t *events = NULL;
    int64_t last_sequence = question->after_sequence;
    struct admin_reply reply;
    struct error err;

    if (!app_service_list_events(waits->service, &question->scope, question->name,
                                 question->after_sequence, EVENTS_MAX, &events, &err)) {
        reply = admin_reply_failure(&err);
    } else {
        size_t count = json_array_size(events);
        if (count == 0 && !may_be_empty) return false;
        if (count > 0)
            last_sequence = json_int_or(json_array_get(events, count - 1), "sequence", 0);
        reply = question->is_stream ? stream_of(events) : reply_of(events, last_sequence);
    }
    done(userdata, &reply, last_sequence);
    memory_free(reply.body);
    return true;
}

static void finish(struct event_wait *wait, bool may_be_empty) {
    event_done_fn *done = wait->done;
    void *userdata = wait->userdata;

    if (answer(wait->waits, &wait->question, may_be_empty, done, userdata)) event_wait_cancel(wait);
}

static int on_deadline(sd_event_source *source, uint64_t now_us, void *userdata) {
    (void)source;
    (void)now_us;
    finish(userdata, true);
    return 0;
}

static int on_check(sd_event_source *source, void *userdata) {
    struct event_waits *waits = userdata;
    struct event_wait *next;

    (void)source;
    for (struct event_wait *wait = waits->first; wait != NULL; wait = next) {
        next = wait->next;
        finish(wait, false);
    }
    return 0;
}

static void on_event(void *userdata) {
    struct event_waits *waits = userdata;

    if (waits->first != NULL) (void)sd_event_source_set_enabled(waits->check, SD_EVENT_ONESHOT);
}

struct event_wait *event_wait_begin(struct event_waits *waits,
                                    const struct event_question *question, event_done_fn *done,
                                    void *userdata) {
    bool may_be_empty = question->wait_ms == 0;
    if (!question->is_later && answer(waits, question, may_be_empty, done, userdata)) return NULL;
    struct event_wait *wait = memory_alloc(sizeof *wait);
    wait->waits = waits;
    wait->question = *question;
    wait->done = done;
    wait->userdata = userdata;
    wait->next = waits->first;
    waits->first = wait;
    if (sd_event_add_time_relative(waits->loop, &wait->deadline, CLOCK_MONOTONIC,
                                   (uint64_t)question->wait_ms * 1000, 1000, on_deadline, wait) < 0)
        abort();
    if (question->is_later) (void)sd_event_source_set_enabled(waits->check, SD_EVENT_ONESHOT);
    return wait;
}

// --- life ---

struct event_waits *event_waits_new(sd_event *loop, struct app_service *service) {
    struct event_waits *waits = memory_alloc(sizeof *waits);

    waits->loop = sd_event_ref(loop);
    waits->service = service;
    if (sd_event_add_defer(loop, &waits->check, on_check, waits) < 0) abort();
    (void)sd_event_source_set_enabled(waits->check, SD_EVENT_OFF);
    app_service_watch_events(service, on_event, waits);
    return waits;
}

void event_waits_free(struct event_waits *waits) {
    if (waits == NULL) return;
    while (waits->first != NULL)
        event_wait_cancel(waits->first);
    (void)sd_event_source_disable_unref(waits->check);
    (void)sd_event_unref(waits->loop);
    memory_free(waits);
}
