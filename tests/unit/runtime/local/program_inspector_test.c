// Programs are inspected one after the other. Here a program is a script that writes its result.
#include "runtime/local/program_inspector.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OPERATOR                                                                                   \
    "{\"id\":\"0123456789abcdef0123456789abcdef\",\"parallelism\":1,\"maxParallelism\":0}"

static char directory[] = "/tmp/kobel-inspector-XXXXXX";
static sd_event *loop;
static struct machine machine;
static struct program_inspector *inspector;
static struct program_port port;

static const char *at(const char *name) {
    static char paths[4][FILE_PATH_MAX];
    static int next;
    char *path = paths[next++ % 4];

    (void)text_format(path, FILE_PATH_MAX, "%s/%s", directory, name);
    return path;
}

static void put(const char *name, const char *text, unsigned mode) {
    struct error err;

    cr_assert(file_write_atomically(at(name), text, strlen(text), mode, &err), "%s", err.message);
}

// The code of an application is the file of its digest's name.
static bool find_jar(void *self, const char *sha256, struct code_jar *out_jar, struct error *err) {
    (void)self;
    *out_jar = (struct code_jar){0};
    return file_join(out_jar->path, sizeof out_jar->path, err, directory, sha256, NULL);
}

static const struct code_ops code_ops = {.find_jar = find_jar};

// Instead of Java it runs the code itself, with the shell.
static const char LAUNCHER_SCRIPT[] = "#!/bin/sh\n"
                                      "case \"$*\" in *--remove*) exec " LAUNCHER " \"$@\";; esac\n"
                                      "for one; do case $one in\n"
                                      "  */operators.json) result=$one;; */program.jar) "
                                      "code=$one;; parallelism*) parallelism=$one;;\n"
                                      "esac; done\n"
                                      "cd \"$(dirname \"$result\")/../../..\"\n"
                                      ". \"$code\"\n";

static void set_up(void) {
    struct local_options options = {.data_directory = directory,
                                    .mark = "",
                                    .code = {.ops = &code_ops},
                                    .java = {.binary = "/usr/bin/java"},
                                    .sandbox = {.level = SANDBOX_NONE},
                                    .first_port = PORT_POOL_FIRST,
                                    .last_port = PORT_POOL_LAST,
                                    .program_limit_ms = 300000};
    char runtimes[FILE_PATH_MAX];
    struct error err;

    cr_assert(mkdtemp(directory) != NULL);
    cr_assert(sd_event_new(&loop) >= 0);
    cr_assert(file_make_directories(at("runtimes/FLINK-1_20/lib"), 0700, &err));
    (void)text_copy(runtimes, sizeof runtimes, at("runtimes"));
    options.runtimes_directory = runtimes;
    put("runtimes/FLINK-1_20/lib/flink-dist-1.20.3.jar", "x", 0600);
    put("runtimes/FLINK-1_20/runtime.json", "{\"flinkVersion\":\"1.20.3\"}", 0600);
    put("runtimes/FLINK-1_20/inspector.jar", "x", 0600);
    put("launcher", LAUNCHER_SCRIPT, 0700);
    (void)text_copy(options.sandbox.launcher, FILE_PATH_MAX, at("launcher"));
    cr_assert(machine_open(&machine, loop, &options, &err), "%s", err.message);
    cr_assert(program_inspector_new(&machine, &inspector, &err), "%s", err.message);
    port = program_inspector_port(inspector);
}

static void tear_down(void) {
    struct error err;

    program_inspector_free(inspector);
    machine_close(&machine);
    (void)sd_event_unref(loop);
    cr_assert(file_remove_tree(directory, &err), "%s", err.message);
}

TestSuite(program_inspector, .init = set_up, .fini = tear_down);

struct outcome {
    int calls;
    size_t operators; // 0 = a failure
    struct error err;
};

static void on_done(void *userdata, const struct program_report *report, const struct error *err) {
    struct outcome *outcome = userdata;

    outcome->calls++;
    if (report != NULL) outcome->operators = report->graph.count;
    if (err != NULL) outcome->err = *err;
}

