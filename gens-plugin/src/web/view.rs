//! What the templates show, in plain words: texts that are already in the reader's language.

use askama::Template;

use super::text::Locale;

mod table;

pub(super) use table::{Cell, TableRow};

/// What every page has around it.
#[derive(Clone, Debug)]
pub(super) struct Chrome {
    pub(super) locale: &'static Locale,
    pub(super) prefix: String,
    pub(super) csrf: String,
    pub(super) tenant: String,
    pub(super) user: String,
    pub(super) training: bool,
    pub(super) nav: Vec<NavItem>,
    pub(super) languages: Vec<Language>,
    pub(super) notice: String,
}

impl Chrome {
    pub(super) const fn tag(&self) -> &'static str {
        self.locale.tag()
    }

    pub(super) fn direction(&self) -> &'static str {
        self.locale.direction()
    }

    /// A text.
    pub(super) fn t(&self, key: &str) -> String {
        self.locale.text(key)
    }

    /// A text with a name in it.
    pub(super) fn fill(&self, key: &str, name: impl std::fmt::Display) -> String {
        self.locale.fill(key, "name", name)
    }

    /// A text with a number in it.
    pub(super) fn count(&self, key: &str, count: usize) -> String {
        self.locale.count(key, count)
    }
}

/// A link to a part of the site.
#[derive(Clone, Debug)]
pub(super) struct NavItem {
    pub(super) path: &'static str,
    pub(super) key: &'static str,
    pub(super) current: bool,
}

/// A language that the page can be had in.
#[derive(Clone, Debug)]
pub(super) struct Language {
    pub(super) href: String,
    pub(super) tag: &'static str,
    pub(super) direction: &'static str,
    pub(super) name: String,
    pub(super) current: bool,
}

/// One of several values.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

impl Choice {
    pub(super) fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), chosen: false }
    }

    pub(super) fn chosen(mut self, value: &str) -> Self {
        self.chosen = self.value == value;
        self
    }
}

/// A field of a form.
#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) help: String,
    /// `text`, `area`, `select`, `check`, or a type of HTML's `input`.
    pub(super) kind: &'static str,
    pub(super) value: String,
    pub(super) error: String,
    pub(super) required: bool,
    pub(super) rows: u8,
    /// Class of its width: `half`, `third`, `quarter`, or the whole.
    pub(super) width: &'static str,
    pub(super) choices: Vec<Choice>,
    pub(super) list: &'static str,
    pub(super) autocomplete: &'static str,
}

impl Field {
    pub(super) fn new(kind: &'static str, name: &str, label: String) -> Self {
        Self { kind, name: name.to_owned(), label, rows: 3, ..Self::default() }
    }

    pub(super) fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    pub(super) fn help(mut self, help: String) -> Self {
        self.help = help;
        self
    }

    pub(super) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(super) const fn width(mut self, width: &'static str) -> Self {
        self.width = width;
        self
    }

    pub(super) fn choices(mut self, choices: Vec<Choice>) -> Self {
        self.choices = choices;
        self
    }

    pub(super) const fn autocomplete(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = autocomplete;
        self
    }

    pub(super) fn id(&self) -> String {
        self.name.replace('.', "-")
    }

    pub(super) fn described(&self) -> Described {
        Described { id: self.id(), help: !self.help.is_empty(), error: !self.error.is_empty() }
    }
}

/// The attributes that tie a field to its help and its error.
#[derive(Template)]
#[template(
    source = r#"{% if help || error %} aria-describedby="{% if help %}{{ id }}-help {% endif %}{% if error %}{{ id }}-error{% endif %}"{% endif %}{% if error %} aria-invalid="true"{% endif %}"#,
    ext = "html"
)]
pub(super) struct Described {
    id: String,
    help: bool,
    error: bool,
}

/// A group of fields.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) help: String,
    pub(super) fields: Vec<Field>,
    /// Fields that most certificates leave empty: folded up until one of them holds something.
    pub(super) more: Vec<Field>,
    pub(super) parts: Vec<Self>,
    pub(super) actions: Vec<(String, String)>,
    /// How much there is to look at in it.
    pub(super) found: usize,
}

impl Section {
    /// Whether what is folded up holds something, or has something wrong in it.
    pub(super) fn is_unfolded(&self) -> bool {
        let is_used = |field: &Field| {
            field.kind != "select" && !field.value.is_empty() || !field.error.is_empty()
        };
        self.more.iter().any(is_used)
    }

    /// The field of that id, here or in a part.
    pub(super) fn field_mut(&mut self, id: &str) -> Option<&mut Field> {
        let own = self.fields.iter_mut().chain(&mut self.more).find(|field| field.id() == id);
        own.or_else(|| self.parts.iter_mut().find_map(|part| part.field_mut(id)))
    }

    /// Whether that id is its own or one of its parts and fields.
    pub(super) fn has(&self, id: &str) -> bool {
        let mut fields = self.fields.iter().chain(&self.more);
        self.id == id || fields.any(|one| one.id() == id) || self.parts.iter().any(|p| p.has(id))
    }
}

/// Suggestions for a field.
#[derive(Clone, Debug)]
pub(super) struct List {
    pub(super) id: &'static str,
    pub(super) choices: Vec<Choice>,
}

