#include "runtime/kafka/kafka_source.h"

#include "base/text.h"

#include <string.h>

static const char *value_of(const json_t *map, const char *prefix, const char *key) {
    char name[64];

    (void)text_format(name, sizeof name, "%s%s", prefix, key);
    return json_text(map, name);
}

static void add_setting(struct kafka_source *source, const char *name, const char *value) {
    struct kafka_setting *setting = &source->settings[source->setting_count];

    if (text_is_empty(value) || !text_copy(setting->value, sizeof setting->value, value)) return;
    (void)text_copy(setting->name, sizeof setting->name, name);
    source->setting_count++;
}

// Adds the value of `username="me"` in a line for Java's login modules, if it is there.
static void add_from_jaas(struct kafka_source *source, const char *jaas, const char *key,
                          const char *name) {
    char value[256];
    const char *at = strstr(jaas, key);

    if (at == NULL) return;
    at += strlen(key);
    size_t length = strcspn(at, "\"");
    if (at[length] != '"' || length >= sizeof value) return;
    memcpy(value, at, length);
    value[length] = '\0';
    add_setting(source, name, value);
}

static void read_settings(const json_t *map, const char *prefix, struct kafka_source *out) {
    const char *jaas = value_of(map, prefix, "sasl.jaas.config");
    const char *user = value_of(map, prefix, "sasl.username");

    add_setting(out, "security.protocol", value_of(map, prefix, "security.protocol"));
    add_setting(out, "sasl.mechanism", value_of(map, prefix, "sasl.mechanism"));
    if (user != NULL || jaas == NULL) {
        add_setting(out, "sasl.username", user);
        add_setting(out, "sasl.password", value_of(map, prefix, "sasl.password"));
        return;
    }
    add_from_jaas(out, jaas, "username=\"", "sasl.username");
    add_from_jaas(out, jaas, "password=\"", "sasl.password");
}

static bool read_source(const json_t *map, const char *prefix, struct kafka_source *out) {
    const char *servers = value_of(map, prefix, "bootstrap.servers");
    const char *topic = value_of(map, prefix, "topic");
    const char *group_id = value_of(map, prefix, "group.id");

    *out = (struct kafka_source){0};
    if (text_is_empty(servers) || text_is_empty(topic) || text_is_empty(group_id)) return false;
    if (!text_copy(out->servers, sizeof out->servers, servers) ||
        !text_copy(out->topic, sizeof out->topic, topic) ||
        !text_copy(out->group_id, sizeof out->group_id, group_id))
        return false;
    read_settings(map, prefix, out);
    return true;
}

static bool is_known(const struct kafka_source *known, int count, const struct kafka_source *one) {
    for (int index = 0; index < count; index++)
        if (text_equal(known[index].servers, one->servers) &&
            text_equal(known[index].topic, one->topic) &&
            text_equal(known[index].group_id, one->group_id))
            return true;
    return false;
}

static const json_t *find_group(const json_t *properties, const char *id) {
    size_t index;
    const json_t *group;

    json_array_foreach(properties, index, group) {
        if (text_equal(json_text(group, "PropertyGroupId"), id))
            return json_member(group, "PropertyMap");
    }
    return NULL;
}

int kafka_sources_find(const json_t *properties,
                       struct kafka_source out[static KAFKA_SOURCES_MAX]) {
    static const char *const prefixes[] = {"", "source."};
    const json_t *authentication = find_group(properties, "AuthProperties");
    int count = 0;
    size_t index;
    const json_t *group;

    json_array_foreach(properties, index, group) {
        const json_t *map = json_member(group, "PropertyMap");
        for (size_t prefix = 0; prefix < COUNT_OF(prefixes); prefix++) {
            struct kafka_source source;
            if (count == KAFKA_SOURCES_MAX || !read_source(map, prefixes[prefix], &source) ||
                is_known(out, count, &source))
                continue;
            if (source.setting_count == 0) read_settings(authentication, "", &source);
            out[count++] = source;
        }
    }
    return count;
}
