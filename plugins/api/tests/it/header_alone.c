#include "phytohub_plugin.h"

static HubStatus create(const HubCall *call, const HubHost *host, HubBytes config_json,
                        HubPlugin *out) {
    static const HubStr name = HUB_STR("nobody");
    (void)call, (void)config_json, (void)out, (void)name;
    return HUB_HAS(host, HubHost, extension) ? HUB_UNSUPPORTED : HUB_INVALID;
}

HUB_EXPORT const HubPluginEntry hub_plugin_entry_v1 = {
    HUB_PLUGIN_MAGIC,  sizeof(HubPluginEntry), HUB_ABI_MAJOR,    HUB_ABI_MINOR, HUB_ENTRY_UNWINDS,
    HUB_STR("nobody"), HUB_STR("1.0.0"),       HUB_STR("cc"), create,
};
