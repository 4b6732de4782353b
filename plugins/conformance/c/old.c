/* A plugin as it was written and built against version 1.0. It and the header beside it never
   change: whatever hub there is loads it. */
#include "phytohub_plugin_1_0.h"

static HubStatus kinds(void *data, const HubCall *call, const HubKindVisitor *out) {
    (void)data, (void)call;
    HubKind kind = {.struct_size = sizeof kind, .certificate_type = 851, .name = HUB_STR("old")};
    return out->add(out->ctx, &kind);
}

static HubStatus validate(void *data, const HubCall *call, const HubDocument *document,
                          const HubFindings *out) {
    (void)data, (void)call;
    HubFinding finding = {
        .struct_size = sizeof finding,
        .level = HUB_LEVEL_INFO,
        .area = HUB_AREA_SCHEMA,
        .rule = HUB_STR("OLD-001"),
        .message = HUB_STR("seen by a plugin of version 1.0"),
        .offset = document->content.len,
    };
    return out->add(out->ctx, &finding) < 0 ? HUB_INTERNAL : HUB_OK;
}

static const HubDocuments documents = {
    .struct_size = sizeof(HubDocuments),
    .kinds = kinds,
    .validate = validate,
};

static const void *extension(void *data, HubStr id) {
    static const char known[] = HUB_DOCUMENTS_ID;
    (void)data;
    if (id.len != sizeof known - 1) {
        return NULL;
    }
    for (size_t i = 0; i < id.len; i++) {
        if (id.ptr[i] != (uint8_t)known[i]) {
            return NULL;
        }
    }
    return &documents;
}

static void destroy(void *data) { (void)data; }

static const HubPluginVtable vtable = {
    .struct_size = sizeof(HubPluginVtable),
    .extension = extension,
    .destroy = destroy,
};

static HubStatus create(const HubCall *call, const HubHost *host, HubBytes config_json,
                        HubPlugin *out) {
    (void)call, (void)host, (void)config_json;
    out->data = NULL;
    out->vtable = &vtable;
    return HUB_OK;
}

HUB_EXPORT const HubPluginEntry hub_plugin_entry_v1 = {
    .magic = HUB_PLUGIN_MAGIC,
    .struct_size = sizeof(HubPluginEntry),
    .abi_major = HUB_ABI_MAJOR,
    .abi_minor = HUB_ABI_MINOR,
    .id = HUB_STR("old"),
    .version = HUB_STR("1.0.0"),
    .build = HUB_STR("C, against 1.0"),
    .create = create,
};
