/* What the plugin asks of the hub, all of it. */
#include "bridge.h"

typedef struct { char text[8000]; size_t len; int refuse_after; } Gathered;

static void put(Gathered *to, const void *ptr, size_t len) {
    if (len > sizeof to->text - to->len - 1) len = sizeof to->text - to->len - 1;
    memcpy(to->text + to->len, ptr, len);
    to->len += len;
}

static HubStatus gather(void *ctx, HubBytes bytes) {
    Gathered *to = ctx;
    put(to, bytes.ptr, bytes.len);
    return --to->refuse_after == 0 ? HUB_EXHAUSTED : HUB_OK;
}

static HubStatus gather_pair(void *ctx, HubBytes key, HubBytes value) {
    gather(ctx, key);
    put(ctx, "=", 1);
    return gather(ctx, value);
}

static HubStatus gather_code(void *ctx, const HubCode *code) {
    return gather(ctx, (HubBytes){code->text.ptr, code->text.len});
}

static HubStatus gather_envelope(void *ctx, const HubEnvelope *envelope) {
    HubStr number = envelope->hub_delivery_number;
    return gather(ctx, (HubBytes){number.ptr, number.len});
}

static HubStatus gather_connection(void *ctx, const HubConnection *connection) {
    char text[60];
    snprintf(text, sizeof text, "%.*s:%zu:%d", (int)connection->code.len,
             (const char *)connection->code.ptr, connection->allowed_count,
             connection->allowed_count ? connection->allowed[0].certificate_type : 0);
    return gather(ctx, bytes(text));
}

/* Tells the status, what was gathered and why it was refused. */
static HubStatus report(const HubFindings *out, HubStatus status, Gathered *got, Gathered *why) {
    char text[900];
    snprintf(text, sizeof text, "%d [%.*s] %.*s", status, (int)got->len, got->text, (int)why->len,
             why->text);
    got->len = why->len = 0;
    return tell(out, text);
}

#define TABLE(type, name, id)                                                                     \
    const type *name = host->extension(host->ctx, (HubStr)HUB_STR(id));                           \
    if (!name) return HUB_UNSUPPORTED;

static HubStatus ask_kv(const HubHost *host, const HubCall *call, const char *deed,
                        const HubFindings *out) {
    Gathered got = {.refuse_after = -1}, why = {.refuse_after = -1};
    HubCall own = {.struct_size = sizeof own, .deadline_ns = call->deadline_ns,
                   .trace_id = {1}, .diagnostics = {&why, gather}};
    HubSink sink = {&got, gather};
    HubKvVisitor visitor = {&got, gather_pair}, null_visitor = {&got, NULL};
    HubKvOperation two[2] = {
        {.struct_size = sizeof(HubKvOperation), .kind = HUB_KV_PUT, .key = bytes("a"),
         .value = bytes("1"), .expects = HUB_KV_EXPECTS_NOTHING},
        {.struct_size = sizeof(HubKvOperation), .kind = HUB_KV_DELETE, .key = bytes("b"),
         .expects = HUB_KV_EXPECTS_VALUE, .expected = bytes("2")}};
    struct { HubKvOperation known; uint64_t newer[3]; } newer[2] = {{two[0], {0}}, {two[1], {0}}};
    void *ctx = host->ctx;
    HubStatus status = HUB_UNSUPPORTED;
    TABLE(HubKv, kv, "hub.kv/1")
    if (!strcmp(deed, "get")) status = kv->get(ctx, &own, bytes("key"), sink);
    if (!strcmp(deed, "panic")) status = kv->get(ctx, &own, bytes("panic"), sink);
    if (!strcmp(deed, "refused")) status = kv->get(ctx, &own, bytes("refused"), sink);
    if (!strcmp(deed, "wait")) status = kv->get(ctx, &own, bytes("wait"), sink);
    if (!strcmp(deed, "without-call")) status = kv->get(ctx, NULL, bytes("key"), sink);
    if (!strcmp(deed, "without-ctx")) status = kv->get(NULL, &own, bytes("key"), sink);
    if (!strcmp(deed, "without-sink")) status = kv->get(ctx, &own, bytes("key"), (HubSink){0});
    if (!strcmp(deed, "short-call"))
        own.struct_size = 16, status = kv->get(ctx, &own, bytes("key"), sink);
    if (!strcmp(deed, "long-key"))
        status = kv->get(ctx, &own, (HubBytes){(const uint8_t *)&got, 1025}, sink);
    if (!strcmp(deed, "null-key")) status = kv->get(ctx, &own, (HubBytes){NULL, 3}, sink);
    if (!strcmp(deed, "huge-key"))
        status = kv->get(ctx, &own, (HubBytes){(const uint8_t *)&got, SIZE_MAX}, sink);
    if (!strcmp(deed, "scan"))
        status = kv->scan(ctx, &own, bytes("p"), bytes("pa"), 7, &visitor);
    if (!strcmp(deed, "scan-stopped"))
        got.refuse_after = 2, status = kv->scan(ctx, &own, bytes("p"), bytes(""), 7, &visitor);
    if (!strcmp(deed, "scan-null")) status = kv->scan(ctx, &own, bytes(""), bytes(""), 7, NULL);
    if (!strcmp(deed, "scan-null-visit"))
        status = kv->scan(ctx, &own, bytes(""), bytes(""), 7, &null_visitor);
    if (!strcmp(deed, "write")) status = kv->write(ctx, &own, two, 2, 9);
    if (!strcmp(deed, "write-newer")) {
        newer[0].known.struct_size = newer[1].known.struct_size = sizeof newer[0];
        status = kv->write(ctx, &own, &newer[0].known, 2, HUB_NO_TICKET);
    }
    if (!strcmp(deed, "write-none")) status = kv->write(ctx, &own, NULL, 0, HUB_NO_TICKET);
    if (!strcmp(deed, "write-null")) status = kv->write(ctx, &own, NULL, 2, HUB_NO_TICKET);
    if (!strcmp(deed, "write-many")) status = kv->write(ctx, &own, two, 1001, HUB_NO_TICKET);
    if (!strcmp(deed, "write-unknown"))
        two[1].kind = 8, status = kv->write(ctx, &own, two, 2, HUB_NO_TICKET);
    if (!strcmp(deed, "write-short"))
        two[0].struct_size = 24, status = kv->write(ctx, &own, two, 2, HUB_NO_TICKET);
    return report(out, status, &got, &why);
}

