//! `hub.codelists/1`.
#![expect(unsafe_code, reason = "is called by a plugin")]

use phytohub_plugin_api::*;

use super::given::invalid;
use super::host::{asked, struct_size};
use crate::limits;
use crate::services::Answer;
use crate::view::CodeView;

pub(super) static CODE_LISTS: HubCodeLists = HubCodeLists {
    struct_size: struct_size::<HubCodeLists>(),
    reserved: 0,
    lookup: Some(lookup),
    each: Some(each),
    publish: Some(publish),
};

asked! {
    fn lookup(call, list: HubStr, code: HubStr, language: HubStr, out: HubSink) |asked| {
        let list = asked.given.text("list", list, limits::NAME_BYTES)?;
        let code = asked.given.text("code", code, limits::NAME_BYTES)?;
        let language = asked.given.text("language", language, limits::LANGUAGE_BYTES)?;
        asked.services.code_lookup(asked.call, list, code, language, &mut asked.sink(out)?)
    };
    fn each(call, list: HubStr, out: *const HubCodeVisitor) |asked| {
        let list = asked.given.text("list", list, limits::NAME_BYTES)?;
        let out = asked.given.one("HubCodeVisitor", out)?;
        let visit = out.visit.ok_or_else(|| invalid("HubCodeVisitor: visit is null"))?;
        let visit = &mut |code: &CodeView<'_>| {
            let code = HubCode {
                struct_size: struct_size::<HubCode>(),
                flags: code.flags,
                code: HubStr::new(code.code),
                text: HubStr::new(code.text),
                language: HubStr::new(code.language),
            };
            // SAFETY: `HubCodeVisitor::visit` with its own `ctx`, during the call that got it.
            HUB_OK == unsafe { visit(out.ctx, &raw const code) }
        };
        asked.services.code_each(asked.call, list, visit)
    };
    fn publish(
        call,
        list: HubStr,
        revision: u32,
        codes: *const HubCode,
        count: usize,
    ) |asked| {
        let list = asked.given.text("list", list, limits::NAME_BYTES)?;
        let codes = asked.given.structures(codes, count, limits::CODES)?;
        let codes = codes.iter().map(|code| {
            Ok(CodeView {
                flags: code.flags,
                code: asked.given.text("code", code.code, limits::NAME_BYTES)?,
                text: asked.given.text("text", code.text, limits::SENTENCE_BYTES)?,
                language: asked.given.text("language", code.language, limits::LANGUAGE_BYTES)?,
            })
        });
        let codes = codes.collect::<Answer<Vec<_>>>()?;
        asked.services.code_publish(asked.call, list, revision, &codes)
    };
}
