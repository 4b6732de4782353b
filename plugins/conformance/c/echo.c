/* The smallest plugin: it hears events and tells how many in the log; it is woken and well. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "phytohub_plugin.h"

typedef struct Echo {
    const HubLog *log;
    void *ctx;
    atomic_uint_fast64_t heard;
} Echo;

static int is(HubStr text, const char *other) {
    size_t len = strlen(other);
    return text.len == len && memcmp(text.ptr, other, len) == 0;
}

static HubStatus say(const HubCall *call, const char *why, HubStatus status) {
    if (call != NULL && call->diagnostics.write != NULL) {
        HubBytes bytes = {(const uint8_t *)why, strlen(why)};
        call->diagnostics.write(call->diagnostics.ctx, bytes);
    }
    return status;
}

static HubStatus events(void *data, const HubCall *call, const HubEvent *batch, size_t count,
                        uint64_t ticket) {
    Echo *echo = data;
    (void)ticket;
    const unsigned char *at = (const unsigned char *)batch;
    for (size_t i = 0; i < count; i++) {
        const HubEvent *event = (const HubEvent *)(const void *)at;
        /* In steps of what the hub has, which may be more than is known here. */
        at += batch->struct_size;
        if (!HUB_HAS(event, HubEvent, message)) {
            return say(call, "an event is too short", HUB_INVALID);
        }
    }
    uint64_t heard = atomic_fetch_add(&echo->heard, count) + count;
    if (echo->log != NULL && echo->log->write != NULL) {
        char digits[24];
        size_t len = 0;
        do {
            digits[sizeof digits - ++len] = (char)('0' + heard % 10);
            heard /= 10;
        } while (heard != 0);
        HubLogField field = {HUB_STR("heard"),
                             {(const uint8_t *)digits + sizeof digits - len, len}};
        HubLogRecord record = {
            .struct_size = sizeof record,
            .level = HUB_LOG_INFO,
            .target = HUB_STR("echo"),
            .message = HUB_STR("heard events"),
            .fields = &field,
            .field_count = 1,
        };
        echo->log->write(echo->ctx, &record);
    }
    return HUB_OK;
}

static HubStatus wake(void *data, const HubCall *call, uint64_t token) {
    (void)data, (void)call, (void)token;
    return HUB_OK;
}

static HubStatus check(void *data, const HubCall *call, HubSink out) {
    (void)data, (void)call, (void)out;
    return HUB_OK;
}

static const HubLifecycle lifecycle = {
    .struct_size = sizeof(HubLifecycle),
    .mask = 1u << HUB_EVENT_ACCEPTED | 1u << HUB_EVENT_ACKNOWLEDGED,
    .events = events,
};
static const HubWake wakes = {.struct_size = sizeof(HubWake), .wake = wake};
static const HubHealth health = {.struct_size = sizeof(HubHealth), .check = check};

static const void *extension(void *data, HubStr id) {
    (void)data;
    if (is(id, HUB_LIFECYCLE_ID)) return &lifecycle;
    if (is(id, HUB_WAKE_ID)) return &wakes;
    if (is(id, HUB_HEALTH_ID)) return &health;
    return NULL;
}

static void destroy(void *data) { free(data); }

static const HubPluginVtable vtable = {
    .struct_size = sizeof(HubPluginVtable),
    .extension = extension,
    .destroy = destroy,
};

static HubStatus create(const HubCall *call, const HubHost *host, HubBytes config_json,
                        HubPlugin *out) {
    (void)config_json;
    Echo *echo = calloc(1, sizeof *echo);
    if (echo == NULL) {
        return say(call, "no memory", HUB_EXHAUSTED);
    }
    HubStr id = HUB_STR(HUB_LOG_ID);
    echo->log = host->extension(host->ctx, id);
    echo->ctx = host->ctx;
    atomic_init(&echo->heard, 0);
    out->data = echo;
    out->vtable = &vtable;
    return HUB_OK;
}

HUB_EXPORT const HubPluginEntry hub_plugin_entry_v1 = {
    .magic = HUB_PLUGIN_MAGIC,
    .struct_size = sizeof(HubPluginEntry),
    .abi_major = HUB_ABI_MAJOR,
    .abi_minor = HUB_ABI_MINOR,
    .id = HUB_STR("echo"),
    .version = HUB_STR("1.0.0"),
    .build = HUB_STR("C"),
    .create = create,
};