static HubStatus ask_small(const HubHost *host, const HubCall *call, const HubFindings *out) {
    Gathered got = {.refuse_after = -1}, why = {.refuse_after = -1};
    HubSink sink = {&got, gather};
    void *ctx = host->ctx;
    uint64_t used = 0, allowed = 0;
    uint32_t handle = 0;
    char text[200];
    double boundaries[2] = {0.5, 1.5};
    HubLogField label = {HUB_STR("colour"), HUB_STR("red")};
    TABLE(HubLog, log, "hub.log/1")
    TABLE(HubMetrics, metrics, "hub.metrics/1")
    TABLE(HubTickets, tickets, "hub.tickets/1")
    TABLE(HubTimers, timers, "hub.timers/1")
    TABLE(HubKeptBytes, kept, "hub.bytes/1")
    TABLE(HubAudit, audit, "hub.audit/1")
    TABLE(HubSecrets, secrets, "hub.secrets/1")
    TABLE(HubData, files, "hub.data/1")
    HubLogRecord record = {.struct_size = sizeof record, .level = HUB_LOG_WARN, .target = str("t"),
                           .message = str("m\xFFm"), .fields = &label, .field_count = 1};
    if (log->enabled(ctx, HUB_LOG_WARN, str("t"))) log->write(ctx, &record);
    log->write(ctx, NULL);
    HubMetric metric = {.struct_size = sizeof metric, .kind = HUB_METRIC_HISTOGRAM,
                        .name = str("n"), .help = str("h"), .labels = &label, .label_count = 1,
                        .boundaries = boundaries, .boundary_count = 2};
    HubStatus registered = metrics->register_(ctx, call, &metric, &handle);
    snprintf(text, sizeof text, "%d %d", tickets->complete(ctx, 4, HUB_PENDING, str("")),
             tickets->complete(ctx, 4, -99, str("")));
    tell(out, text);
    snprintf(text, sizeof text, "%d %u %d %d %d %d %d %d %d %d %d", registered, handle,
             metrics->register_(ctx, call, &metric, NULL), metrics->record(ctx, handle, 2.5),
             tickets->complete(ctx, 4, HUB_CONFLICT, str("why")), timers->after(ctx, 10, 11),
             timers->cancel(ctx, 12), kept->retain(ctx, 13), kept->slice(ctx, 13, 1, 2, sink),
             kept->release(ctx, 13),
             audit->append(ctx, call, str("p"), str("a"), str("d"), str("n")));
    tell(out, text);
    report(out, secrets->get(ctx, call, str("s"), sink), &got, &why);
    report(out, files->path(ctx, call, sink), &got, &why);
    HubStatus status = files->usage(ctx, call, &used, &allowed);
    snprintf(text, sizeof text, "%d %llu %llu", status, (unsigned long long)used,
             (unsigned long long)allowed);
    return tell(out, text);
}

