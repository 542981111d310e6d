#include "controller/scaling/autoscaler_throughput.h"

#include "base/text.h"
#include "controller/scaling/load_estimate.h"

// A job grows quickly and shrinks slowly: too few subtasks delay the user's data, too many cost
// only memory. Noise does not make it flap: it grows when every span is above 85 %, and shrinks
// when every span of a much longer time fits at 70 %.

// A vertex name, cut for the text of a decision.
struct name {
    char text[45];
};

struct situation {
    const struct scaling_input *input;
    const struct scaling_tuning *tuning;
    struct scaling_decision *decision;
    struct load_estimate now; // the newest span
    int wanted;               // for it, before any limit
};

// A small fraction of a slot is within the error of measurement.
static int round_up(double slots) {
    int whole = (int)slots;
    return slots - whole > 0.02 ? whole + 1 : whole;
}

static int slots_wanted(const struct load_estimate *estimate) {
    const double enough = 1000000;
    int slots = round_up(estimate->slots_needed < enough ? estimate->slots_needed : enough);
    return slots > 1 ? slots : 1;
}

static bool is_overloaded(const struct load_estimate *estimate,
                          const struct scaling_tuning *tuning) {
    return estimate->utilization > tuning->up_utilization || estimate->catch_up_utilization > 1;
}

// The span that ended `age` spans ago. Not known where it began before the last move was over and
// its effects had gone.
static struct load_estimate span(const struct situation *situation, int64_t span_ms, int age) {
    const struct scaling_input *input = situation->input;
    int64_t to_ms = input->now_ms - span_ms * age;
    int64_t from_ms = to_ms - span_ms;
    int64_t settled_ms = input->last_move.ended_at_ms + situation->tuning->stabilisation_ms;

    if (from_ms < settled_ms) return (struct load_estimate){.busiest_vertex = -1};
    return load_estimate_over(input, situation->tuning, from_ms, to_ms);
}

// --- the text ---

static struct name name_of(const struct scaling_input *input, int vertex) {
    struct name name = {0};

    if (input->vertex_names == NULL) {
        (void)text_format(name.text, sizeof name.text, "%d", vertex);
        return name;
    }
    (void)text_copy(name.text, sizeof name.text, input->vertex_names[vertex]);
    return name;
}

static void append_seen(const struct situation *situation) {
    const struct load_estimate *now = &situation->now;
    struct name name = name_of(situation->input, now->busiest_vertex);

    scaling_append(situation->decision, "%.0f records/s arrive", now->demand_per_s);
    if (!now->backlog_known)
        scaling_append(situation->decision, ", the backlog is not known");
    else if (now->lag_ms >= 1000)
        scaling_append(situation->decision, ", %.0f wait", now->backlog_records);
    scaling_append(situation->decision,
                   "; vertex %s, the busiest, needs %.0f %% of its time for them", name.text,
                   now->utilization * 100);
    scaling_append(situation->decision,
                   "; parallelism %d would make it %.0f %%, it is %d now: ", situation->wanted,
                   situation->tuning->target_utilization * 100,
                   situation->input->limits.current_parallelism);
}

static void hold(const struct situation *situation, enum scaling_reason reason) {
    scaling_hold(situation->decision, reason);
}

// --- up ---

// The last move was a growth, and the capacity of the job is the same as before: because of a hot
// key, or of a slow service that the job calls.
static bool was_in_vain(const struct situation *situation) {
    const struct scaling_last_move *move = &situation->input->last_move;
    const struct scaling_tuning *tuning = situation->tuning;

    if (move->from_parallelism <= 0 || move->capacity_before_per_s <= 0) return false;
    if (move->to_parallelism != situation->input->limits.current_parallelism) return false;
    if (situation->input->now_ms >= move->ended_at_ms + tuning->vain_hold_ms) return false;
    double hoped = (double)move->to_parallelism / move->from_parallelism - 1;
    if (hoped < tuning->effect_judged) return false;
    double gained = situation->now.capacity_per_s / move->capacity_before_per_s - 1;
    return gained < hoped * tuning->effect_min;
}

