//! What is said to the person: a script kept at the vendor.

/// The vendor's script, template, IVR or agent that a task plays.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The vendor's id of it, in the form that vendor uses; the account's provider checks the form.
    pub template_id: String,
}