static HubStatus ask_large(const HubHost *host, const HubCall *call, const HubFindings *out) {
    Gathered got = {.refuse_after = -1}, why = {.refuse_after = -1};
    HubSink sink = {&got, gather};
    void *ctx = host->ctx;
    HubStr channels[2] = {HUB_STR("C1"), HUB_STR("C2")};
    HubEnvelopeVisitor each = {&got, gather_envelope};
    HubCodeVisitor codes = {&got, gather_code};
    HubConnectionVisitor connections = {&got, gather_connection};
    HubCode code = {.struct_size = sizeof code, .code = str("c"), .text = str("t"),
                    .language = str("en")};
    HubAllowedDocument allowed = {851, 70};
    HubConnection mine = {.struct_size = sizeof mine, .flags = 3, .code = str("XX"),
                          .name = str("n"), .country = str("XX"), .allowed = &allowed,
                          .allowed_count = 1};
    HubDraft draft = {.struct_size = sizeof draft, .flags = 1, .certificate_type = 851,
                      .certificate_status = 70, .act_as = str("XX"), .to = str("YY"),
                      .nppo_certificate_number = str("n"), .content = bytes("<a/>"),
                      .forwardings = channels, .forwarding_count = 2};
    HubHttpHeader header = {HUB_STR("accept"), HUB_STR("*/*")};
    TABLE(HubCodeLists, lists, "hub.codelists/1")
    TABLE(HubEnvelopes, envelopes, "hub.envelopes/1")
    TABLE(HubRegistry, registry, "hub.registry/1")
    TABLE(HubHttpRespond, respond, "hub.http.respond/1")
    report(out, lists->lookup(ctx, call, str("l"), str("c"), str("fr"), sink), &got, &why);
    report(out, lists->each(ctx, call, str("l"), &codes), &got, &why);
    report(out, lists->publish(ctx, call, str("l"), 3, &code, 1), &got, &why);
    report(out, envelopes->submit(ctx, call, bytes("k"), &draft, &each), &got, &why);
    report(out, envelopes->submit(ctx, call, bytes(""), &draft, &each), &got, &why);
    report(out, envelopes->inbox(ctx, call, str("XX"), 3, 4, &each), &got, &why);
    report(out, envelopes->read(ctx, call, str("XX"), str("N"), &each, sink), &got, &why);
    report(out, envelopes->read(ctx, call, str("XX"), str("N"), NULL, (HubSink){0}), &got, &why);
    report(out, envelopes->find(ctx, call, str("XX"), str(""), str("n"), 5, &each), &got, &why);
    report(out, envelopes->acknowledge(ctx, call, str("XX"), str("N"), 2, str("m")), &got, &why);
    report(out, envelopes->acknowledge(ctx, call, str("XX"), str("N"), 9, str("m")), &got, &why);
    report(out, envelopes->status(ctx, call, str("XX"), str("N"), &each), &got, &why);
    report(out, registry->each(ctx, call, &connections), &got, &why);
    report(out, registry->register_(ctx, call, &mine), &got, &why);
    report(out, respond->read(ctx, call, 6, sink), &got, &why);
    report(out, respond->start(ctx, call, 6, 200, &header, 1), &got, &why);
    report(out, respond->write(ctx, call, 6, bytes("body")), &got, &why);
    report(out, respond->finish(ctx, call, 6), &got, &why);
    return tell(out, respond->gone(ctx, 6) ? "gone" : "there");
}

HubStatus ask_the_host(Instance *self, const HubCall *call, const char *deed,
                       const HubFindings *out) {
    if (!strncmp(deed, "kv:", 3)) return ask_kv(self->host, call, deed + 3, out);
    /* Asks in the name of an instance that is no more. */
    if (!strcmp(deed, "left")) {
        HubHost left = *left_host;
        char text[60];
        const HubKv *kv = self->host->extension(self->host->ctx, (HubStr)HUB_STR("hub.kv/1"));
        HubSink sink = {NULL, NULL};
        snprintf(text, sizeof text, "%d %d", left.extension(left.ctx, (HubStr)HUB_STR("hub.kv/1")) != NULL,
                 kv->get(left.ctx, NULL, bytes("key"), sink));
        return tell(out, text);
    }
    if (!strcmp(deed, "unknown"))
        return tell(out, self->host->extension(self->host->ctx, (HubStr)HUB_STR("hub.magic/9"))
                             ? "there" : "null");
    /* Looks for a hundred things in vain, and gives up for another reason. */
    if (!strcmp(deed, "misses")) {
        const HubKv *kv = self->host->extension(self->host->ctx, (HubStr)HUB_STR("hub.kv/1"));
        Gathered got = {.refuse_after = -1};
        HubSink sink = {&got, gather};
        for (int i = 0; i < 100; i++)
            if (kv->get(self->host->ctx, call, bytes("missing"), sink) != HUB_NOT_FOUND)
                return HUB_INTERNAL;
        say(call, "I give up");
        return kv->get(self->host->ctx, call, bytes("refused"), (HubSink){0});
    }
    if (!strcmp(deed, "small")) return ask_small(self->host, call, out);
    return ask_large(self->host, call, out);
}
