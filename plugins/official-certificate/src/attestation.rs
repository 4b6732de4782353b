//! What is attested, by commodity.

/// A row of a catalogue of attestations. Bilateral ones are written in words instead.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "a row of a list")]
pub struct Attestation {
    /// The clause's `ID`: never reused, never renamed.
    pub id: &'static str,
    /// The models that it is for; empty for all.
    pub models: &'static [&'static str],
    /// What it says where the clause has no words of its own.
    pub text: &'static str,
    /// Where it comes from.
    pub clause: &'static str,
}

impl Attestation {
    /// Whether it may stand in a certificate of that model.
    #[must_use]
    pub fn is_for(&self, model: &str) -> bool {
        self.models.is_empty() || self.models.contains(&model)
    }
}
