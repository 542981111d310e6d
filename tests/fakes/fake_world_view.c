#include "fakes/fake_world_view.h"

#include "base/text.h"
#include "storage/event_store.h"
#include "storage/snapshot_store.h"

#include <criterion/criterion.h>
#include <string.h>

enum { EVENTS_MAX = 1000 };

json_t *fake_world_show(struct fake_world *world, const char *name) {
    struct error err;
    json_t *body = NULL;

    cr_assert(app_service_show(world->service, &world->scope, name, &body, &err), "%s",
              err.message);
    return body;
}

static json_t *list_events(struct fake_world *world, const char *name) {
    struct app app = fake_world_app(world, name);
    struct error err;
    json_t *events = NULL;

    cr_assert(event_store_list(world->db, app.id, 0, EVENTS_MAX, &events, &err), "%s", err.message);
    return events;
}

json_t *fake_world_find_event(struct fake_world *world, const char *name, const char *kind,
                              const char *phase) {
    AUTO(json_decref) json_t *events = list_events(world, name);
    json_t *found = NULL;
    json_t *event;
    size_t index;

    json_array_foreach(events, index, event) {
        if (text_equal(json_text(event, "kind"), kind) &&
            text_equal(json_text(event, "phase"), phase))
            found = event;
    }
    return json_incref(found);
}

int fake_world_count_events(struct fake_world *world, const char *name, const char *member,
                            const char *value, const char *words) {
    AUTO(json_decref) json_t *events = list_events(world, name);
    int count = 0;
    json_t *event;
    size_t index;

    json_array_foreach(events, index, event) {
        count += text_equal(json_text(event, member), value) &&
                 strstr(json_text_or(event, "message", ""), words) != NULL;
    }
    return count;
}

struct snapshot fake_world_newest_snapshot(struct fake_world *world, const char *name) {
    struct snapshot snapshot = {0};
    struct app app = fake_world_app(world, name);
    struct error err;
    bool found;

    cr_assert(snapshot_store_find_latest(world->db, app.id, &snapshot, &found, &err), "%s",
              err.message);
    cr_assert(found);
    return snapshot;
}

void fake_world_expect_trouble(struct fake_world *world, const char *name, const char *words) {
    AUTO(json_decref) json_t *body = fake_world_show(world, name);
    const char *trouble = json_text(body, "trouble");

    if (words == NULL)
        cr_assert(trouble == NULL, "'%s'", trouble);
    else
        cr_assert(trouble != NULL && strstr(trouble, words) != NULL, "'%s' in '%s'", words,
                  trouble == NULL ? "no trouble" : trouble);
}
