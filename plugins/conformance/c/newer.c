/* A plugin of a later minor version, whose structures have grown: a hub of today does not look at
   what it does not know. */
#include "phytohub_plugin.h"

typedef struct GrownEntry {
    HubPluginEntry known;
    uint64_t later[4];
} GrownEntry;

typedef struct GrownVtable {
    HubPluginVtable known;
    void (*later)(void *data);
} GrownVtable;

typedef struct GrownDocuments {
    HubDocuments known;
    void (*later)(void *data);
} GrownDocuments;

typedef struct GrownFinding {
    HubFinding known;
    HubStr later;
} GrownFinding;

typedef struct GrownKind {
    HubKind known;
    HubStr later;
} GrownKind;

static HubStatus kinds(void *data, const HubCall *call, const HubKindVisitor *out) {
    (void)data, (void)call;
    GrownKind kind = {
        .known = {.struct_size = sizeof kind, .certificate_type = 851, .name = HUB_STR("newer")},
        .later = HUB_STR("later"),
    };
    return out->add(out->ctx, &kind.known);
}

static HubStatus validate(void *data, const HubCall *call, const HubDocument *document,
                          const HubFindings *out) {
    (void)data, (void)call, (void)document;
    GrownFinding finding = {
        .known = {
            .struct_size = sizeof finding,
            .level = HUB_LEVEL_INFO,
            .area = HUB_AREA_SCHEMA,
            .rule = HUB_STR("NEW-001"),
            .message = HUB_STR("said with more than a hub of today knows"),
            .offset = UINT64_MAX,
        },
        .later = HUB_STR("later"),
    };
    return out->add(out->ctx, &finding.known) < 0 ? HUB_INTERNAL : HUB_OK;
}

static const GrownDocuments documents = {
    .known = {.struct_size = sizeof(GrownDocuments), .kinds = kinds, .validate = validate},
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
    return &documents.known;
}

static void destroy(void *data) { (void)data; }

static const GrownVtable vtable = {
    .known = {
        .struct_size = sizeof(GrownVtable),
        .extension = extension,
        .destroy = destroy,
    },
};

static HubStatus create(const HubCall *call, const HubHost *host, HubBytes config_json,
                        HubPlugin *out) {
    (void)call, (void)host, (void)config_json;
    out->data = NULL;
    out->vtable = &vtable.known;
    return HUB_OK;
}

#undef HUB_EXPORT
#define HUB_EXPORT __attribute__((visibility("default"), alias("grown")))
static const GrownEntry grown = {
    .known = {
        .magic = HUB_PLUGIN_MAGIC,
        .struct_size = sizeof(GrownEntry),
        .abi_major = HUB_ABI_MAJOR,
        .abi_minor = HUB_ABI_MINOR + 7,
        .id = HUB_STR("newer"),
        .version = HUB_STR("1.0.0"),
        .build = HUB_STR("C, against a later header"),
        .create = create,
    },
};
HUB_EXPORT extern const HubPluginEntry hub_plugin_entry_v1;