/// Something that was found in a certificate.
#[derive(Clone, Debug)]
pub(super) struct FindingView {
    pub(super) tone: &'static str,
    pub(super) level: String,
    /// What the field is called, with the parts that it lies in, or empty.
    pub(super) place: String,
    pub(super) text: String,
    /// The id of the field, or empty.
    pub(super) field: String,
}

/// A file.
#[derive(Clone, Debug)]
pub(super) struct FileView {
    pub(super) name: String,
    pub(super) size: String,
    pub(super) path: String,
}

/// A certificate in a list.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) path: String,
    pub(super) number: String,
    pub(super) state: String,
    pub(super) tone: &'static str,
    pub(super) country: String,
    pub(super) party: String,
    pub(super) goods: String,
    pub(super) changed: String,
    pub(super) changed_text: String,
    pub(super) message: String,
    /// What is to be done about it.
    pub(super) next_step: String,
}

/// Certificates that wait for the same thing.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) title: String,
    pub(super) help: String,
    pub(super) urgent: bool,
    pub(super) rows: Vec<Row>,
}

/// A link or a form with nothing but a button.
#[derive(Clone, Debug)]
pub(super) struct ActionView {
    pub(super) path: String,
    pub(super) label: String,
    pub(super) tone: &'static str,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub(super) struct HistoryView {
    pub(super) what: String,
    pub(super) at: String,
    pub(super) at_text: String,
    pub(super) who: String,
    pub(super) reason: String,
}

/// A version of a certificate.
#[derive(Clone, Debug)]
pub(super) struct VersionRow {
    pub(super) title: String,
    pub(super) at: String,
    pub(super) at_text: String,
    pub(super) who: String,
    pub(super) what: String,
    pub(super) reason: String,
    pub(super) paper: String,
    /// What differs from the version before; empty, if it is the first.
    pub(super) changes: String,
    pub(super) later: Vec<HistoryView>,
}

macro_rules! pages {
    ($($(#[$doc:meta])* $name:ident($template:literal) { $($field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Template)]
        #[template(path = $template)]
        pub(super) struct $name<'p> {
            pub(super) p: &'p Chrome,
            $(pub(super) $field: $type,)*
        }
    )*};
}

pages! {
    /// Something went wrong, or is not allowed, or not there.
    ErrorPage("error.html") { status: u16, title: String, text: String, }
    /// Something was done.
    MessagePage("message.html") { title: String, text: String, secret: String, path: String, }
    /// Who are you?
    LogInPage("log-in.html") {
        name: String, error: String, kept: String, countries: Vec<Choice>,
    }
    /// Are you really?
    SecondFactorPage("second-factor.html") { error: String, kept: String, }
    /// What was typed while the session ended.
    KeptPage("kept.html") { path: String, fields: Vec<(String, String)>, }
    /// A form of a few fields.
    FormPage("form.html") {
        title: String, lead: String, facts: Vec<(String, String)>, warning: String, narrow: bool,
        action: String, fields: Vec<Field>, button: String, tone: &'static str, back: String,
        links: Vec<ActionView>,
    }
    /// One's own work.
    HomePage("home.html") { greeting: String, may_create: bool, groups: Vec<Group>, }
    /// A search.
    ListPage("list.html") {
        title: String, path: &'static str, may_create: bool, words: String, filtered: bool,
        fields: Vec<Field>, rows: Vec<Row>, csv: String, next: String,
    }
    /// Where a certificate is entered.
    EditPage("certificate-form.html") {
        title: String, path: String, state: String, tone: &'static str, reason: String,
        conflict: String, revision: String, sections: Vec<Section>,
        paper_only: String, findings: Vec<FindingView>, files: Vec<FileView>, upload_max: usize,
        lists: Vec<List>,
    }
    /// A certificate, sent or received, and what happened to it.
    CertificatePage("certificate.html") {
        title: String, path: String, list: &'static str, list_key: &'static str, state: String,
        tone: &'static str, track: Vec<(String, &'static str)>, message: String,
        next_step: String, paper_only: String,
        links: Vec<ActionView>, posts: Vec<ActionView>, facts: Vec<(String, String)>,
        goods: Vec<(String, String)>, files: Vec<FileView>, has_decision: bool, may_decide: bool,
        decided: String, decision_error: String, decisions: Vec<Choice>, authenticity: String,
        findings: Vec<FindingView>, history: Vec<HistoryView>, versions: Vec<(String, String)>,
    }
    /// The versions of a certificate.
    VersionsPage("versions.html") {
        title: String, path: String, rows: Vec<VersionRow>, choices: Vec<Choice>,
    }
    /// What differs between two of them.
    ChangesPage("changes.html") {
        title: String, path: String, before: (String, String), after: (String, String),
        rows: Vec<(String, String, String)>,
    }
    /// A list of anything else.
    TablePage("table.html") {
        title: String, lead: String, add: (String, String), columns: Vec<String>,
        rows: Vec<TableRow>, has_actions: bool, csv: String, next: String,
    }
    /// What anybody may know who holds the paper.
    VerifyPage("verify.html") {
        path: String, tone: &'static str, verdict: String, facts: Vec<(String, String)>,
        error: String, goods: Vec<(String, String)>,
    }
    /// Oneself.
    AccountPage("account.html") {
        facts: Vec<(String, String)>, error: String, has_factor: bool, seed: String,
    }
    /// What was found, for a page that asks again while one types.
    FindingsPart("check.html") { paper_only: String, findings: Vec<FindingView>, }
}
