/* Judges documents: a phytosanitary certificate must name what it is, and keeps count in hub.kv/1
   of those that did not. */
#include <stdlib.h>
#include <string.h>

#include "phytohub_plugin.h"

typedef struct Validator {
    const HubKv *kv;
    void *ctx;
} Validator;

static int is(HubStr text, const char *other) {
    size_t len = strlen(other);
    return text.len == len && memcmp(text.ptr, other, len) == 0;
}

static int holds(HubBytes bytes, const char *word) {
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= bytes.len; i++) {
        if (memcmp(bytes.ptr + i, word, len) == 0) {
            return 1;
        }
    }
    return 0;
}

static HubStatus kinds(void *data, const HubCall *call, const HubKindVisitor *out) {
    (void)data, (void)call;
    HubKindStatus statuses[] = {
        {.struct_size = sizeof(HubKindStatus), .certificate_status = 70, .name = HUB_STR("Issued")},
        {.struct_size = sizeof(HubKindStatus), .certificate_status = 40, .name = HUB_STR("Withdrawn")},
    };
    HubKind kind = {
        .struct_size = sizeof kind,
        .certificate_type = 851,
        .name = HUB_STR("phytosanitary certificate"),
        .root_name = HUB_STR("SPSCertificate"),
        .statuses = statuses,
        .status_count = 2,
    };
    return out->add(out->ctx, &kind);
}

static HubStatus find(const HubFindings *out, uint32_t level, HubStr rule, HubStr message) {
    HubFinding finding = {
        .struct_size = sizeof finding,
        .level = level,
        .area = HUB_AREA_MANDATORY_ELEMENTS,
        .rule = rule,
        .field = HUB_STR("SPSExchangedDocument/Name"),
        .message = message,
        .offset = UINT64_MAX,
    };
    return out->add(out->ctx, &finding);
}

/* Remembers that the last document of this sender had no name. */
static HubStatus remember(const Validator *validator, const HubCall *call,
                          const HubDocument *document) {
    if (validator->kv == NULL || document->from.len == 0) {
        return HUB_OK;
    }
    HubKvOperation put = {
        .struct_size = sizeof put,
        .kind = HUB_KV_PUT,
        .key = {document->from.ptr, document->from.len},
        .value = {document->nppo_certificate_number.ptr, document->nppo_certificate_number.len},
        .expects = HUB_KV_EXPECTS_ANYTHING,
    };
    return validator->kv->write(validator->ctx, call, &put, 1, HUB_NO_TICKET);
}

static HubStatus validate(void *data, const HubCall *call, const HubDocument *document,
                          const HubFindings *out) {
    static const HubStr no_name = HUB_STR("C-001");
    static const HubStr no_document = HUB_STR("C-002");
    static const HubStr say_name = HUB_STR("the certificate has no name: write ram:Name");
    static const HubStr say_document = HUB_STR("this is no SPS certificate");
    if (call->cancelled != NULL && call->cancelled(call)) {
        return HUB_CANCELLED;
    }
    if (!holds(document->content, "SPSCertificate")) {
        find(out, HUB_LEVEL_SEVERE, no_document, say_document);
        return HUB_OK;
    }
    if (!holds(document->content, "<ram:Name>")) {
        find(out, HUB_LEVEL_WARNING, no_name, say_name);
        HubStatus written = remember(data, call, document);
        return written < 0 ? HUB_UNAVAILABLE : HUB_OK;
    }
    return HUB_OK;
}

static HubStatus describe(void *data, const HubCall *call, const HubDocument *document,
                          const HubTerms *out) {
    (void)data, (void)call;
    HubStr name = HUB_STR("number");
    out->add(out->ctx, name, document->nppo_certificate_number);
    return HUB_OK;
}

static HubStatus render(void *data, const HubCall *call, const HubDocument *document,
                        HubStr language, HubSink out) {
    (void)data, (void)call, (void)document, (void)language;
    static const char page[] = "<p>A certificate.</p>";
    HubBytes bytes = {(const uint8_t *)page, sizeof page - 1};
    return out.write(out.ctx, bytes);
}

static const HubDocuments documents = {
    .struct_size = sizeof(HubDocuments),
    .kinds = kinds,
    .validate = validate,
    .describe = describe,
    .render = render,
};

static const void *extension(void *data, HubStr id) {
    (void)data;
    return is(id, HUB_DOCUMENTS_ID) ? &documents : NULL;
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
    Validator *validator = calloc(1, sizeof *validator);
    if (validator == NULL) {
        static const char why[] = "no memory";
        HubBytes bytes = {(const uint8_t *)why, sizeof why - 1};
        if (call->diagnostics.write != NULL) {
            call->diagnostics.write(call->diagnostics.ctx, bytes);
        }
        return HUB_EXHAUSTED;
    }
    HubStr kv = HUB_STR(HUB_KV_ID);
    validator->kv = host->extension(host->ctx, kv);
    validator->ctx = host->ctx;
    out->data = validator;
    out->vtable = &vtable;
    return HUB_OK;
}

HUB_EXPORT const HubPluginEntry hub_plugin_entry_v1 = {
    .magic = HUB_PLUGIN_MAGIC,
    .struct_size = sizeof(HubPluginEntry),
    .abi_major = HUB_ABI_MAJOR,
    .abi_minor = HUB_ABI_MINOR,
    .flags = HUB_ENTRY_INLINE_SAFE,
    .id = HUB_STR("validator"),
    .version = HUB_STR("1.0.0"),
    .build = HUB_STR("C"),
    .create = create,
};
