/* The hooks. */
#include <pthread.h>

#include "bridge.h"

#ifndef FLAGS
#define FLAGS 0
#endif
#ifndef ID
#define ID "bridge"
#endif

const HubHost *left_host;

static void note(Instance *self, const char *message) {
    const HubLog *log = self->host->extension(self->host->ctx, (HubStr)HUB_STR("hub.log/1"));
    HubLogRecord record = {.struct_size = sizeof record, .level = HUB_LOG_INFO,
                           .target = str("life"), .message = str(message)};
    if (log) log->write(self->host->ctx, &record);
}

/* Documents. */

static HubStatus kinds(void *data, const HubCall *call, const HubKindVisitor *out) {
    Instance *self = data;
    HubKindStatus statuses[2] = {
        {.struct_size = sizeof(HubKindStatus), .certificate_status = 70, .name = HUB_STR("Issued")},
        {.struct_size = sizeof(HubKindStatus), .certificate_status = 40, .name = HUB_STR("Gone")}};
    HubKind kind = {.struct_size = sizeof kind, .certificate_type = 851, .name = HUB_STR("test"),
                    .root_namespace = HUB_STR("urn:test"), .root_name = HUB_STR("Test"),
                    .statuses = statuses, .status_count = 2, .flags = HUB_KIND_OWNER};
    (void)call;
    if (strstr(self->config, "kind-without-name")) kind.name.len = 0;
    if (strstr(self->config, "kind-short")) kind.struct_size = 12;
    if (strstr(self->config, "kinds-endless"))
        for (int i = 0; i < 100000; i++) out->add(out->ctx, &kind);
    out->add(out->ctx, &kind);
    return HUB_OK;
}

typedef struct {
    const HubCall *call;
    const HubFindings *out;
    HubStatus said, added;
    uint32_t cancelled;
} Elsewhere;

static void *elsewhere(void *data) {
    Elsewhere *it = data;
    it->said = it->call->diagnostics.write(it->call->diagnostics.ctx, bytes("from elsewhere"));
    it->cancelled = it->call->cancelled(it->call);
    if (it->out) it->added = tell(it->out, "from elsewhere");
    return NULL;
}

static HubStatus add_odd(const HubCall *call, const char *deed, const HubFindings *out) {
    HubFinding odd = finding("odd");
    static uint8_t text[20000];
    (void)call;
    memset(text, 'x', sizeof text);
    if (strcmp(deed, "unknown-level") == 0) odd.level = 99, odd.area = 77;
    else if (strcmp(deed, "long") == 0) {
        memcpy(text + 1023, "\xC3\xBC", 2);
        odd.message = (HubStr){text, 5000};
        odd.field = (HubStr){text, 600};
        odd.rule = (HubStr){text, 33};
    } else if (strcmp(deed, "not-utf8") == 0) odd.message = str("a\xFF" "b");
    else if (strcmp(deed, "null-text") == 0) odd.message = (HubStr){NULL, 5};
    else if (strcmp(deed, "huge") == 0) odd.message.len = SIZE_MAX;
    else if (strcmp(deed, "short") == 0) odd.struct_size = 8;
    else if (strcmp(deed, "garbage-size") == 0) odd.struct_size = UINT32_MAX;
    else if (strcmp(deed, "dangling-empty") == 0) odd.message = (HubStr){(const uint8_t *)16, 0};
    else if (strcmp(deed, "null") == 0) return out->add(out->ctx, NULL), HUB_OK;
    else if (strcmp(deed, "misaligned") == 0)
        return out->add(out->ctx, (const HubFinding *)((const char *)&odd + 1)), HUB_OK;
    else if (strcmp(deed, "bigger") == 0) {
        struct { HubFinding known; uint64_t newer[4]; } newer = {odd, {1, 2, 3, 4}};
        newer.known.struct_size = sizeof newer;
        return out->add(out->ctx, &newer.known);
    } else return HUB_UNSUPPORTED;
    out->add(out->ctx, &odd);
    return HUB_OK;
}

