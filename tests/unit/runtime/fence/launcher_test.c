// kobel-launch, started as kobel does it: the command has lost what the launcher gave up.
#include "base/file.h"
#include "base/text.h"
#include "runtime/fence/sandbox.h"
#include "runtime/fence/sandbox_trial.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct error err;

// Runs `command` in a shell behind the fence of the options; true: exit status 0.
static bool run(struct argument_list *options, const char *command) {
    static const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
    AUTO(argument_list_release) struct argument_list line = {0};

    argument_list_add(&line, LAUNCHER);
    if (options->count > 0) argument_list_add_copy(&line, argument_list_items(options));
    argument_list_add_all(&line, "--", "/bin/sh", "-c", command, NULL);
    return sandbox_trial(argument_list_items(&line), environment, -1, NULL, &err);
}

static int listen_anywhere(uint16_t *out_port) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cr_assert(bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 8) == 0);
    cr_assert(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
    *out_port = ntohs(address.sin_port);
    return fd;
}

static bool connects(struct argument_list *options, uint16_t port) {
    char command[160];

    (void)text_format(command, sizeof command,
                      "exec python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", "
                      "%u), 5)'",
                      port);
    return run(options, command);
}

// Another process may listen on the same port of 127.0.0.1.
static bool listens(struct argument_list *options, const char *address, uint16_t port) {
    char command[240];

    (void)text_format(command, sizeof command,
                      "exec python3 -c 'import socket; "
                      "socket.create_server((\"%s\", %u), family=socket.%s).listen()'",
                      address, port, strchr(address, ':') == NULL ? "AF_INET" : "AF_INET6");
    return run(options, command);
}

Test(launcher, reports_mistakes_in_its_command_line) {
    AUTO(argument_list_release) struct argument_list unknown = {0};
    AUTO(argument_list_release) struct argument_list half = {0};

    argument_list_add_all(&unknown, "--unknown", NULL);
    cr_assert(not(run(&unknown, "true")));
    cr_assert(strstr(err.message, "unknown option '--unknown'") != NULL, "%s", err.message);
    argument_list_add_all(&half, "--own-ports", "17", NULL);
    cr_assert(not(run(&half, "true")));
}

Test(launcher, without_options_it_only_becomes_the_command) {
    AUTO(argument_list_release) struct argument_list nothing = {0};

    cr_assert(run(&nothing, "test -r /etc/passwd && test -d /tmp"), "%s", err.message);
    cr_assert(not(run(&nothing, "exit 3")));
    cr_assert(strstr(err.message, "exit status 3") != NULL);
}

Test(launcher, the_command_begins_in_its_directory) {
    AUTO(argument_list_release) struct argument_list there = {0};
    AUTO(argument_list_release) struct argument_list nowhere = {0};

    argument_list_add_all(&there, "--directory", "/usr/bin", NULL);
    cr_assert(run(&there, "test \"$(pwd)\" = /usr/bin"), "%s", err.message);
    argument_list_add_all(&nowhere, "--directory", "/nowhere", NULL);
    cr_assert(not(run(&nowhere, "true")));
}

Test(launcher, without_its_parent_it_does_not_start_the_command) {
    AUTO(argument_list_release) struct argument_list options = {0};

    argument_list_add_all(&options, "--parent", "1", NULL); // this process is not number 1
    cr_assert(not(run(&options, "true")));
}

Test(launcher, limits_and_privileges_are_given_up_before_the_command) {
    AUTO(argument_list_release) struct argument_list options = {0};

    argument_list_add_all(&options, "--data", "1073741824", "--no-capabilities", NULL);
    cr_assert(run(&options, "test $(ulimit -d) = 1048576 && test $(ulimit -c) = 0"), "%s",
              err.message);
    cr_assert(run(&options, "grep -q '^CapEff:.0*$' /proc/self/status && "
                            "grep -q '^NoNewPrivs:.1$' /proc/self/status"),
              "%s", err.message);
}

Test(launcher, only_named_files_can_be_opened) {
    AUTO(argument_list_release) struct argument_list options = {0};
    char directory[] = "/tmp/kobel-test-XXXXXX";
    char path[FILE_PATH_MAX];
    char command[FILE_PATH_MAX + 64];

    cr_assert(mkdtemp(directory) != NULL);
    (void)text_format(path, sizeof path, "%s/mine", directory);
    cr_assert(file_make_directories(path, 0700, &err));
    argument_list_add_all(&options, "--read", "/usr", "--read", "/bin", "--read", "/lib", "--read",
                          "/lib64", "--read", "/etc/ld.so.cache", "--read", "/nowhere", "--write",
                          path, NULL);
    (void)text_format(command, sizeof command, "echo x > %s/file && cat %s/file", path, path);
    cr_assert(run(&options, command), "%s", err.message);
    (void)text_format(command, sizeof command, "echo x > %s/file", directory);
    cr_assert(not(run(&options, command)));
    cr_assert(not(run(&options, "cat /etc/passwd")));
    cr_assert(not(run(&options, "ls /proc")));
    cr_assert(file_remove_tree(directory, &err));
}

