#include "runtime/host/port_pool.h"

#include "base/file.h"
#include "base/random_id.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct error err;

enum { BLOCK = 8, AROUND = 60, BLOCKS_MAX = 2 * AROUND / BLOCK };

// Only one of these tests runs at a time on a machine: each needs a range for itself.
static void wait_for_turn(void) {
    char path[64];

    (void)text_format(path, sizeof path, "/tmp/kobel-port-pool-test-%u", getuid());
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    cr_assert(fd >= 0 && flock(fd, LOCK_EX) == 0); // until the test's process ends
}

static int listen_at(uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    AUTO(file_close) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool listens = bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 1) == 0;
    return listens ? file_take(&fd) : -1;
}

// A listener, and a pool around it, between the default range and the kernel's ephemeral ports.
static int listen_within(struct port_pool *pool, uint16_t *out_port) {
    enum { LOWEST = PORT_POOL_LAST + 1 + AROUND, HIGHEST = 32767 - AROUND };
    int fd = -1;

    wait_for_turn();
    while (fd < 0) {
        *out_port = LOWEST + random_id_number() % (HIGHEST - LOWEST);
        fd = listen_at(*out_port);
    }
    port_pool_init(pool, (uint16_t)(*out_port - AROUND), (uint16_t)(*out_port + AROUND - 1));
    return fd;
}

static size_t take_all(struct port_pool *pool, struct port_block *blocks) {
    size_t count = 0;

    while (count < BLOCKS_MAX && port_pool_take(pool, BLOCK, &blocks[count], &err))
        count++;
    return count;
}

static bool overlap(const struct port_block *left, const struct port_block *right) {
    return left->first < right->first + right->count && right->first < left->first + left->count;
}

Test(port_pool, blocks_are_different_until_there_are_no_more) {
    struct port_pool pool;
    struct port_block blocks[BLOCKS_MAX];
    struct port_block again;
    uint16_t port;
    AUTO(file_close) int fd = listen_within(&pool, &port);
    size_t count = take_all(&pool, blocks);

    cr_assert(ge(sz, count, 1));
    cr_assert(lt(sz, count, BLOCKS_MAX));
    cr_assert(eq(int, err.kind, ERROR_LIMIT));
    for (size_t left = 0; left < count; left++) {
        cr_assert(blocks[left].first >= pool.first && blocks[left].first + BLOCK - 1 <= pool.last);
        for (size_t right = 0; right < left; right++)
            cr_assert(not(overlap(&blocks[left], &blocks[right])));
    }
    port_pool_give(&pool, &blocks[0]);
    cr_assert(port_pool_take(&pool, BLOCK, &again, &err), "%s", err.message);
    cr_assert(overlap(&again, &blocks[0]));
    port_pool_release(&pool);
}

Test(port_pool, a_port_with_a_listener_is_in_no_block) {
    struct port_pool pool;
    struct port_block blocks[BLOCKS_MAX];
    uint16_t port;
    AUTO(file_close) int fd = listen_within(&pool, &port);
    struct port_block taken = {port, 1};
    size_t count = take_all(&pool, blocks);

    cr_assert(ge(sz, count, 1));
    for (size_t index = 0; index < count; index++)
        cr_assert(not(overlap(&blocks[index], &taken)));
    port_pool_release(&pool);
}

Test(port_pool, more_ports_than_the_range_has_are_refused) {
    struct port_pool pool;
    struct port_block block;
    uint16_t port;
    AUTO(file_close) int fd = listen_within(&pool, &port);

    cr_assert(not(port_pool_take(&pool, 2 * AROUND + 1, &block, &err)));
    cr_assert(not(port_pool_take(&pool, 0, &block, &err)));
}

