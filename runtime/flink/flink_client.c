#include "runtime/flink/flink_client.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/flink/flink_reply.h"

// For a machine that is short of processors; cluster_silence.h has shorter limits.
static const int64_t GET_TIMEOUT_MS = 15000;
// At most a fifth of the loop's time for one JobManager. The longest pause is shorter than the
// shortest limit of silence (cluster_silence.h).
static const int64_t PAUSE_FACTOR = 4;
static const int64_t PAUSE_MAX_US = 1000000;
enum { MB = 1 << 20 };

// Many times the size of Flink's answers for 128 subtasks and 100 vertices: a plan has a long
// description of each vertex of an SQL program, exceptions have the stack traces of all tasks that
// failed together, and a Kafka source has metrics of each partition.
// clang-format off
static const struct {
    const char *about;
    size_t limit_bytes;
} questions[] = {
    [FLINK_CONFIGURATION] = {"its configuration",          1 * MB},
    [FLINK_TASKMANAGERS]  = {"its TaskManagers",           1 * MB},
    [FLINK_JOB]           = {"the job",                    8 * MB},
    [FLINK_EXCEPTIONS]    = {"the exceptions of the job",  2 * MB},
    [FLINK_CHECKPOINTS]   = {"the checkpoints of the job", 1 * MB},
    [FLINK_SAVEPOINT]     = {"a savepoint",                1 * MB},
    [FLINK_SUBMISSION]    = {"the submission of the job",  1 * MB},
    [FLINK_METRIC_NAMES]  = {"the names of metrics",       4 * MB},
    [FLINK_METRICS]       = {"metrics",                    1 * MB},
};
// clang-format on
_Static_assert(COUNT_OF(questions) == FLINK_QUESTION_COUNT, "each question has a limit");

struct flink_call {
    struct flink_client *client;
    enum flink_question question;
    const char *method;
    char *url;
    char *body;
    int64_t timeout_ms;
    sd_event_source *turn;        // NULL once it was sent
    struct http_request *request; // NULL before, and once it was answered
    flink_done_fn *done;
    void *userdata;
};

size_t flink_client_limit_bytes(enum flink_question question) {
    return questions[question].limit_bytes;
}

int64_t flink_client_pause_us(int64_t took_us) {
    int64_t pause_us = clock_pause_us(took_us, PAUSE_FACTOR, 0);

    return pause_us < PAUSE_MAX_US ? pause_us : PAUSE_MAX_US;
}

// --- answers ---

static void fail_with_cause(struct flink_call *call, long status, const json_t *reply) {
    char cause[900];
    struct error err;

    flink_reply_error(reply, cause, sizeof cause);
    if (cause[0] == '\0')
        (void)text_format(cause, sizeof cause, "Flink answered with status %ld", status);
    (void)error_set(&err, ERROR_INVALID, "%s", cause);
    call->done(call->userdata, NULL, &err);
}

static void fail_without_answer(struct flink_call *call, const struct error *reason) {
    struct error err = *reason;

    if (reason->kind == ERROR_LIMIT)
        (void)error_set(&err, ERROR_LIMIT,
                        "the JobManager's answer about %s has more than %zu bytes and is not read",
                        questions[call->question].about, questions[call->question].limit_bytes);
    call->done(call->userdata, NULL, &err);
}

static void report_answer(struct flink_call *call, const struct http_reply *reply,
                          const struct error *reason) {
    AUTO(json_decref) json_t *json = NULL;
    struct error err;

    if (reason != NULL) {
        fail_without_answer(call, reason);
        return;
    }
    bool is_json = reply->size_bytes > 0 && json_parse(reply->body, reply->size_bytes, &json, &err);
    if (reply->status < 200 || reply->status > 299) {
        fail_with_cause(call, reply->status, json);
        return;
    }
    if (!is_json && reply->size_bytes > 0) {
        (void)error_prefix(&err, "Flink's answer");
        call->done(call->userdata, NULL, &err);
        return;
    }
    call->done(call->userdata, json, NULL);
}

static void on_reply(void *userdata, const struct http_reply *reply, const struct error *reason) {
    struct flink_call *call = userdata;
    struct flink_client *client = call->client;
    int64_t begun_us = clock_monotonic_us();

    call->request = NULL;
    client->is_answering = true;
    report_answer(call, reply, reason);
    client->is_answering = false;
    int64_t now_us = clock_monotonic_us();
    client->pause_until_us = now_us + flink_client_pause_us(now_us - begun_us);
}

// --- asking ---

static void begin(struct flink_call *call) {
    struct http_call http = {.method = call->method,
                             .url = call->url,
                             .body = call->body,
                             .timeout_ms = call->timeout_ms,
                             .limit_bytes = questions[call->question].limit_bytes,
                             .done = on_reply,
                             .userdata = call};

    call->turn = sd_event_source_disable_unref(call->turn);
    call->request = http_client_send(call->client->http, &http);
}

static int on_turn(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct flink_call *call = userdata;
    int64_t until_us = call->client->pause_until_us;

    (void)now_us;
    if (clock_monotonic_us() >= until_us) {
        begin(call);
        return 0;
    }
    (void)sd_event_source_set_time(source, (uint64_t)until_us);
    (void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    return 0;
}

// A question that is asked from a callback waits for the next turn of the loop: only then is known
// how long the answer took.
static void begin_after_pause(struct flink_call *call) {
    const struct flink_client *client = call->client;
    bool must_wait = client->is_answering || client->pause_until_us > clock_monotonic_us();

    if (!must_wait ||
        sd_event_add_time(client->loop, &call->turn, CLOCK_MONOTONIC, 0, 100, on_turn, call) < 0)
        begin(call);
}

static struct flink_call *new_call(struct flink_client *client, enum flink_question question,
                                   const char *path, flink_done_fn *done, void *userdata) {
    struct flink_call *call = memory_alloc(sizeof *call);

    call->client = client;
    call->question = question;
    call->url = memory_format("%s%s", client->base_url, path);
    call->done = done;
    call->userdata = userdata;
    return call;
}

struct flink_call *flink_client_get(struct flink_client *client, enum flink_question question,
                                    const char *path, flink_done_fn *done, void *userdata) {
    struct flink_call *call = new_call(client, question, path, done, userdata);

    call->method = "GET";
    call->timeout_ms = GET_TIMEOUT_MS;
    begin_after_pause(call);
    return call;
}

struct flink_call *flink_client_post(struct flink_client *client, enum flink_question question,
                                     const char *path, const json_t *body, int64_t timeout_ms,
                                     flink_done_fn *done, void *userdata) {
    struct flink_call *call = new_call(client, question, path, done, userdata);

    call->method = "POST";
    call->body = json_print(body);
    call->timeout_ms = timeout_ms;
    begin_after_pause(call);
    return call;
}

void flink_call_free(struct flink_call *call) {
    if (call == NULL) return;
    http_request_cancel(call->request);
    (void)sd_event_source_disable_unref(call->turn);
    memory_free(call->url);
    memory_free(call->body);
    memory_free(call);
}
