// Interprets a seccomp filter as the kernel does.
#pragma once

#include "runtime/fence/sandbox_filter.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>

#if defined(__x86_64__)
static const uint32_t ARCHITECTURE = AUDIT_ARCH_X86_64;
#else
static const uint32_t ARCHITECTURE = AUDIT_ARCH_AARCH64;
#endif

static size_t jump(const struct sock_filter *at, uint32_t value) {
    bool holds = false;

    switch (BPF_OP(at->code)) {
    case BPF_JA:
        return at->k;
    case BPF_JEQ:
        holds = value == at->k;
        break;
    case BPF_JGT:
        holds = value > at->k;
        break;
    case BPF_JGE:
        holds = value >= at->k;
        break;
    case BPF_JSET:
        holds = (value & at->k) != 0;
        break;
    }
    return holds ? at->jt : at->jf;
}

// The action: SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | n, SECCOMP_RET_KILL_PROCESS.
static uint32_t answer(const struct sandbox_filter *filter, const struct seccomp_data *call) {
    const struct sock_filter *program = (const void *)filter->program;
    size_t count = filter->size_bytes / sizeof *program;
    uint32_t value = 0;

    for (size_t at = 0; at < count; at++)
        switch (BPF_CLASS(program[at].code)) {
        case BPF_LD:
            memcpy(&value, (const char *)call + program[at].k, sizeof value);
            break;
        case BPF_ALU: // libseccomp only masks
            cr_assert(eq(int, BPF_OP(program[at].code), BPF_AND));
            value &= program[at].k;
            break;
        case BPF_JMP:
            at += jump(&program[at], value);
            break;
        case BPF_RET:
            return program[at].k;
        default:
            cr_fatal("an unknown instruction: %u", program[at].code);
        }
    cr_fatal("the program has no end");
}

// 0 = allowed, an errno otherwise.
static int verdict(const struct sandbox_filter *filter, int number, uint64_t first, uint64_t second,
                   uint64_t third, uint64_t fourth) {
    struct seccomp_data call = {
        .nr = number, .arch = ARCHITECTURE, .args = {first, second, third, fourth}};
    uint32_t action = answer(filter, &call);

    if (action == SECCOMP_RET_ALLOW) return 0;
    cr_assert(eq(u32, action & SECCOMP_RET_ACTION_FULL, (uint32_t)SECCOMP_RET_ERRNO));
    return (int)(action & SECCOMP_RET_DATA);
}