Test(port_pool, pools_of_the_same_range_share_no_port) {
    struct port_pool pools[2];
    struct port_block blocks[2][BLOCKS_MAX];
    uint16_t port;
    AUTO(file_close) int fd = listen_within(&pools[0], &port);

    // The range of another daemon may begin elsewhere.
    port_pool_init(&pools[1], pools[0].first + 3, pools[0].last);
    cr_assert(port_pool_take(&pools[0], 2 * BLOCK, &blocks[0][0], &err), "%s", err.message);
    cr_assert(port_pool_take(&pools[0], BLOCK - 3, &blocks[0][1], &err), "%s", err.message);
    size_t count = take_all(&pools[1], blocks[1]);
    for (size_t index = 0; index < count; index++) {
        cr_assert(not(overlap(&blocks[1][index], &blocks[0][0])));
        cr_assert(not(overlap(&blocks[1][index], &blocks[0][1])));
    }
    // A block that one returns is available to the other.
    port_pool_give(&pools[0], &blocks[0][0]);
    count = take_all(&pools[1], blocks[1]);
    bool has_it = false;
    for (size_t index = 0; index < count; index++)
        has_it |= overlap(&blocks[1][index], &blocks[0][0]);
    cr_assert(has_it);
    port_pool_release(&pools[0]);
    port_pool_release(&pools[1]);
}

// How a JVM binds: the guards do not disturb it.
static void listen_on_all(const struct port_block *block, int *out_fds) {
    const int yes = 1;

    for (uint16_t index = 0; index < block->count; index++) {
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_port = htons(block->first + index)};
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        out_fds[index] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        (void)setsockopt(out_fds[index], SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        cr_assert(bind(out_fds[index], (struct sockaddr *)&address, sizeof address) == 0);
        cr_assert(listen(out_fds[index], 1) == 0);
    }
}

Test(port_pool, the_owner_of_a_block_can_listen_on_it) {
    struct port_pool pool;
    struct port_block block;
    int fds[BLOCK];
    uint16_t port;
    AUTO(file_close) int fd = listen_within(&pool, &port);

    cr_assert(port_pool_take(&pool, BLOCK, &block, &err), "%s", err.message);
    listen_on_all(&block, fds);
    cr_assert(not(port_is_free(block.first)));
    for (int index = 0; index < BLOCK; index++)
        file_close(fds[index]);
    cr_assert(port_is_free(block.first));
    port_pool_release(&pool);
}

enum { DAEMONS = 8, ROUNDS = 200 };

// Takes blocks and returns them; no block may be one that another process still has.
static int race(struct port_pool *pool, atomic_int *owners, int me) {
    port_pool_init(pool, pool->first, pool->last);
    for (int round = 0; round < ROUNDS; round++) {
        struct port_block block;
        int nobody = 0;
        if (!port_pool_take(pool, BLOCK, &block, &err)) continue;
        atomic_int *owner = &owners[block.first - pool->first];
        if (!atomic_compare_exchange_strong(owner, &nobody, me)) return 1;
        atomic_store(owner, 0);
        port_pool_give(pool, &block);
    }
    return 0;
}

Test(port_pool, daemons_that_race_for_ports_never_get_the_same) {
    struct port_pool pool;
    uint16_t port;
    AUTO(file_close) int fd = listen_within(&pool, &port);
    size_t size = sizeof(atomic_int) * 2 * AROUND;
    atomic_int *owners =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    for (int me = 1; me <= DAEMONS; me++)
        if (fork() == 0) _exit(race(&pool, owners, me));
    for (int me = 1; me <= DAEMONS; me++) {
        int status = -1;
        cr_assert(wait(&status) > 0);
        cr_assert(eq(int, status, 0));
    }
    (void)munmap(owners, size);
}

Test(port_pool, the_ports_of_a_daemon_that_was_killed_are_free_at_once) {
    struct port_pool pool;
    struct port_block blocks[BLOCKS_MAX];
    int ready[2];
    char byte;
    uint16_t port;
    AUTO(file_close) int fd = listen_within(&pool, &port);

    cr_assert(pipe(ready) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        (void)take_all(&pool, blocks);
        (void)!write(ready[1], "x", 1);
        (void)pause();
    }
    cr_assert(eq(int, (int)read(ready[0], &byte, 1), 1));
    size_t before = take_all(&pool, blocks);
    (void)kill(pid, SIGKILL);
    cr_assert(waitpid(pid, NULL, 0) == pid);
    cr_assert(eq(sz, before, 0));
    cr_assert(gt(sz, take_all(&pool, blocks), 0));
    port_pool_release(&pool);
}