Test(launcher, ports_of_others_are_closed_and_all_other_ports_are_open) {
    AUTO(argument_list_release) struct argument_list closed = {0};
    AUTO(argument_list_release) struct argument_list own = {0};
    AUTO(argument_list_release) struct argument_list api = {0};
    AUTO(argument_list_release) struct argument_list served = {0};
    AUTO(argument_list_release) struct argument_list open = {0};
    struct sandbox sandbox;
    char range[16];
    char port_text[8];
    uint16_t port;
    AUTO(file_close) int fd = listen_anywhere(&port);

    (void)setenv("KOBEL_LAUNCHER", LAUNCHER, 1);
    (void)setenv("KOBEL_PRELOAD", PRELOAD, 1);
    if (!sandbox_choose("scoped", NULL, &sandbox, NULL, &err) || !sandbox_closes_ports(&sandbox))
        cr_skip_test("the kernel cannot close ports: %s", err.message);
    (void)text_format(range, sizeof range, "%u-%u", port, port);
    (void)text_format(port_text, sizeof port_text, "%u", port);
    argument_list_add_all(&closed, "--closed-ports", range, NULL);
    argument_list_add_all(&own, "--closed-ports", range, "--own-ports", range, NULL);
    argument_list_add_all(&open, "--closed-ports", "1-1", NULL);
    argument_list_add_all(&api, "--closed-ports", "1-1", "--closed-port", port_text, NULL);
    argument_list_add_all(&served, "--closed-ports", range, "--served-port", port_text, NULL);
    cr_assert(not(connects(&closed, port)));
    cr_assert(connects(&served, port), "%s", err.message);
    cr_assert(not(listens(&served, "127.0.0.2", port)));
    cr_assert(connects(&own, port), "%s", err.message);
    cr_assert(connects(&open, port), "%s", err.message);
    cr_assert(not(connects(&api, port)));
    cr_assert(listens(&open, "127.0.0.2", port), "%s", err.message);
    cr_assert(not(listens(&closed, "127.0.0.2", port)));
    cr_assert(not(listens(&api, "127.0.0.2", port)));
    cr_assert(not(listens(&api, "::1", port)));
    // Any free port, as for a client.
    cr_assert(listens(&api, "127.0.0.2", 0), "%s", err.message);
}

Test(launcher, the_preloaded_library_shows_the_properties_file) {
    AUTO(argument_list_release) struct argument_list options = {0};
    char directory[] = "/tmp/kobel-test-XXXXXX";
    char command[1024];
    char spaced[FILE_PATH_MAX];
    char library[FILE_PATH_MAX];

    cr_assert(mkdtemp(directory) != NULL);
    (void)text_format(spaced, sizeof spaced, "%s/with a space", directory);
    (void)text_format(library, sizeof library, "%s/properties.so", spaced);
    cr_assert(file_make_directories(spaced, 0700, &err) && symlink(PRELOAD, library) == 0);
    argument_list_add_all(&options, "--preload", library, NULL);
    (void)text_format(command, sizeof command,
                      "set -e; cd %s; printf mine >here; p=" SANDBOX_PROPERTIES "; "
                      "export KOBEL_APPLICATION_PROPERTIES=%s/here; "
                      "[ $(cat $p) = mine ]; /usr/bin/test -f $p; [ $(stat -c %%s $p) = 4 ]; "
                      "grep -q mine $p; "
                      "python3 -c 'import os, sys; p = sys.argv[1]; "
                      "assert os.stat(p).st_size == os.lstat(p).st_size == 4; "
                      "assert os.access(p, os.R_OK) and open(p).read() == \"mine\"; "
                      "assert not os.path.exists(p + \"x\"); "
                      "os.umask(0); os.close(os.open(\"new\", os.O_CREAT | os.O_WRONLY, 0o640)); "
                      "assert os.stat(\"new\").st_mode & 0o777 == 0o640' $p",
                      directory, directory);
    cr_assert(run(&options, command), "%s", err.message);
    cr_assert(run(&options, "export KOBEL_TRUST_STORE=/etc/hostname; for java in 11 17; do "
                            "cmp /etc/hostname "
                            "/usr/lib/jvm/java-$java-amazon-corretto/lib/security/cacerts; done"),
              "%s", err.message);
    // Without the variable there is no such file.
    cr_assert(not(run(&options, "cat " SANDBOX_PROPERTIES)));
    cr_assert(file_remove_tree(directory, &err));
}