static bool all_overloaded(const struct situation *situation) {
    const struct scaling_tuning *tuning = situation->tuning;

    for (int age = 0; age < tuning->up_spans; age++) {
        struct load_estimate estimate = span(situation, tuning->up_span_ms, age);
        if (!estimate.known || !is_overloaded(&estimate, tuning)) return false;
    }
    return true;
}

static void hold_in_vain(const struct situation *situation) {
    const struct scaling_last_move *move = &situation->input->last_move;
    int64_t left_ms =
        move->ended_at_ms + situation->tuning->vain_hold_ms - situation->input->now_ms;

    hold(situation, SCALING_UP_IN_VAIN);
    scaling_append(
        situation->decision,
        "no move, because the last one, from %d to %d, gained almost nothing (%.0f "
        "records/s before, %.0f now); the next try is in %lld min, or when the job processes more",
        move->from_parallelism, move->to_parallelism, move->capacity_before_per_s,
        situation->now.capacity_per_s, (long long)(left_ms + 59999) / 60000);
}

static void scale_up(const struct situation *situation) {
    const struct scaling_limits *limits = &situation->input->limits;
    int wanted = scaling_clamp(limits, situation->wanted);

    if (wanted <= limits->current_parallelism) {
        hold(situation, SCALING_AT_CEILING);
        scaling_append_ceiling(situation->decision, limits);
        scaling_append(situation->decision, " is reached; raise it to let the job grow");
        return;
    }
    if (was_in_vain(situation)) {
        hold_in_vain(situation);
        return;
    }
    if (!all_overloaded(situation)) {
        hold(situation, SCALING_UP_WAITS);
        scaling_append(
            situation->decision, "it grows when the overload has lasted for %lld s",
            (long long)(situation->tuning->up_span_ms * situation->tuning->up_spans / 1000));
        return;
    }
    scaling_move(situation->decision, SCALING_UP, wanted);
    scaling_append(situation->decision, "parallelism becomes %d", wanted);
    if (wanted < situation->wanted) {
        scaling_append(situation->decision, ", the most that is allowed by ");
        scaling_append_ceiling(situation->decision, limits);
    }
}

// --- down ---

struct calm {
    bool known;        // every span could be judged
    bool lags;         // one of them had a backlog
    int wanted;        // the highest parallelism that one of them needed
    int wanted_lately; // ... of the newer half
};

static struct calm judge_calm(const struct situation *situation) {
    const struct scaling_tuning *tuning = situation->tuning;
    struct calm calm = {.known = true, .wanted = 1, .wanted_lately = 1};

    for (int age = 0; age < tuning->down_spans && calm.known; age++) {
        struct load_estimate estimate = span(situation, tuning->down_span_ms, age);
        int wanted = slots_wanted(&estimate);
        calm.known = estimate.known;
        if (estimate.lag_ms > tuning->calm_lag_ms) calm.lags = true;
        if (wanted > calm.wanted) calm.wanted = wanted;
        if (age < (tuning->down_spans + 1) / 2) calm.wanted_lately = calm.wanted;
    }
    return calm;
}

// Whether `less` is so much less than `more` that a move is worth its interruption.
static bool is_worth_it(const struct situation *situation, int less, int more) {
    return less * situation->tuning->down_surplus <= more;
}

// More runs than is needed, and Parallelism allows less: shrinks, or writes what it waits for.
static void shrink_or_wait(const struct situation *situation, const struct calm *calm) {
    const struct scaling_tuning *tuning = situation->tuning;
    struct scaling_decision *decision = situation->decision;
    int current = situation->input->limits.current_parallelism;
    int wanted = scaling_clamp(&situation->input->limits, calm->wanted);
    int lately = scaling_clamp(&situation->input->limits, calm->wanted_lately);
    long long minutes = (long long)(tuning->down_span_ms * tuning->down_spans / 60000);

    hold(situation, SCALING_DOWN_WAITS);
    if (calm->lags) {
        hold(situation, SCALING_DOWN_LAGS);
        scaling_append(decision,
                       "it shrinks after %lld min in which no more than %lld s of input wait",
                       minutes, (long long)(tuning->calm_lag_ms / 1000));
    } else if (!calm->known) {
        scaling_append(decision,
                       "it shrinks when less was enough for %lld min, measured without a gap since "
                       "the last move",
                       minutes);
    } else if (!is_worth_it(situation, wanted, current)) {
        scaling_append(decision,
                       "the last %lld min needed up to %d; it shrinks when they need fewer than %d",
                       minutes, calm->wanted, (int)(current / tuning->down_surplus) + 1);
    } else if (is_worth_it(situation, lately, wanted)) {
        // One move when the load has stopped falling, instead of two.
        scaling_append(decision, "it shrinks when the load does not fall any more (%d, lately %d)",
                       wanted, lately);
    } else {
        scaling_move(decision, SCALING_DOWN, wanted);
        scaling_append(decision, "parallelism becomes %d, which was enough in the last %lld min",
                       wanted, minutes);
    }
}