static struct program_inspection *begin(const char *code, int parallelism,
                                        struct outcome *outcome) {
    struct program_order order = {
        .spec = {.runtime = RUNTIME_FLINK_1_20, .parallelism = parallelism},
        .size = {.jobmanager = {.heap_mb = 256, .metaspace_mb = 256, .overhead_mb = 64}},
        .properties_text = "[]"};

    (void)text_copy(order.spec.code_sha256, sizeof order.spec.code_sha256, code);
    *outcome = (struct outcome){0};
    struct program_inspection *inspection = program_inspect(&port, &order, on_done, outcome);
    cr_assert(inspection != NULL && outcome->calls == 0);
    return inspection;
}

static void wait_for(const struct outcome *outcome) {
    while (outcome->calls == 0)
        cr_assert(sd_event_run(loop, UINT64_MAX) >= 0);
}

static struct outcome inspect(const char *code, int parallelism) {
    struct outcome outcome;

    (void)begin(code, parallelism, &outcome);
    wait_for(&outcome);
    cr_assert(eq(int, outcome.calls, 1));
    return outcome;
}

static void wait_for_file(const char *name) {
    while (!file_exists(at(name)))
        cr_assert(sd_event_run(loop, 10000) >= 0);
}

Test(program_inspector, the_operators_are_found_once_for_the_same_code_and_settings) {
    AUTO(buffer_release) struct buffer runs = BUFFER_INIT(4096);
    struct error err;

    put("code",
        "echo \"$parallelism\" >>runs\necho '{\"operators\":[" OPERATOR "]}' >\"$result\"\n", 0600);
    for (int round = 0; round < 3; round++)
        cr_assert(eq(sz, inspect("code", 1).operators, 1));
    cr_assert(eq(sz, inspect("code", 2).operators, 1));
    cr_assert(file_read(at("runs"), &runs, &err), "%s", err.message);
    cr_assert(
        eq(str, (char *)buffer_text(&runs), "parallelism.default=1\nparallelism.default=2\n"));
}

Test(program_inspector, a_failure_is_reported_and_not_kept) {
    put("code", "echo '{\"error\":\"main() failed\"}' >\"$result\"\n", 0600);
    struct outcome outcome = inspect("code", 1);
    cr_assert(eq(int, outcome.err.kind, ERROR_INVALID));
    cr_assert(eq(str, outcome.err.message, "main() failed"));
    put("code", "echo '{\"operators\":[" OPERATOR "]}' >\"$result\"\n", 0600);
    cr_assert(eq(sz, inspect("code", 1).operators, 1));
}

Test(program_inspector, a_program_that_ends_without_a_result_is_described) {
    put("code", "echo a.b.BrokenException: broken\nexit 3\n", 0600);
    cr_assert(eq(str, inspect("code", 1).err.message,
                 "main() ended with exit status 3: a.b.BrokenException: broken, before it had "
                 "submitted a job"));
}

// It could name any file that the daemon can read.
Test(program_inspector, a_link_is_not_a_result) {
    put("secret", "{\"error\":\"secret\"}", 0600);
    put("code", "ln -s \"$PWD/secret\" \"$result\"\n", 0600);
    cr_assert(eq(str, inspect("code", 1).err.message,
                 "main() ended with exit status 0, before it had submitted a job"));
}

Test(program_inspector, a_result_without_end_is_not_read_to_its_end) {
    put("code", "truncate -s 1T \"$result\"\n", 0600);
    struct outcome outcome = inspect("code", 1);
    cr_assert(eq(int, outcome.err.kind, ERROR_LIMIT));
}

Test(program_inspector, a_program_is_killed_at_the_time_limit) {
    machine.options.program_limit_ms = 100;
    put("code", "exec sleep 1000\n", 0600);
    cr_assert(eq(str, inspect("code", 1).err.message,
                 "main() has submitted no job within 0 s (--program-limit)"));
    cr_assert(not(file_is_directory(at("spares/x"))));
}

