//! One thing wrong with one field.

/// A field that cannot be accepted, where it stands and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldProblem {
    /// JSON pointer (RFC 6901) as a URI fragment, for example `#/contacts/3/phone`.
    pub pointer: String,
    /// Stable snake_case word for programs.
    pub code: &'static str,
    /// What is wrong and what would be right, for people. Never holds a number, a name or a secret.
    pub detail: String,
}

impl FieldProblem {
    /// A problem at `pointer` (without the leading `#`), for example `/script/template_id`.
    pub fn new(pointer: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self { pointer: format!("#{pointer}"), code, detail: detail.into() }
    }

    /// The same, of something that stands at `place`.
    #[must_use]
    pub fn within(self, place: &str) -> Self {
        let inside = self.pointer.trim_start_matches('#');
        Self { pointer: format!("#{place}{inside}"), ..self }
    }
}
