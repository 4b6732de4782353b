/* A plugin that does what it is told: every deed is named by what it is given. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "phytohub_plugin.h"

typedef struct {
    const HubHost *host;
    char config[128];
    HubFindings kept_findings;
    HubCall kept_copy;
    const HubCall *kept_call;
} Instance;

/* What another instance left behind. */
extern const HubHost *left_host;

static inline int is(const void *ptr, size_t len, const char *text) {
    return len == strlen(text) && (len == 0 || memcmp(ptr, text, len) == 0);
}

static inline HubStr str(const char *text) {
    HubStr out = {(const uint8_t *)text, strlen(text)};
    return out;
}

static inline HubBytes bytes(const char *text) {
    HubBytes out = {(const uint8_t *)text, strlen(text)};
    return out;
}

static inline void say(const HubCall *call, const char *text) {
    call->diagnostics.write(call->diagnostics.ctx, bytes(text));
}

static inline HubFinding finding(const char *message) {
    HubFinding out = {.struct_size = sizeof(HubFinding), .level = HUB_LEVEL_WARNING,
                      .area = HUB_AREA_MAPPING, .rule = str("T-1"), .field = str("/a/b"),
                      .message = str(message), .offset = UINT64_MAX};
    return out;
}

static inline HubStatus tell(const HubFindings *out, const char *message) {
    HubFinding told = finding(message);
    return out->add(out->ctx, &told);
}

HubStatus ask_the_host(Instance *self, const HubCall *call, const char *deed,
                       const HubFindings *out);