Test(program_inspector, programs_have_turns_and_one_that_waits_can_be_cancelled) {
    struct outcome first;
    struct outcome second;
    struct outcome third;

    put("slow",
        "mkfifo gate.part && mv gate.part gate\nread line <gate\n"
        "echo '{\"operators\":[" OPERATOR "]}' >\"$result\"\n",
        0600);
    put("quick", "echo '{\"operators\":[" OPERATOR "," OPERATOR "]}' >\"$result\"\n", 0600);
    (void)begin("slow", 1, &first);
    struct program_inspection *waiting = begin("quick", 1, &second);
    (void)begin("quick", 2, &third);
    wait_for_file("gate");
    program_cancel(&port, waiting);
    cr_assert(eq(int, first.calls + third.calls, 0));
    FILE *gate = fopen(at("gate"), "w");
    cr_assert(gate != NULL && fputs("go\n", gate) >= 0 && fclose(gate) == 0);
    wait_for(&third);
    cr_assert(eq(sz, first.operators, 1));
    cr_assert(eq(sz, third.operators, 2));
    cr_assert(eq(int, second.calls, 0));
}

Test(program_inspector, what_was_cancelled_while_it_ran_is_kept) {
    struct outcome outcome;

    put("code",
        "mkfifo gate.part && mv gate.part gate\nread line <gate\n"
        "echo '{\"operators\":[" OPERATOR "]}' >\"$result\"\n",
        0600);
    struct program_inspection *inspection = begin("code", 1, &outcome);
    wait_for_file("gate");
    program_cancel(&port, inspection);
    FILE *gate = fopen(at("gate"), "w");
    cr_assert(gate != NULL && fputs("go\n", gate) >= 0 && fclose(gate) == 0);
    put("code", "exit 1\n", 0600);
    cr_assert(eq(sz, inspect("code", 1).operators, 1));
    cr_assert(eq(int, outcome.calls, 0));
}

Test(program_inspector, not_too_many_wait) {
    struct outcome outcomes[34];

    put("slow", "touch runs\nexec sleep 1000\n", 0600);
    (void)begin("slow", 1, &outcomes[0]);
    wait_for_file("runs");
    for (size_t index = 1; index < COUNT_OF(outcomes); index++)
        (void)begin("code", 1, &outcomes[index]);
    wait_for(&outcomes[33]);
    cr_assert(eq(int, outcomes[33].err.kind, ERROR_UNAVAILABLE));
    for (size_t index = 0; index < 33; index++)
        cr_assert(eq(int, outcomes[index].calls, 0));
}

Test(program_inspector, the_program_that_runs_ends_with_the_daemon) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(64);
    struct outcome outcome;
    struct error err;
    int64_t pid;

    put("code", "echo $$ >pid.part && mv pid.part pid\nexec sleep 1000\n", 0600);
    (void)begin("code", 1, &outcome);
    wait_for_file("pid");
    cr_assert(file_read(at("pid"), &text, &err), "%s", err.message);
    buffer_cut(&text, text.size_bytes - 1);
    cr_assert(text_to_int64(buffer_text(&text), &pid));
    program_inspector_free(TAKE(inspector));
    cr_assert(kill((pid_t)pid, 0) < 0 && errno == ESRCH);
    cr_assert(eq(int, outcome.calls, 0));
}

Test(program_inspector, what_is_missing_is_named) {
    put("code", "exit 1\n", 0600);
    cr_assert(eq(int, inspect("none", 1).err.kind, ERROR_NOT_FOUND));
    cr_assert(unlink(at("runtimes/FLINK-1_20/inspector.jar")) == 0);
    struct outcome outcome = inspect("code", 1);
    cr_assert(eq(int, outcome.err.kind, ERROR_UNAVAILABLE));
    cr_assert(strstr(outcome.err.message, "run `kobel runtime install FLINK-1_20` again") != NULL);
    machine.options.java.binary[0] = '\0';
    cr_assert(eq(int, inspect("code", 1).err.kind, ERROR_UNAVAILABLE));
}
