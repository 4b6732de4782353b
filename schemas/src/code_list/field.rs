//! What the fields of all rows share: how they are declared, and how they are written and read.

use serde::Deserialize;

/// A type of row: its own fields, then those that every row of the WSDL has.
macro_rules! row_type {
    (
        $(#[$doc:meta])* $name:ident {
            $($(#[$field_doc:meta])* $field:ident: $type:ty,)*
        }
        $($method:ident: $result:ty = |$row:ident| $answer:expr;)*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
        #[serde(deny_unknown_fields, rename_all = "camelCase")]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
            /// Whether the code may still be used. True where a file does not say.
            #[serde(default = "yes", skip_serializing_if = "is_true")]
            pub active: bool,
            /// When the row was last changed, as an xs:dateTime.
            #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
            pub last_modified: Option<String>,
            /// Who changed it.
            #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
            pub last_modified_by: Option<String>,
        }

        impl Row for $name {
            fn code(&self) -> &str {
                &self.code
            }
            fn active(&self) -> bool {
                self.active
            }
            fn last_modified(&self) -> Option<&str> {
                self.last_modified.as_deref()
            }
            fn last_modified_by(&self) -> Option<&str> {
                self.last_modified_by.as_deref()
            }
            $(fn $method(&self) -> $result {
                let $row = self;
                $answer
            })*
        }

        impl $name {
            /// Puts fields in order that other hubs fill carelessly.
            pub(super) fn tidy(&mut self) {
                $(Tidy::tidy(&mut self.$field, stringify!($field));)*
                Tidy::tidy(&mut self.last_modified, "last_modified");
                Tidy::tidy(&mut self.last_modified_by, "last_modified_by");
            }
        }
    };
}
pub(super) use row_type;

/// Puts a field in order, knowing its name.
pub(super) trait Tidy {
    fn tidy(&mut self, _field: &str) {}
}

impl Tidy for bool {}
impl Tidy for i32 {}

/// White space as single spaces between words; languages in lower case.
impl Tidy for String {
    fn tidy(&mut self, field: &str) {
        let words = self.split_whitespace().collect::<Vec<_>>().join(" ");
        *self = if field == "lang" { words.to_ascii_lowercase() } else { words };
    }
}

impl Tidy for Option<u32> {}

/// As the text within; a text without words is an absent one.
impl Tidy for Option<String> {
    fn tidy(&mut self, field: &str) {
        if let Some(text) = self {
            text.tidy(field);
        }
        self.take_if(|text| text.is_empty());
    }
}

/// A value that may be absent but never null: absent fields get their default before this is asked.
pub(super) fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

pub(super) fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
pub(super) fn is_true(value: &bool) -> bool {
    *value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
pub(super) fn is_false(value: &bool) -> bool {
    !*value
}
