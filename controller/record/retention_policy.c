#include "controller/record/retention_policy.h"

#include "base/memory.h"
#include "base/text.h"

#include <string.h>

static bool parse_part(const char *part, struct retention_policy *policy, struct error *err) {
    if (text_starts_with(part, "keep=") && text_to_int64(part + 5, &policy->keep) &&
        policy->keep > 0)
        return true;
    if (text_starts_with(part, "max-age=") && text_to_ms(part + 8, &policy->max_age_ms) &&
        policy->max_age_ms > 0)
        return true;
    if (text_starts_with(part, "automatic=") && text_to_int64(part + 10, &policy->automatic) &&
        policy->automatic > 0)
        return true;
    return error_set(
        err, ERROR_INVALID,
        "'%.60s' is not a retention rule: use one such as keep=10,automatic=5,max-age=7d", part);
}

bool retention_policy_parse(const char *text, struct retention_policy *out_policy,
                            struct error *err) {
    struct retention_policy policy = {0};
    AUTO(memory_free) char *copy = memory_copy_text(text);
    char *rest = copy;

    if (!text_equal(text, "none"))
        for (char *part = strsep(&rest, ","); part != NULL; part = strsep(&rest, ","))
            if (!parse_part(part, &policy, err)) return false;
    *out_policy = policy;
    return true;
}

static void print_part(int64_t number, const char *before, const char *behind, char *out,
                       size_t size_bytes) {
    size_t used = strlen(out);

    if (number > 0)
        (void)text_format(out + used, size_bytes - used, "%s%s%lld%s", used == 0 ? "" : ",", before,
                          (long long)number, behind);
}

void retention_policy_print(const struct retention_policy *policy, char *out, size_t size_bytes) {
    out[0] = '\0';
    print_part(policy->keep, "keep=", "", out, size_bytes);
    print_part(policy->automatic, "automatic=", "", out, size_bytes);
    print_part(policy->max_age_ms, "max-age=", "ms", out, size_bytes);
    if (out[0] == '\0') (void)text_copy(out, size_bytes, "none");
}

const char *retention_policy_reason(const struct retention_policy *policy,
                                    const struct snapshot *snapshot,
                                    const struct retention_rank *rank, int64_t now_ms) {
    if (snapshot->status != SNAPSHOT_READY || rank->all == 0) return NULL;
    if (policy->keep > 0 && rank->all >= policy->keep) return "there are enough newer ones";
    if (policy->automatic > 0 && snapshot->is_automatic && rank->automatic >= policy->automatic)
        return "there are enough newer automatic ones";
    if (policy->max_age_ms > 0 && now_ms - snapshot->created_at_ms > policy->max_age_ms)
        return "it is too old";
    return NULL;
}

int64_t retention_policy_due_ms(const struct retention_policy *policy,
                                const struct snapshot *snapshot,
                                const struct retention_rank *rank) {
    bool may_go = policy->max_age_ms > 0 && snapshot->status == SNAPSHOT_READY && rank->all > 0;

    return may_go ? snapshot->created_at_ms + policy->max_age_ms + 1 : 0;
}
