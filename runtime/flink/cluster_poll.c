#include "runtime/flink/cluster_poll.h"

#include "base/clock.h"

static const int64_t PATIENCE_MS = 1000; // between checks of an open question

static int64_t now_ms(void) {
    return clock_monotonic_us() / 1000;
}

static int on_timer(sd_event_source *source, uint64_t now_us, void *userdata) {
    const struct cluster_poll *poll = userdata;

    (void)source;
    (void)now_us;
    if (poll->question == NULL) poll->on_due(poll->userdata);
    return 0;
}

static void set_patience(struct cluster_poll *poll, int enabled) {
    (void)sd_event_source_set_time_relative(poll->patience, (uint64_t)PATIENCE_MS * 1000);
    (void)sd_event_source_set_enabled(poll->patience, enabled);
}

static int on_patience(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct cluster_poll *poll = userdata;

    (void)source;
    (void)now_us;
    if (poll->question == NULL) return 0;
    cluster_poll_unanswered(poll);
    set_patience(poll, SD_EVENT_ONESHOT);
    poll->on_waiting(poll->userdata);
    return 0;
}

bool cluster_poll_start(struct cluster_poll *poll, sd_event *loop, struct error *err) {
    int code = sd_event_add_time(loop, &poll->timer, CLOCK_MONOTONIC, 0, 1000, on_timer, poll);

    if (code >= 0)
        code =
            sd_event_add_time(loop, &poll->patience, CLOCK_MONOTONIC, 0, 100000, on_patience, poll);
    if (code < 0) return error_system(err, -code, "timer of a cluster");
    (void)sd_event_source_set_enabled(poll->patience, SD_EVENT_OFF);
    cluster_poll_never(poll);
    return true;
}

void cluster_poll_stop(struct cluster_poll *poll) {
    flink_call_free(TAKE(poll->question));
    poll->timer = sd_event_source_disable_unref(poll->timer);
    poll->patience = sd_event_source_disable_unref(poll->patience);
}

void cluster_poll_after(struct cluster_poll *poll, int64_t delay_ms) {
    (void)sd_event_source_set_time_relative(poll->timer, (uint64_t)delay_ms * 1000);
    (void)sd_event_source_set_enabled(poll->timer, SD_EVENT_ONESHOT);
}

void cluster_poll_never(struct cluster_poll *poll) {
    (void)sd_event_source_set_enabled(poll->timer, SD_EVENT_OFF);
}

void cluster_poll_ask(struct cluster_poll *poll, enum flink_question question, const char *path,
                      flink_done_fn *done) {
    poll->question = flink_client_get(&poll->client, question, path, done, poll->userdata);
    set_patience(poll, SD_EVENT_ONESHOT);
}

void cluster_poll_end(struct cluster_poll *poll) {
    flink_call_free(TAKE(poll->question));
    set_patience(poll, SD_EVENT_OFF);
}

void cluster_poll_answered(struct cluster_poll *poll) {
    cluster_silence_answered(&poll->silence, now_ms());
}

void cluster_poll_unanswered(struct cluster_poll *poll) {
    cluster_silence_unanswered(&poll->silence, now_ms());
}
