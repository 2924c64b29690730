//! Phone numbers as the vendors write them, brought to E.164 with `+`.

/// Reads `+86…`, `0086…` and `86…`; `None` when it is no number of 5 to 15 digits.
pub(crate) fn e164(written: &str) -> Option<String> {
    let digits = written.strip_prefix('+').or_else(|| written.strip_prefix("00")).unwrap_or(written);
    let plausible = (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    plausible.then(|| format!("+{digits}"))
}