static HubStatus keep(Instance *self, const HubCall *call, const char *deed,
                      const HubFindings *out) {
    if (strcmp(deed, "keep") == 0) {
        self->kept_findings = *out;
        self->kept_copy = *call;
        self->kept_call = call;
        return HUB_OK;
    }
    char text[100];
    HubStatus added = tell(&self->kept_findings, "too late");
    HubStatus said = self->kept_copy.diagnostics.write(self->kept_copy.diagnostics.ctx,
                                                       bytes("too late"));
    snprintf(text, sizeof text, "%d %d %u", added, said,
             self->kept_copy.cancelled(&self->kept_copy));
    return tell(out, text);
}

static HubStatus validate(void *data, const HubCall *call, const HubDocument *document,
                          const HubFindings *out) {
    Instance *self = data;
    char deed[100] = "";
    if (document->content.len == 0 || document->content.len >= sizeof deed) return HUB_OK;
    memcpy(deed, document->content.ptr, document->content.len);
    if (strcmp(deed, "quiet") == 0) return HUB_OK;
    if (strncmp(deed, "host:", 5) == 0) return ask_the_host(self, call, deed + 5, out);
    if (strncmp(deed, "status:", 7) == 0) return say(call, "because"), atoi(deed + 7);
    if (strncmp(deed, "keep", 4) == 0) return keep(self, call, deed, out);
    if (strcmp(deed, "three") == 0) return tell(out, "1"), tell(out, "2"), tell(out, "3");
    if (strcmp(deed, "endless") == 0) {
        HubStatus last = HUB_OK;
        for (int i = 0; i < 1000000; i++) last = tell(out, "again");
        return last == HUB_EXHAUSTED ? HUB_OK : HUB_INTERNAL;
    }
    if (strcmp(deed, "loud") == 0) {
        for (int i = 0; i < 100; i++) say(call, "It is all \xFF wrong. ");
        return HUB_INVALID;
    }
    if (strcmp(deed, "cancelled") == 0) return call->cancelled(call) ? HUB_CANCELLED : HUB_OK;
    if (strncmp(deed, "elsewhere", 9) == 0) {
        Elsewhere it = {.call = call, .out = strcmp(deed, "elsewhere") ? out : NULL};
        pthread_t thread;
        if (pthread_create(&thread, NULL, elsewhere, &it)) return HUB_INTERNAL;
        pthread_join(thread, NULL);
        return it.said == HUB_OK && !it.cancelled ? (it.out ? HUB_OK : HUB_DENIED) : HUB_INTERNAL;
    }
    if (strcmp(deed, "document") == 0) {
        char text[400];
        snprintf(text, sizeof text, "%u %d %d %u %u %lld %.*s %.*s %.*s %.*s %.*s %.*s %llu",
                 document->purpose, document->certificate_type, document->certificate_status,
                 document->flags, document->raw_form, (long long)document->at_ms,
                 (int)document->from.len, (const char *)document->from.ptr,
                 (int)document->to.len, (const char *)document->to.ptr,
                 (int)document->sent_by.len, (const char *)document->sent_by.ptr,
                 (int)document->nppo_certificate_number.len,
                 (const char *)document->nppo_certificate_number.ptr,
                 (int)document->hub_delivery_number.len,
                 (const char *)document->hub_delivery_number.ptr,
                 (int)document->raw.len, (const char *)document->raw.ptr,
                 (unsigned long long)document->content_ticket);
        return tell(out, text);
    }
    return add_odd(call, deed, out);
}

