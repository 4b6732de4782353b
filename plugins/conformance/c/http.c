/* Serves pages: one that answers at once, one that sends back what it was sent, one that answers
   from a thread of its own. One hook at a time. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "phytohub_plugin.h"

enum { PAGE, ECHO, LATER };

/* More would wait for the hub, which waits for the answers. */
#define LATER_MAX 64

typedef struct Later {
    struct Http *http;
    uint64_t ticket;
} Later;

typedef struct Http {
    const HubHttpRespond *respond;
    void *ctx;
    pthread_t threads[LATER_MAX];
    Later laters[LATER_MAX];
    size_t running;
} Http;

static int is(HubStr text, const char *other) {
    size_t len = strlen(other);
    return text.len == len && memcmp(text.ptr, other, len) == 0;
}

static HubStatus answer(const Http *http, uint64_t ticket, uint32_t status, HubBytes body) {
    static const HubHttpHeader header = {
        .name = HUB_STR("content-type"),
        .value = HUB_STR("text/plain; charset=utf-8"),
    };
    const HubHttpRespond *respond = http->respond;
    HubStatus begun = respond->start(http->ctx, NULL, ticket, status, &header, 1);
    if (begun != HUB_OK) {
        return begun < 0 ? HUB_UNAVAILABLE : begun;
    }
    HubStatus written = respond->write(http->ctx, NULL, ticket, body);
    if (written != HUB_OK) {
        return written < 0 ? HUB_UNAVAILABLE : written;
    }
    return respond->finish(http->ctx, NULL, ticket) < 0 ? HUB_UNAVAILABLE : HUB_OK;
}

static void *answer_later(void *argument) {
    const Later *later = argument;
    static const HubBytes body = {(const uint8_t *)"later\n", 6};
    (void)answer(later->http, later->ticket, 200, body);
    return NULL;
}

static void join(Http *http) {
    while (http->running > 0) {
        pthread_join(http->threads[--http->running], NULL);
    }
}

static HubStatus request(void *data, const HubCall *call, const HubHttpRequest *request,
                         uint64_t ticket) {
    Http *http = data;
    (void)call;
    static const HubBytes hello = {(const uint8_t *)"hello\n", 6};
    switch (request->route) {
    case PAGE:
        return answer(http, ticket, 200, hello);
    case ECHO:
        return answer(http, ticket, 200, request->body);
    case LATER:
        if (http->running == LATER_MAX) {
            join(http);
        }
        http->laters[http->running] = (Later){http, ticket};
        if (pthread_create(&http->threads[http->running], NULL, answer_later,
                           &http->laters[http->running]) != 0) {
            return HUB_EXHAUSTED;
        }
        http->running++;
        return HUB_PENDING;
    default:
        return HUB_NOT_FOUND;
    }
}

static const HubHttpRoute routes[] = {
    {.struct_size = sizeof(HubHttpRoute), .method = HUB_STR("GET"), .pattern = HUB_STR("")},
    {.struct_size = sizeof(HubHttpRoute),
     .method = HUB_STR("POST"),
     .pattern = HUB_STR("echo"),
     .body_bytes_max = 1 << 20},
    {.struct_size = sizeof(HubHttpRoute), .method = HUB_STR("GET"), .pattern = HUB_STR("later")},
};
static const HubHttpAsset assets[] = {{
    .struct_size = sizeof(HubHttpAsset),
    .path = HUB_STR("style.css"),
    .content_type = HUB_STR("text/css"),
    .etag = HUB_STR("\"1\""),
    .bytes = HUB_STR("p { margin: 0 }"),
}};
static const HubHttp pages = {
    .struct_size = sizeof(HubHttp),
    .route_count = 3,
    .routes = routes,
    .assets = assets,
    .asset_count = 1,
    .request = request,
};

static const void *extension(void *data, HubStr id) {
    (void)data;
    return is(id, HUB_HTTP_ID) ? &pages : NULL;
}

static HubStatus quiesce(void *data, const HubCall *call) {
    (void)call;
    join(data);
    return HUB_OK;
}

static void destroy(void *data) {
    join(data);
    free(data);
}

static const HubPluginVtable vtable = {
    .struct_size = sizeof(HubPluginVtable),
    .extension = extension,
    .quiesce = quiesce,
    .destroy = destroy,
};

static HubStatus create(const HubCall *call, const HubHost *host, HubBytes config_json,
                        HubPlugin *out) {
    (void)config_json;
    HubStr id = HUB_STR(HUB_HTTP_RESPOND_ID);
    const HubHttpRespond *respond = host->extension(host->ctx, id);
    Http *http = respond == NULL ? NULL : calloc(1, sizeof *http);
    if (http == NULL) {
        static const char why[] = "it needs hub.http.respond/1, and memory";
        HubBytes bytes = {(const uint8_t *)why, sizeof why - 1};
        if (call != NULL && call->diagnostics.write != NULL) {
            call->diagnostics.write(call->diagnostics.ctx, bytes);
        }
        return HUB_UNSUPPORTED;
    }
    http->respond = respond;
    http->ctx = host->ctx;
    out->data = http;
    out->vtable = &vtable;
    return HUB_OK;
}

HUB_EXPORT const HubPluginEntry hub_plugin_entry_v1 = {
    .magic = HUB_PLUGIN_MAGIC,
    .struct_size = sizeof(HubPluginEntry),
    .abi_major = HUB_ABI_MAJOR,
    .abi_minor = HUB_ABI_MINOR,
    .flags = HUB_ENTRY_SERIAL,
    .id = HUB_STR("http"),
    .version = HUB_STR("1.0.0"),
    .build = HUB_STR("C"),
    .create = create,
};
