#include "runtime/flink/flink_submission.h"

#include "base/clock.h"
#include "base/text.h"

// The service gives a program's main() five minutes to submit its job (facts/api.md 4.3).
static const int64_t TIMEOUT_MS = 300000;
enum { SENT_MAX = 3, MISSED_MAX = 10 };

static int64_t now_ms(void) {
    return clock_monotonic_us() / 1000;
}

void flink_submission_cancel(struct flink_submission *submission) {
    flink_call_free(submission->call);
    json_decref(submission->body);
    *submission = (struct flink_submission){0};
}

// After a refusal of the first request there is no job. A repetition may be refused because the job
// exists already. An answer that is too long has the stack trace of a refusal.
static enum flink_submission_doubt doubt_after(const struct flink_submission *submission,
                                               const struct error *err) {
    if (err == NULL) return SUBMISSION_CERTAIN;
    if (err->kind == ERROR_UNAVAILABLE && now_ms() - submission->begun_ms < TIMEOUT_MS)
        return SUBMISSION_UNANSWERED;
    bool is_open = err->kind == ERROR_UNAVAILABLE || err->kind == ERROR_LIMIT;
    return is_open || submission->sent > 1 ? SUBMISSION_REFUSED : SUBMISSION_CERTAIN;
}

static void on_answer(void *userdata, json_t *reply, const struct error *err) {
    struct flink_submission *submission = userdata;

    (void)reply;
    flink_call_free(TAKE(submission->call));
    submission->doubt = doubt_after(submission, err);
    submission->done(submission->userdata, err);
}

static void post(struct flink_submission *submission) {
    char path[256];

    submission->sent++;
    submission->missed = 0;
    submission->begun_ms = now_ms();
    (void)text_format(path, sizeof path, "/jars/%s/run", submission->jar_id);
    submission->call = flink_client_post(submission->client, FLINK_SUBMISSION, path,
                                         submission->body, TIMEOUT_MS, on_answer, submission);
}

void flink_submission_begin(struct flink_submission *submission, struct flink_client *client,
                            const char *jar_id, const json_t *body, flink_submission_done_fn *done,
                            void *userdata) {
    flink_submission_cancel(submission);
    *submission = (struct flink_submission){
        .client = client, .body = json_copy_of(body), .done = done, .userdata = userdata};
    (void)text_copy(submission->jar_id, sizeof submission->jar_id, jar_id);
    post(submission);
}

enum flink_submission_next flink_submission_missed(struct flink_submission *submission) {
    bool is_refused = submission->doubt == SUBMISSION_REFUSED;

    if (is_refused) submission->doubt = SUBMISSION_CERTAIN;
    if (is_refused) return SUBMISSION_FAILED;
    if (++submission->missed < MISSED_MAX) return SUBMISSION_ASK_AGAIN;
    if (submission->sent == SENT_MAX) return SUBMISSION_LOST;
    post(submission);
    return SUBMISSION_REPEATED;
}
