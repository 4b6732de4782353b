//! Texts of the pages in every language that lies under `locales`.

use std::fmt::Display;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// One language: its folder under `locales`.
pub struct Locale {
    tag: &'static str,
    bundle: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Locale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Locale").field(&self.tag).finish()
    }
}

impl Locale {
    /// The language with this tag (BCP 47), if the pages are had in it.
    #[must_use]
    pub fn of(tag: &str) -> Option<&'static Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        let fits = |locale: &&Self| locale.tag.eq_ignore_ascii_case(primary);
        LOCALES.iter().find(fits)
    }

    /// English, which is complete by a test.
    ///
    /// # Panics
    ///
    /// Never: the folder is compiled in.
    #[must_use]
    pub fn english() -> &'static Self {
        Self::of("en").expect("English is compiled in")
    }

    /// The first language of an `Accept-Language` header that the pages are had in.
    #[must_use]
    pub fn accepted(header: &str) -> Option<&'static Self> {
        // Browsers list languages by weight; nobody writes more than a few.
        header
            .split(',')
            .take(16)
            .find_map(|part| Self::of(part.split(';').next().unwrap_or_default().trim()))
    }

    /// All languages, by tag.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &LOCALES
    }

    /// The tag: `en`.
    #[must_use]
    pub const fn tag(&self) -> &'static str {
        self.tag
    }

    /// `ltr` or `rtl`, as the locale's own files say.
    #[must_use]
    pub fn direction(&self) -> &'static str {
        if self.text("language-direction") == "rtl" { "rtl" } else { "ltr" }
    }

    /// The language's own name.
    #[must_use]
    pub fn name(&self) -> String {
        self.text("language-name")
    }

    /// A text without places to fill.
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        self.formatted(key, None)
    }

    /// A text in which one place is filled.
    #[must_use]
    pub fn fill(&self, key: &str, name: &'static str, value: impl Display) -> String {
        let mut args = FluentArgs::new();
        args.set(name, FluentValue::from(value.to_string()));
        self.formatted(key, Some(&args))
    }

    /// A text that depends on a number, `{ $count }`.
    #[must_use]
    pub fn count(&self, key: &str, count: usize) -> String {
        let mut args = FluentArgs::new();
        args.set("count", FluentValue::from(count));
        self.formatted(key, Some(&args))
    }

    /// The text, if this language itself has it.
    #[must_use]
    pub fn own(&self, key: &str) -> Option<String> {
        self.own_formatted(key, None)
    }

    fn formatted(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        self.own_formatted(key, args)
            .or_else(|| Self::english().own_formatted(key, args))
            .unwrap_or_else(|| key.to_owned())
    }

    fn own_formatted(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        Some(self.bundle.format_pattern(pattern, args, &mut errors).into_owned())
    }
}

static LOCALES: LazyLock<Vec<Locale>> =
    LazyLock::new(|| FILES.iter().map(|(tag, files)| read(tag, files)).collect());

/// Reads the files of one language. What cannot be read in a file is left out; a test finds it.
fn read(tag: &'static str, files: &[&str]) -> Locale {
    let language: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    for file in files {
        let resource = FluentResource::try_new((*file).to_owned())
            .unwrap_or_else(|(resource, _errors)| resource);
        bundle.add_resource_overriding(resource);
    }
    // Values are set off by the marks of Unicode's bidirectional algorithm only where they are needed.
    let right_to_left = bundle
        .get_message("language-direction")
        .and_then(|message| message.value())
        .is_some_and(|value| bundle.format_pattern(value, None, &mut Vec::new()) == "rtl");
    bundle.set_use_isolating(right_to_left);
    Locale { tag, bundle }
}

/// Tag and files of every language.
static FILES: &[(&str, &[&str])] = include!(concat!(env!("OUT_DIR"), "/locales.rs"));

#[cfg(test)]
mod tests;
