//! The settings of web pages and plugins.

use super::{Setting, number, text};

pub(super) const SETTINGS: &[Setting] = &[
    text("web", "enabled", "Whether the door is opened."),
    text("web", "listen", "Address and port. Port 0 picks a free one, which 'serve' prints."),
    text(
        "web",
        "public_url",
        "What browsers call, such as https://ephyto.example.org. Empty: http or https and the address \
         above.",
    ),
    text(
        "web",
        "certificate",
        "PEM file with the certificate that browsers are shown, followed by its chain. Empty: plain \
         HTTP, which only a loopback address may speak: behind a proxy, or in a trial.",
    ),
    text("web", "key", "PEM file with its private key."),
    text(
        "web",
        "trusted_proxies",
        "Addresses of proxies whose X-Forwarded-For, -Proto and -Host are believed.",
    ),
    number(
        "web",
        "idle_seconds",
        (1, 3600),
        "Between two parts of a request or of an answer. There is no limit on the whole: an \
         attachment of 3 MB takes six minutes on a line of 64 kbit/s.",
    ),
    text(
        "plugins",
        "dir",
        "Directory of the packages, as ID/VERSION/. The hub's own user must not be able to write \
         there.",
    ),
    text("plugins", "data", "Directory of the files of plugins that are granted hub.data/1."),
    text(
        "plugins",
        "dev",
        "Loads packages that this user can write, too: for trials, and for whoever develops a plugin. \
         Said in the log at every start.",
    ),
    text(
        "plugins",
        "load_by",
        "\"memfd\": through a sealed copy, so that what was checked is what runs. \"path\": by its \
         path, where the system forbids the other.",
    ),
    text(
        "plugins",
        "trusted_keys",
        "Who may sign: { key = \"ed25519:…\", plugins = [\"ID\"], grants = [\"hub.kv/1\"] }. 'phytohub \
         plugin keygen' makes one; '*' stands for any.",
    ),
    text(
        "plugins",
        "revoked",
        "What is no longer believed, whoever signed: \"sha256:…\" of a library, or \"ed25519:…\", a key.",
    ),
];
