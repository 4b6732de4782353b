//! `hub.codelists/1`.

use std::sync::Arc;

use phytohub_plugin_api as api;
use phytohub_plugin_loader::{Answer, CodeView, Sink, VisitCode};
use phytohub_schemas::code_list::{CodeList, Row};

use super::answer::{refusal, refused};
use crate::settings::PluginSettings;
use crate::world::World;

pub(crate) fn look_up(
    world: &World,
    list: &str,
    code: &str,
    language: &str,
    out: Sink<'_>,
) -> Answer {
    let list = in_force(world, list)?;
    // `en-GB` is answered as `en`.
    let language = language.split('-').next().unwrap_or_default();
    let english = || list.row(code, "en");
    let row = list.row(code, language).or_else(english).or_else(|| list.rows_of(code).next());
    let row = row.ok_or_else(|| refused(api::HUB_NOT_FOUND, "the list has no such code"))?;
    out(row.text().as_bytes());
    Ok(())
}

pub(crate) fn each(world: &World, list: &str, visit: VisitCode<'_>) -> Answer {
    // One revision, whatever is published meanwhile.
    let list = in_force(world, list)?;
    for row in list.rows().iter() {
        if !visit(&view(row)) {
            break;
        }
    }
    Ok(())
}

pub(crate) fn publish(
    world: &World,
    settings: &PluginSettings,
    list: &str,
    revision: u32,
    codes: &[CodeView<'_>],
) -> Answer {
    let own = list.strip_prefix(settings.id.as_str()).and_then(|rest| rest.strip_prefix('.'));
    if own.is_none_or(str::is_empty) {
        let reason = format!("a list of its own begins with {}.", settings.id);
        return Err(refused(api::HUB_DENIED, reason));
    }
    if codes.len() > settings.limits.codes_max {
        return Err(refused(api::HUB_EXHAUSTED, "the list has too many codes"));
    }
    let text = file(&settings.id, list, revision, codes);
    let done = world.hub.publish_code_list(&settings.id, revision, text);
    world.wait(done).map_err(refusal)
}

fn in_force(world: &World, list: &str) -> Answer<Arc<CodeList>> {
    let found = world.hub.code_list_in_force(list);
    found.ok_or_else(|| refused(api::HUB_NOT_FOUND, "the hub has no such list"))
}

fn view(row: &dyn Row) -> CodeView<'_> {
    CodeView {
        flags: if row.active() { 0 } else { api::HUB_CODE_INACTIVE },
        code: row.code(),
        text: row.text(),
        language: row.lang().unwrap_or_default(),
    }
}

/// The list in the form in which the hub reads and keeps lists: rows of code, name and language,
/// and whether the code may still be used.
fn file(plugin: &str, list: &str, revision: u32, codes: &[CodeView<'_>]) -> String {
    let rows: Vec<_> = codes
        .iter()
        .map(|code| {
            let language = if code.language.is_empty() { "en" } else { code.language };
            let active = code.flags & api::HUB_CODE_INACTIVE == 0;
            serde_json::json!({
                "code": code.code, "name": code.text, "lang": language, "active": active,
            })
        })
        .collect();
    serde_json::json!({
        "name": list,
        "title": list,
        "kind": "condition",
        "source": format!("plugin {plugin}"),
        "edition": revision.to_string(),
        "licence": "the plugin's",
        "complete": true,
        "rows": rows,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_published_list_is_read_back_as_it_was_given() {
        let code = |code, language, flags| CodeView { flags, code, text: "Text", language };
        let given =
            [code("A", "en", 0), code("A", "fr", 0), code("B", "en", api::HUB_CODE_INACTIVE)];
        let list = CodeList::read(&file("own", "own.list", 1, &given)).expect("a list");
        let read = list.rows().iter().map(view);
        let facts =
            |view: CodeView<'_>| (view.code.to_owned(), view.language.to_owned(), view.flags);
        let read: Vec<_> = read.map(facts).collect();
        assert_eq!(read, given.map(facts));
    }
}
