//! Code lists from a directory.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use phytohub_schemas::CodeListName;
use phytohub_schemas::code_list::{CodeList, Standing};
use phytohub_sps::{EmbeddedCodes, LookUpCodes};

use super::ValidateError;

/// The lists of a directory's JSON files; those that it lacks are the program's own.
pub(super) struct DirectoryCodes {
    lists: BTreeMap<String, CodeList>,
}

impl DirectoryCodes {
    pub(super) fn read(directory: &Path) -> Result<Self, ValidateError> {
        let failed = |file: &Path| {
            let file = file.to_owned();
            move |source| ValidateError::CodeLists { file, source }
        };
        let mut lists = BTreeMap::new();
        for entry in fs::read_dir(directory).map_err(failed(directory))? {
            let file = entry.map_err(failed(directory))?.path();
            if file.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let text = fs::read_to_string(&file).map_err(failed(&file))?;
            let list = CodeList::read(&text)
                .map_err(|source| ValidateError::CodeList { file: file.clone(), source })?;
            lists.insert(list.description().name.clone(), list);
        }
        Ok(Self { lists })
    }
}

impl LookUpCodes for DirectoryCodes {
    fn look_up(&self, name: CodeListName, code: &str) -> Standing {
        let Some(list) = self.lists.get(name.as_str()) else {
            return EmbeddedCodes.look_up(name, code);
        };
        match (list.standing(code), name) {
            (Standing::Unlisted | Standing::Unknown, CodeListName::UnitMeasures) => {
                self.look_up(CodeListName::CountingUnits, code)
            }
            // Certificates carry intended uses as texts.
            (Standing::Unlisted | Standing::Unknown, CodeListName::IntendedUses)
                if list.contains_text(code) =>
            {
                Standing::Listed
            }
            (standing, _) => standing,
        }
    }
}
