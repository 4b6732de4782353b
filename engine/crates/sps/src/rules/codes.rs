//! Code lists: those that are embedded, or those that a hub serves.

pub use phytohub_schemas::CodeListName;
pub use phytohub_schemas::code_list::Standing;

/// Whoever keeps the code lists.
pub trait LookUpCodes {
    /// What `list` says of `code`; of intended uses `code` is the text.
    fn look_up(&self, list: CodeListName, code: &str) -> Standing;
}

/// The lists that are compiled in.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmbeddedCodes;

impl LookUpCodes for EmbeddedCodes {
    fn look_up(&self, list: CodeListName, code: &str) -> Standing {
        let rows = phytohub_schemas::code_list(list);
        match (rows.standing(code), list) {
            (Standing::Unlisted | Standing::Unknown, CodeListName::UnitMeasures) => {
                let counting = phytohub_schemas::code_list(CodeListName::CountingUnits);
                counting.standing(code)
            }
            (Standing::Unlisted | Standing::Unknown, CodeListName::IntendedUses)
                if rows.contains_text(code) =>
            {
                Standing::Listed
            }
            (standing, _) => standing,
        }
    }
}
