//! Code lists.

use crate::{Error, ErrorKind, Host, Result};

/// The hub's code lists.
#[derive(Clone, Copy, Debug)]
pub struct CodeLists<'a>(pub(super) &'a Host);

impl CodeLists<'_> {
    /// The text of a code in a language (BCP 47), in English where it is not had.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotOffered`]: not granted. That there is no such code is `None`.
    pub fn lookup(&self, list: &str, code: &str, language: &str) -> Result<Option<String>> {
        let mut text = Vec::new();
        let outcome = self.0.raw().code_lookup(list, code, language, &mut |piece| {
            text.extend_from_slice(piece);
            true
        });
        match outcome {
            Ok(()) => String::from_utf8(text)
                .map(Some)
                .map_err(|error| Error::corrupt("a code's text is not UTF-8").because(error)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A list as it holds now, all of one revision.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`]: no such list.
    pub fn list(&self, list: &str) -> Result<Vec<Code>> {
        let mut codes = Vec::new();
        self.0.raw().code_each(list, &mut |code| {
            codes.push(code);
            true
        })?;
        Ok(codes)
    }

    /// Replaces a list of the plugin's own, whose name begins with its id and a dot. On disk when
    /// it returns.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Denied`]: not its own. [`ErrorKind::Conflict`]: the revision is not higher than
    /// the one there, which is no reason to worry when the plugin starts again.
    /// [`ErrorKind::Exhausted`]: too many entries.
    pub fn publish(&self, list: &str, revision: u32, codes: &[Code]) -> Result<()> {
        self.0.raw().code_publish(list, revision, codes)
    }
}

/// A code of a list.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Code {
    /// The code.
    pub code: String,
    /// What it means.
    pub text: String,
    /// In which language (BCP 47).
    pub language: String,
    /// It is no longer to be used.
    pub inactive: bool,
}

impl Code {
    /// A code with its text in a language.
    pub fn new(
        code: impl Into<String>,
        text: impl Into<String>,
        language: impl Into<String>,
    ) -> Self {
        Self { code: code.into(), text: text.into(), language: language.into(), inactive: false }
    }
}
