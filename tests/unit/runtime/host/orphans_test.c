#include "runtime/host/orphans.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// clang-format off
static struct {
    const char *words;
    size_t size;
    bool carries;
} texts[] = {
#define WORDS(text) text, sizeof text
    {WORDS("java\0-Dkobel.data.id=0a1b\0-cp\0x"), true},
    {WORDS("PATH=/bin\0KOBEL_DATA_ID=0a1b"), true},
    {WORDS("KOBEL_DATA_ID=0a1bc"), false},
    {WORDS("KOBEL_DATA_ID=0a1"), false},
    {WORDS("XKOBEL_DATA_ID=0a1b"), false},
    {WORDS("java\0-Dx=-Dkobel.data.id=0a1b"), false},
    {WORDS("vi /srv/0a1b\0/data/0a1b/apps/"), false},
    {"KOBEL_DATA_ID=0a1b", 18, false}, // cut: more may have followed
    {WORDS(""), false},
    {"", 0, false},
};
// clang-format on

Test(orphans, carry_the_mark_as_a_whole_word) {
    for (size_t index = 0; index < sizeof texts / sizeof texts[0]; index++)
        cr_assert(eq(int, orphans_carry(texts[index].words, texts[index].size, "0a1b"),
                     texts[index].carries),
                  "%zu", index);
}

// posix_spawn() returns a moment before /proc shows the words of the new program.
static void wait_for_words(pid_t pid) {
    struct buffer words = BUFFER_INIT(4096);
    char path[64];
    struct error err;

    (void)text_format(path, sizeof path, "/proc/%d/environ", (int)pid);
    while (words.size_bytes == 0)
        cr_assert(file_read(path, &words, &err), "%s", err.message);
    buffer_release(&words);
}

static pid_t start(char *mark) {
    char *arguments[] = {"/bin/sleep", "600", NULL};
    char *environment[] = {"PATH=/bin", mark, NULL};
    pid_t pid = 0;

    cr_assert(posix_spawn(&pid, arguments[0], NULL, NULL, arguments, environment) == 0);
    wait_for_words(pid);
    return pid;
}

Test(orphans, only_those_with_the_mark_are_killed) {
    pid_t ours = start("KOBEL_DATA_ID=5d41402abc4b2a76b9719d911017c592");
    pid_t others = start("KOBEL_DATA_ID=5d41402abc4b2a76b9719d911017c593");
    int status = 0;

    orphans_kill("");
    orphans_kill("5d41402abc4b2a76b9719d911017c592");
    pid_t ended = waitpid(ours, &status, WNOHANG);
    pid_t lives = waitpid(others, NULL, WNOHANG);
    // Before any assertion: a process that is left would keep the output of the test open.
    (void)kill(ours, SIGKILL);
    (void)kill(others, SIGKILL);
    (void)waitpid(others, NULL, 0);
    cr_assert(eq(int, ended, ours));
    cr_assert(eq(int, WTERMSIG(status), SIGKILL));
    cr_assert(eq(int, lives, 0));
}
