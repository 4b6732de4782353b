//! Texts of the pages in every language that lies under `locales`.
//!
//! A folder there is a language and needs no code: its `locale.ftl` says its name and direction and
//! how days are written, the other files hold texts, and names of codes in the order in which lists
//! show them. What a language lacks is shown in English.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::Entry;
use unic_langid::LanguageIdentifier;

mod bidi;
mod choose;

/// One language: its folder under `locales`.
pub struct Locale {
    tag: &'static str,
    is_right_to_left: bool,
    bundle: FluentBundle<FluentResource>,
    /// Where each text stands among all.
    places: HashMap<String, usize>,
}

impl std::fmt::Debug for Locale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Locale").field(&self.tag).finish()
    }
}

impl Locale {
    /// The language with this tag (BCP 47), else one that begins with the same language, if the pages
    /// are had in one.
    #[must_use]
    pub fn of(tag: &str) -> Option<&'static Self> {
        choose::of(&LOCALES, tag)
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

    /// The language that an `Accept-Language` header (RFC 9110, section 12.5.4) wants most and the
    /// pages are had in.
    #[must_use]
    pub fn accepted(header: &str) -> Option<&'static Self> {
        choose::accepted(&LOCALES, header)
    }

    /// All languages, by tag.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &LOCALES
    }

    /// The languages that certificates are printed in: those that have the words of the paper.
    pub fn of_papers() -> impl Iterator<Item = &'static Self> {
        Self::all().iter().filter(|locale| locale.own("paper-title").is_some())
    }

    /// The tag: `en`.
    #[must_use]
    pub const fn tag(&self) -> &'static str {
        self.tag
    }

    /// `ltr` or `rtl`, as the locale's own files say.
    #[must_use]
    pub const fn direction(&self) -> &'static str {
        if self.is_right_to_left { "rtl" } else { "ltr" }
    }

    /// The language's own name.
    #[must_use]
    pub fn name(&self) -> String {
        self.text("language-name")
    }

    /// The name of a language in this one, else its own.
    #[must_use]
    pub fn name_of(&self, tag: &str) -> String {
        let own = || Self::of(tag).map(Self::name);
        self.own(&format!("written-in-{tag}")).or_else(own).unwrap_or_else(|| tag.to_owned())
    }

    /// A text without places to fill.
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        self.formatted(key, None)
    }

    /// A text in which one place is filled. The value cannot change how the text around it reads,
    /// whatever its direction is and whatever marks it brings; templates escape it.
    #[must_use]
    pub fn fill(&self, key: &str, name: &'static str, value: impl Display) -> String {
        self.filled(key, &[(name, value.to_string())])
    }

    /// A text in which several places are filled, each as [`Self::fill`] does.
    #[must_use]
    pub fn filled(&self, key: &str, values: &[(&'static str, String)]) -> String {
        self.formatted(key, Some(&self.args(values)))
    }

    /// The text with its places filled, if this language itself has it.
    #[must_use]
    pub fn own_filled(&self, key: &str, name: &'static str, value: &str) -> Option<String> {
        self.own_formatted(key, Some(&self.args(&[(name, value.to_owned())])))
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

    /// Where a text stands in the files of this language: how lists are ordered.
    #[must_use]
    pub fn place(&self, key: &str) -> Option<usize> {
        self.places.get(key).copied()
    }

    /// Several values one after another, as `language-list` has it, each set off from the others.
    #[must_use]
    pub fn list(&self, values: impl IntoIterator<Item = String>) -> String {
        let mut args = FluentArgs::new();
        args.set("first", FluentValue::from(FIRST));
        args.set("second", FluentValue::from(SECOND));
        let pair = self.formatted("language-list", Some(&args));
        let between = pair.split_once(FIRST).and_then(|(_, rest)| rest.split_once(SECOND));
        let values = values.into_iter().filter(|value| !value.trim().is_empty());
        let values: Vec<String> =
            values.map(|value| bidi::set_off(&value, self.is_right_to_left)).collect();
        values.join(between.map_or(", ", |(between, _)| between))
    }

    /// The names of all texts that this language itself has.
    #[cfg(test)]
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(String::as_str)
    }

    /// A moment as people read it; from its numbers, in UTC.
    #[must_use]
    pub fn moment(&self, at: time::OffsetDateTime) -> String {
        let two = |number: u8| FluentValue::from(format!("{number:02}"));
        let mut args = FluentArgs::new();
        args.set("year", FluentValue::from(format!("{:04}", at.year())));
        args.set("month", two(u8::from(at.month())));
        args.set("day", two(at.day()));
        args.set("hour", two(at.hour()));
        args.set("minute", two(at.minute()));
        self.formatted("language-moment", Some(&args))
    }

    fn args(&self, values: &[(&'static str, String)]) -> FluentArgs<'static> {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            let value = bidi::set_off(value, self.is_right_to_left);
            args.set(*name, FluentValue::from(value));
        }
        args
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

/// What stands for the values of a list where its text is taken apart: no letters of any language.
const FIRST: &str = "\u{1}";
const SECOND: &str = "\u{2}";

static LOCALES: LazyLock<Vec<Locale>> =
    LazyLock::new(|| FILES.iter().map(|(tag, files)| read(tag, files)).collect());

/// Reads the files of one language. What cannot be read in a file is left out; a test finds it.
fn read(tag: &'static str, files: &[&str]) -> Locale {
    let language: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Values are set off here, where their own marks are taken out as well.
    bundle.set_use_isolating(false);
    let mut places = HashMap::new();
    for file in files {
        let resource = FluentResource::try_new((*file).to_owned())
            .unwrap_or_else(|(resource, _errors)| resource);
        for entry in resource.entries() {
            if let Entry::Message(message) = entry {
                let next = places.len();
                places.insert(message.id.name.to_owned(), next);
            }
        }
        bundle.add_resource_overriding(resource);
    }
    let mut locale = Locale { tag, is_right_to_left: false, bundle, places };
    locale.is_right_to_left = locale.own("language-direction").as_deref() == Some("rtl");
    locale
}

/// Tag and files of every language.
static FILES: &[(&str, &[&str])] = include!(concat!(env!("OUT_DIR"), "/locales.rs"));

#[cfg(test)]
mod tests;
