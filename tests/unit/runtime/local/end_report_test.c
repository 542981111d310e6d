// What a user reads about a process that ended.
#include "runtime/local/end_report.h"

#include "base/text.h"
#include "unit/touch.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

static char root[] = "/tmp/kobel-report-XXXXXX";
static const struct cgroup group;
static struct end_report report = {
    .name = "taskmanager-1", .cluster_directory = root, .group = &group};
static char text[600];

static void set_up(void) {
    cr_assert(mkdtemp(root) != NULL);
}

static void tear_down(void) {
    struct error err;

    cr_assert(file_remove_tree(root, &err), "%s", err.message);
}

TestSuite(end_report, .init = set_up, .fini = tear_down);

static void put(const char *rest, const char *content) {
    char path[FILE_PATH_MAX];
    struct error err;

    touch(root, rest);
    cr_assert(file_join(path, sizeof path, &err, root, rest, NULL));
    cr_assert(file_write_atomically(path, content, strlen(content), 0600, &err));
}

Test(end_report, has_the_error_of_the_output_or_else_of_the_log) {
    const struct process_end end = {.number = 1};

    end_report_describe(&report, end, text, sizeof text);
    cr_assert(eq(str, text, "taskmanager-1 ended with exit status 1"));
    put("log/taskmanager-1.log", "a.LogException: full\n");
    end_report_describe(&report, end, text, sizeof text);
    cr_assert(eq(str, text, "taskmanager-1 ended with exit status 1: a.LogException: full"));
    put("log/taskmanager-1.out", "a.OutException: empty\n");
    end_report_describe(&report, end, text, sizeof text);
    cr_assert(eq(str, text, "taskmanager-1 ended with exit status 1: a.OutException: empty"));
}

static int listen_somewhere(uint16_t *out_port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert(bind(fd, (struct sockaddr *)&address, size) == 0 && listen(fd, 1) == 0);
    cr_assert(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
    *out_port = ntohs(address.sin_port);
    return fd;
}

Test(end_report, names_the_port_that_another_program_has) {
    AUTO(file_close) int fd = -1;
    uint16_t port;
    char expected[80];

    fd = listen_somewhere(&port);
    report.ports = (struct port_block){port, 1};
    cr_assert(end_report_clash(&report, (struct process_end){.number = 1}, text, sizeof text));
    (void)text_format(expected, sizeof expected,
                      "port %u of taskmanager-1 was taken by another program", port);
    cr_assert(eq(str, text, expected));
    // A process that was killed may still listen.
    cr_assert(not(
        end_report_clash(&report, (struct process_end){.was_signalled = true}, text, sizeof text)));
}