static HubStatus describe(void *data, const HubCall *call, const HubDocument *document,
                          const HubTerms *out) {
    (void)data, (void)call;
    HubStatus last = HUB_OK;
    if (is(document->content.ptr, document->content.len, "null"))
        return out->add(out->ctx, str("commodity"), (HubStr){NULL, 3}), HUB_OK;
    int count = is(document->content.ptr, document->content.len, "endless") ? 1000 : 1;
    for (int i = 0; i < count; i++) last = out->add(out->ctx, str("commodity"), str("wheat"));
    return count == 1 || last == HUB_EXHAUSTED ? HUB_OK : HUB_INTERNAL;
}

static HubStatus render(void *data, const HubCall *call, const HubDocument *document,
                        HubStr language, HubSink out) {
    (void)data, (void)call, (void)document;
    HubStatus status = out.write(out.ctx, bytes("<html lang="));
    if (status == HUB_OK)
        status = out.write(out.ctx, (HubBytes){language.ptr, language.len});
    return status;
}

static HubStatus route(void *data, const HubCall *call, const HubDocument *document,
                       const HubRoute *out) {
    (void)data, (void)call;
    const uint8_t *p = document->content.ptr;
    size_t n = document->content.len;
    if (is(p, n, "nothing")) return HUB_OK;
    if (is(p, n, "unknown")) return out->decide(out->ctx, 9, 0, str(""), str("")), HUB_OK;
    if (is(p, n, "nobody"))
        return out->decide(out->ctx, HUB_ROUTE_REDIRECT, 0, str(""), str("")), HUB_OK;
    HubStatus good = out->copy_to(out->ctx, str("GOOD")), bad = out->copy_to(out->ctx, str("BAD"));
    if (good != HUB_OK || bad != HUB_NOT_FOUND) return HUB_INTERNAL;
    out->decide(out->ctx, HUB_ROUTE_REJECT, 0, str(""), str("first"));
    return out->decide(out->ctx, HUB_ROUTE_HOLD, 77, str("XX"), str("last"));
}

static HubStatus events(void *data, const HubCall *call, const HubEvent *batch, size_t count,
                        uint64_t ticket) {
    (void)data;
    if (count != 2 || batch[1].sequence != batch[0].sequence + 1 || ticket != 5) {
        say(call, "not what was sent");
        return HUB_INTERNAL;
    }
    return atoi((const char *)batch[0].message.ptr);
}

static HubStatus request(void *data, const HubCall *call, const HubHttpRequest *request,
                         uint64_t ticket) {
    (void)data;
    if (ticket != 6 || request->header_count != 1 || request->body_bytes != UINT64_MAX ||
        !is(request->headers[0].name.ptr, request->headers[0].name.len, "accept") ||
        !is(request->path.ptr, request->path.len, "/bridge/x") || request->route != 1) {
        say(call, "not what was sent");
        return HUB_INTERNAL;
    }
    return HUB_PENDING;
}

static HubStatus wake(void *data, const HubCall *call, uint64_t token) {
    (void)data, (void)call;
    return (HubStatus)token;
}

static HubStatus snapshot(void *data, const HubCall *call, HubStr directory) {
    (void)data;
    call->diagnostics.write(call->diagnostics.ctx, (HubBytes){directory.ptr, directory.len});
    return HUB_UNAVAILABLE;
}

static HubStatus check(void *data, const HubCall *call, HubSink out) {
    (void)data, (void)call;
    out.write(out.ctx, bytes("the database is full"));
    return HUB_EXHAUSTED;
}

static uint64_t allocated(void *data) { return data ? 4096 : 0; }

/* Life. */

static HubHttpRoute routes[2] = {
    {.struct_size = sizeof(HubHttpRoute), .method = HUB_STR("GET"), .pattern = HUB_STR("{*rest}")},
    {.struct_size = sizeof(HubHttpRoute), .body_bytes_max = 9}};
static HubHttpAsset asset = {.struct_size = sizeof(HubHttpAsset), .path = HUB_STR("a.css"),
    .content_type = HUB_STR("text/css"), .etag = HUB_STR("\"1\""), .bytes = HUB_STR("b{}")};

