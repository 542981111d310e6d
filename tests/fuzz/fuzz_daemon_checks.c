#include "fuzz/fuzz_daemon_checks.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "fuzz/fuzz.h"

#include <string.h>

#define LOGS "/kobel/v1/applications/a/logs"

// A page of the log from a position.
static void check_page(struct world *world, int64_t from, size_t size_bytes) {
    AUTO(buffer_release) struct buffer reply = BUFFER_INIT((size_t)16 << 20);
    AUTO(json_decref) json_t *page = NULL;
    struct error err;
    char head[128];

    (void)text_format(head, sizeof head, "GET " LOGS "?file=taskmanager-1.out&from=%lld HTTP/1.1",
                      (long long)from);
    if (world_ask(world, head, "", 0, &reply) != 200) return;
    FUZZ_EXPECT(json_parse(buffer_text(&reply), reply.size_bytes, &page, &err));
    FUZZ_EXPECT(json_text(page, "text") != NULL);
    FUZZ_EXPECT(json_int_or(page, "next", -1) == (int64_t)size_bytes);
}

// Each event is an object whose `line` is one line.
static void check_stream(struct world *world) {
    AUTO(buffer_release) struct buffer reply = BUFFER_INIT((size_t)16 << 20);
    static const char DATA[] = "data: ";

    if (world_follow(world, LOGS, &reply) != 200) return;
    const char *at = buffer_text(&reply);
    FUZZ_EXPECT(strlen(at) == reply.size_bytes && strstr(at, ":\n\n") != NULL);
    for (const char *end; (end = strstr(at, "\n\n")) != NULL; at = end + 2) {
        AUTO(json_decref) json_t *event = NULL;
        struct error err;
        if (at[0] == ':') continue;
        FUZZ_EXPECT(text_starts_with(at, DATA));
        at += sizeof DATA - 1;
        FUZZ_EXPECT(json_parse(at, (size_t)(end - at), &event, &err));
        const char *line = json_text(event, "line");
        FUZZ_EXPECT(line != NULL && strchr(line, '\n') == NULL);
    }
}

void fuzz_check_log(struct world *world, size_t size_bytes) {
    check_page(world, 0, size_bytes);
    check_page(world, (int64_t)size_bytes / 2, size_bytes);
    check_stream(world);
}

// The labels of a line of Prometheus' format: name="value", in which \, " and line ends are
// escaped. Returns the text behind them.
static const char *skip_labels(const char *at) {
    for (at++; *at != '}'; at += *at == ',') {
        at += strspn(at, "abcdefghijklmnopqrstuvwxyz_");
        FUZZ_EXPECT(at[0] == '=' && at[1] == '"');
        for (at += 2; *at != '"'; at++) {
            FUZZ_EXPECT(*at != '\0' && *at != '\n');
            if (*at != '\\') continue;
            at++;
            FUZZ_EXPECT(*at == '\\' || *at == '"' || *at == 'n');
        }
        at++;
    }
    return at + 1;
}

static void check_metrics(struct world *world, struct buffer *reply) {
    FUZZ_EXPECT(world_ask(world, "GET /metrics HTTP/1.1", "", 0, reply) == 200);
    for (const char *at = buffer_text(reply); *at != '\0'; at += *at == '\n') {
        if (*at != '#') {
            at += strspn(at, "abcdefghijklmnopqrstuvwxyz_");
            if (*at == '{') at = skip_labels(at);
            FUZZ_EXPECT(*at == ' ');
        }
        at += strcspn(at, "\n");
    }
}

static void check_operation(struct world *world, struct buffer *reply) {
    static const char LIST[] = "{\"ApplicationName\":\"a\",\"Limit\":1}";
    AUTO(json_decref) json_t *list = NULL;
    AUTO(json_decref) json_t *request = json_new_object();
    struct error err;

    if (world_ask(world, WORLD_CALL "ListApplicationOperations", LIST, sizeof LIST - 1, reply) !=
        200)
        return;
    FUZZ_EXPECT(json_parse(buffer_text(reply), reply->size_bytes, &list, &err));
    const json_t *newest = json_array_get(json_object_get(list, "ApplicationOperationInfoList"), 0);
    if (newest == NULL) return;
    json_put_text(request, "ApplicationName", "a");
    json_put_copy(request, "OperationId", json_member(newest, "OperationId"));
    AUTO(memory_free) char *body = json_print(request);
    FUZZ_EXPECT(world_call_text(world, "DescribeApplicationOperation", body) == 200);
}

void fuzz_check_answers(struct world *world) {
    static const char *const paths[] = {"/kobel/v1/status",
                                        "/kobel/v1/applications/a",
                                        "/kobel/v1/applications/a/events",
                                        "/kobel/v1/applications/a/scaling",
                                        "/kobel/v1/applications/a/metrics",
                                        "/kobel/v1/applications/a/logs",
                                        "/kobel/v1/applications/a/logs?file=taskmanager-1.out",
                                        "/healthz"};
    static const char *const operations[] = {"DescribeApplication", "ListApplicationSnapshots",
                                             "ListApplicationVersions"};
    AUTO(buffer_release) struct buffer reply = BUFFER_INIT((size_t)16 << 20);
    char head[128];

    for (size_t index = 0; index < COUNT_OF(paths); index++) {
        (void)text_format(head, sizeof head, "GET %s HTTP/1.1", paths[index]);
        FUZZ_EXPECT(world_ask(world, head, "", 0, &reply) < 500);
    }
    for (size_t index = 0; index < COUNT_OF(operations); index++)
        FUZZ_EXPECT(world_call_text(world, operations[index], "{\"ApplicationName\":\"a\"}") < 500);
    check_metrics(world, &reply);
    check_operation(world, &reply);
}