static void scale_down(const struct situation *situation) {
    const struct scaling_limits *limits = &situation->input->limits;

    if (scaling_clamp(limits, situation->wanted) >= limits->current_parallelism) {
        hold(situation, SCALING_AT_FLOOR);
        scaling_append(situation->decision, "Parallelism is %d; lower it to let the job shrink",
                       scaling_floor(limits));
        return;
    }
    struct calm calm = judge_calm(situation);
    shrink_or_wait(situation, &calm);
}

// --- what to do ---

static void hold_pinned(const struct situation *situation) {
    struct name name = name_of(situation->input, situation->now.pinned_vertex);

    hold(situation, SCALING_PINNED);
    scaling_append(situation->decision,
                   "vertex %s needs %.0f %% of its time, and its parallelism is set in the code: "
                   "scaling does not help; raise it there",
                   name.text, situation->now.pinned_utilization * 100);
}

static void decide(const struct situation *situation) {
    const struct scaling_tuning *tuning = situation->tuning;

    if (is_overloaded(&situation->now, tuning)) {
        scale_up(situation);
    } else if (situation->now.pinned_utilization > tuning->up_utilization) {
        hold_pinned(situation);
    } else if (situation->wanted < situation->input->limits.current_parallelism) {
        scale_down(situation);
    } else {
        hold(situation, SCALING_STEADY);
        scaling_append(situation->decision, "near enough; it grows above %.0f %%",
                       tuning->up_utilization * 100);
    }
}

// The load cannot be judged: not yet, or not of this job.
static bool is_unseen(struct situation *situation) {
    const struct scaling_input *input = situation->input;
    const struct scaling_tuning *tuning = situation->tuning;
    int64_t settled_ms = input->last_move.ended_at_ms + tuning->stabilisation_ms;
    int current = input->limits.current_parallelism;

    if (input->now_ms < settled_ms + tuning->up_span_ms) {
        int64_t left_ms = settled_ms + tuning->up_span_ms - input->now_ms;
        hold(situation, SCALING_SETTLING);
        scaling_append(
            situation->decision,
            "parallelism stays %d: the last move was a moment ago; the next evaluation is in "
            "%lld s",
            current, (long long)(left_ms + 999) / 1000);
        return true;
    }
    situation->now = span(situation, tuning->up_span_ms, 0);
    if (situation->now.known) return false;
    hold(situation, SCALING_UNSEEN);
    if (situation->now.lacks_busy_time)
        scaling_append(
            situation->decision,
            "parallelism stays %d: no vertex that scales reports how busy it is; sources "
            "of the old kind (SourceFunction) and what is chained to them do not: add a "
            "keyBy or disableChaining() behind the source",
            current);
    else
        scaling_append(
            situation->decision,
            "parallelism stays %d: there are fewer than %d measurements of the last %lld s; "
            "the next evaluation is when there are more",
            current, tuning->span_samples_min, (long long)(tuning->up_span_ms / 1000));
    return true;
}

void autoscaler_throughput(const struct scaling_input *input, const struct scaling_tuning *tuning,
                           struct scaling_decision *decision) {
    struct situation situation = {.input = input, .tuning = tuning, .decision = decision};

    if (is_unseen(&situation)) return;
    situation.wanted = slots_wanted(&situation.now);
    decision->demand_per_s = situation.now.demand_per_s;
    decision->capacity_per_s = situation.now.capacity_per_s;
    decision->utilization = situation.now.utilization;
    decision->busiest_vertex = situation.now.busiest_vertex;
    append_seen(&situation);
    decide(&situation);
}
