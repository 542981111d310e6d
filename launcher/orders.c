#include "launcher/orders.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <string.h>

// `values`: as many as the option's row says.
typedef bool option_fn(struct orders *orders, char **values, struct error *err);

struct option {
    const char *flag;
    int value_count;
    option_fn *read;
};

static bool read_number(const char *text, int64_t least, int64_t most, int64_t *out,
                        struct error *err) {
    int64_t number = 0;

    if (!text_to_int64(text, &number) || number < least || number > most)
        return error_set(err, ERROR_INVALID, "'%s' is not a valid number here", text);
    *out = number;
    return true;
}

static bool read_pid(const char *text, pid_t *out, struct error *err) {
    int64_t number = 0;

    if (!read_number(text, 1, INT32_MAX, &number, err)) return false;
    *out = (pid_t)number;
    return true;
}

static bool read_port(const char *text, uint16_t *out, struct error *err) {
    int64_t number = 0;

    if (!read_number(text, 1, UINT16_MAX, &number, err)) return false;
    *out = (uint16_t)number;
    return true;
}

static bool read_range(char *text, struct port_range *out, struct error *err) {
    struct port_range range;
    char *last = strchr(text, '-');

    if (last == NULL) return error_set(err, ERROR_INVALID, "'%s' is not a range of ports", text);
    *last++ = '\0';
    if (!read_port(text, &range.first, err) || !read_port(last, &range.last, err)) return false;
    *out = range;
    return true;
}

static bool add(const char **list, size_t limit, size_t *count, const char *text,
                struct error *err) {
    if (*count == limit) return error_set(err, ERROR_LIMIT, "too many values, at '%s'", text);
    list[(*count)++] = text;
    return true;
}

// --- one function per option ---

static bool read_parent(struct orders *orders, char **values, struct error *err) {
    return read_pid(values[0], &orders->parent, err);
}

static bool read_keep(struct orders *orders, char **values, struct error *err) {
    (void)values;
    (void)err;
    orders->keeps = true;
    return true;
}

static bool read_directory(struct orders *orders, char **values, struct error *err) {
    (void)err;
    orders->directory = values[0];
    return true;
}

static bool read_group(struct orders *orders, char **values, struct error *err) {
    return add(orders->groups, ORDERS_GROUPS_MAX, &orders->group_count, values[0], err);
}

static bool read_data(struct orders *orders, char **values, struct error *err) {
    return read_number(values[0], 1, INT64_MAX, &orders->data_bytes, err);
}

static bool read_processes(struct orders *orders, char **values, struct error *err) {
    return read_number(values[0], 1, INT32_MAX, &orders->processes, err);
}

static bool read_no_capabilities(struct orders *orders, char **values, struct error *err) {
    (void)values;
    (void)err;
    orders->no_capabilities = true;
    return true;
}

static bool read_closed_ports(struct orders *orders, char **values, struct error *err) {
    return read_range(values[0], &orders->closed_ports, err);
}

static bool read_own_ports(struct orders *orders, char **values, struct error *err) {
    return read_range(values[0], &orders->own_ports, err);
}

static bool read_closed_port(struct orders *orders, char **values, struct error *err) {
    return read_port(values[0], &orders->closed_port, err);
}

static bool read_served_port(struct orders *orders, char **values, struct error *err) {
    return read_port(values[0], &orders->served_port, err);
}

static bool read_readable(struct orders *orders, char **values, struct error *err) {
    return add(orders->readable, ORDERS_PATHS_MAX, &orders->readable_count, values[0], err);
}

static bool read_writable(struct orders *orders, char **values, struct error *err) {
    return add(orders->writable, ORDERS_PATHS_MAX, &orders->writable_count, values[0], err);
}

static bool read_filter(struct orders *orders, char **values, struct error *err) {
    int64_t fd = 0;

    if (!read_number(values[0], 0, INT32_MAX, &fd, err)) return false;
    orders->filter_fd = (int)fd;
    return true;
}

static bool read_preload(struct orders *orders, char **values, struct error *err) {
    (void)err;
    orders->preload = values[0];
    return true;
}

static bool read_entered(struct orders *orders, char **values, struct error *err) {
    return read_pid(values[0], &orders->entered, err);
}

static bool read_show(struct orders *orders, char **values, struct error *err) {
    if (orders->show_count == ORDERS_SHOWS_MAX)
        return error_set(err, ERROR_LIMIT, "too many values, at '%s'", values[0]);
    orders->shows[orders->show_count].from = values[0];
    orders->shows[orders->show_count].to = values[1];
    orders->show_count++;
    return true;
}

static bool read_hidden(struct orders *orders, char **values, struct error *err) {
    (void)err;
    orders->hidden = values[0];
    return true;
}

static bool read_remove(struct orders *orders, char **values, struct error *err) {
    (void)values;
    (void)err;
    orders->removes = true;
    return true;
}

// clang-format off
static const struct option options[] = {
    {"--parent",          1, read_parent},
    {"--keep",            0, read_keep},
    {"--directory",       1, read_directory},
    {"--group",           1, read_group},
    {"--data",            1, read_data},
    {"--processes",       1, read_processes},
    {"--no-capabilities", 0, read_no_capabilities},
    {"--closed-ports",    1, read_closed_ports},
    {"--own-ports",       1, read_own_ports},
    {"--closed-port",     1, read_closed_port},
    {"--served-port",     1, read_served_port},
    {"--read",            1, read_readable},
    {"--write",           1, read_writable},
    {"--filter",          1, read_filter},
    {"--preload",         1, read_preload},
    {"--enter",           1, read_entered},
    {"--show",            2, read_show},
    {"--hide",            1, read_hidden},
    {"--remove",          0, read_remove},
};
// clang-format on

static const struct option *find(const char *flag) {
    for (size_t index = 0; index < COUNT_OF(options); index++)
        if (text_equal(options[index].flag, flag)) return &options[index];
    return NULL;
}

bool orders_read(int count, char **arguments, struct orders *out_orders, struct error *err) {
    struct orders orders = {.filter_fd = -1};
    int at = 0;

    for (; at < count && !text_equal(arguments[at], "--"); at++) {
        const struct option *option = find(arguments[at]);
        if (option == NULL)
            return error_set(err, ERROR_INVALID, "unknown option '%s'", arguments[at]);
        if (at + option->value_count >= count)
            return error_set(err, ERROR_INVALID, "%s needs a value", option->flag);
        if (!option->read(&orders, &arguments[at + 1], err))
            return error_prefix(err, "%s", option->flag);
        at += option->value_count;
    }
    if (at + 1 < count) orders.command = &arguments[at + 1];
    if ((orders.command == NULL) == (orders.entered == 0))
        return error_set(err, ERROR_INVALID, "give either a command or a sandbox to enter");
    *out_orders = orders;
    return true;
}