static const void *extension(void *data, HubStr id) {
    static const HubDocuments documents = {sizeof documents, 0, kinds, validate, describe, render};
    static const HubDocuments short_documents = {8, 0, kinds, validate, describe, render};
    static const HubDocuments null_validate = {sizeof null_validate, 0, kinds, 0, 0, 0};
    static const HubRouting routing = {sizeof routing, 0, route};
    static const HubLifecycle lifecycle = {sizeof lifecycle, 1 << HUB_EVENT_ACCEPTED, events};
    static const HubHttp http = {sizeof http, 2, routes, &asset, 1, request};
    static HubHttp bad_http = {sizeof bad_http, 2, routes, NULL, 1, request};
    static const HubWake waking = {sizeof waking, 0, wake};
    static const HubSnapshot copying = {sizeof copying, 0, snapshot};
    static const HubHealth health = {sizeof health, 0, check, allocated};
    Instance *self = data;
    if (strstr(self->config, "nothing")) return NULL;
    if (is(id.ptr, id.len, "hub.documents/1")) {
        if (strstr(self->config, "short-documents")) return &short_documents;
        return strstr(self->config, "null-validate") ? &null_validate : &documents;
    }
    if (is(id.ptr, id.len, "hub.routing/1")) return &routing;
    if (is(id.ptr, id.len, "hub.lifecycle/1")) return &lifecycle;
    if (is(id.ptr, id.len, "hub.http/1")) return strstr(self->config, "bad-http") ? &bad_http : &http;
    if (is(id.ptr, id.len, "hub.wake/1")) return &waking;
    if (is(id.ptr, id.len, "hub.snapshot/1")) return &copying;
    if (is(id.ptr, id.len, "hub.health/1")) return &health;
    return NULL;
}

static HubStatus start(void *data, const HubCall *call) {
    Instance *self = data;
    (void)call;
    note(self, "start");
    left_host = self->host;
    return HUB_OK;
}

static HubStatus quiesce(void *data, const HubCall *call) {
    (void)call;
    note(data, "quiesce");
    return HUB_OK;
}

static void destroy(void *data) {
    note(data, "destroy");
    free(data);
}

static HubStatus create(const HubCall *call, const HubHost *host, HubBytes config, HubPlugin *out) {
    static const HubPluginVtable vtable = {sizeof vtable, 0, extension, start, quiesce, destroy};
    static const HubPluginVtable short_vtable = {8, 0, extension, start, quiesce, destroy};
    static const HubPluginVtable no_destroy = {sizeof no_destroy, 0, extension, start, quiesce, 0};
    static const HubPluginVtable no_hooks = {sizeof no_hooks, 0, extension, 0, 0, destroy};
    Instance *self = calloc(1, sizeof *self);
    self->host = host;
    memcpy(self->config, config.ptr, config.len < 127 ? config.len : 127);
    if (strstr(self->config, "refuse")) {
        say(call, "the key colour is not one of red, green");
        free(self);
        return HUB_INVALID;
    }
    if (strstr(self->config, "no-instance")) return free(self), HUB_OK;
    out->data = self;
    out->vtable = strstr(self->config, "short-vtable") ? &short_vtable
                  : strstr(self->config, "no-destroy") ? &no_destroy
                  : strstr(self->config, "no-hooks")   ? &no_hooks
                                                       : &vtable;
    return strstr(self->config, "unheard") ? 77 : HUB_OK;
}

HUB_EXPORT const HubPluginEntry hub_plugin_entry_v1 = {
    .magic = HUB_PLUGIN_MAGIC, .struct_size = sizeof(HubPluginEntry),
    .abi_major = HUB_ABI_MAJOR, .abi_minor = HUB_ABI_MINOR, .flags = FLAGS,
    .id = HUB_STR(ID), .version = HUB_STR("1.0.0"), .build = HUB_STR(__VERSION__),
    .create = create,
};
