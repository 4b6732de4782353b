//! The header: cbindgen's translation, and what it does not know of.

use std::fmt::Write as _;
use std::fs;

use crate::lock::layouts;
use crate::source::{Contract, contract, files, number, root};

const MACROS: &str = r#"
#if defined(__GNUC__)
#define HUB_VISIBLE __attribute__((visibility("default")))
#elif defined(_WIN32)
#define HUB_VISIBLE __declspec(dllexport)
#else
#define HUB_VISIBLE
#endif

/**
 * Begins the definition of what a plugin exports:
 * `HUB_EXPORT const HubPluginEntry hub_plugin_entry_v1 = { ... };`
 */
#ifdef __cplusplus
#define HUB_EXPORT extern "C" HUB_VISIBLE
#else
#define HUB_EXPORT HUB_VISIBLE
#endif

/**
 * Initializes a `HubStr` with a literal: `HubStr name = HUB_STR("echo");`
 */
#define HUB_STR(literal) { (const uint8_t *)(literal), sizeof(literal) - 1 }

/**
 * The symbol that a plugin exports, and the only one.
 */
#ifdef __cplusplus
extern "C" {
#endif
HUB_VISIBLE extern const HubPluginEntry hub_plugin_entry_v1;
#ifdef __cplusplus
}
#endif

/**
 * Whether the structure at `pointer`, made by the other side, has `field`.
 */
#define HUB_HAS(pointer, type, field) \
    ((pointer)->struct_size >= offsetof(type, field) + sizeof((pointer)->field))
"#;

fn render(contract: &Contract) -> String {
    let path = root().join("cbindgen.toml");
    let mut config = cbindgen::Config::from_file(path).expect("cbindgen.toml can be read");
    config.header = Some(
        "/* The contract between the hub and its plugins. Generated from the source of\n   \
         phytohub-plugin-api; do not edit. plugins/ABI.md explains it.\n\n   \
         Rules that hold everywhere:\n"
            .to_owned()
            + &rules()
            + "*/",
    );
    config.trailer = Some(trailer(contract));
    let mut builder = cbindgen::Builder::new().with_config(config);
    for file in files() {
        builder = builder.with_src(file);
    }
    for structure in &contract.structures {
        builder = builder.include_item(&structure.name);
    }
    let mut header = Vec::new();
    builder.generate().expect("cbindgen understands the source").write(&mut header);
    let header = String::from_utf8(header).expect("cbindgen writes UTF-8");
    // Rustdoc's links mean nothing in C.
    header.replace("[`", "`").replace("`]", "`")
}

/// The rules of `lib.rs`, which concern authors in C as well.
fn rules() -> String {
    let library = fs::read_to_string(root().join("src/lib.rs")).expect("lib.rs is there");
    let rules = library.lines().skip_while(|line| !line.contains("# Rules")).skip(2);
    let rules = rules.map_while(|line| line.strip_prefix("//! "));
    rules.fold(String::new(), |text, line| text + "   " + line + "\n")
}

fn trailer(contract: &Contract) -> String {
    let mut text = String::new();
    for constant in contract.constants.iter().filter(|c| number(&c.value).is_none()) {
        text.push_str("/**\n");
        for line in &constant.doc {
            let _ = writeln!(text, " * {line}");
        }
        let _ = writeln!(text, " */\n#define {} {}\n", constant.name, constant.value);
    }
    text.push_str(MACROS.trim_start());
    text.push_str(
        "\n/* What both sides must agree on, checked wherever this is compiled. */\n\
         #ifdef __cplusplus\n#define HUB_ASSERT(x) static_assert(x, #x)\n#else\n\
         #define HUB_ASSERT(x) _Static_assert(x, #x)\n#endif\n\
         #if UINTPTR_MAX == 0xffffffffffffffffu\n",
    );
    for layout in layouts(contract) {
        let name = &layout.name;
        let _ = writeln!(text, "HUB_ASSERT(sizeof({name}) == {});", layout.size);
        for field in &layout.fields {
            // A word of C gets an underscore from cbindgen.
            let c_word = if field.name == "register" { "_" } else { "" };
            let (field, offset) = (&field.name, field.offset);
            let _ = writeln!(text, "HUB_ASSERT(offsetof({name}, {field}{c_word}) == {offset});");
        }
    }
    text.push_str("#endif\n#undef HUB_ASSERT\n");
    text
}

#[test]
fn header_is_what_the_source_says() {
    let path = root().join("include/phytohub_plugin.h");
    let new = render(&contract());
    if std::env::var("PHYTOHUB_WRITE_ABI").is_ok() {
        fs::write(&path, new).expect("the header can be written");
        return;
    }
    let old = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        old == new,
        "include/phytohub_plugin.h is out of date: run this with PHYTOHUB_WRITE_ABI=1, commit it"
    );
}

#[test]
fn everything_in_the_source_is_in_the_header() {
    let contract = contract();
    let header = render(&contract);
    for structure in &contract.structures {
        assert!(header.contains(&format!("}} {};", structure.name)), "{} lacks", structure.name);
    }
    for constant in &contract.constants {
        let name = &constant.name;
        assert!(header.contains(&format!("#define {name} ")), "{name} lacks");
    }
}
