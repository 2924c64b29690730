//! Telephone numbers as people write them: `CN:138 0000 0000`, or without a country.
//!
//! What is taken as a number is E.164, is itself when it is read again, and prints with a part hidden.

#![no_main]

use libfuzzer_sys::fuzz_target;
use outdial_model::{Country, Phone};

/// Digits nobody sees of a number that is printed.
const HIDDEN: usize = 4;

fuzz_target!(|text: &str| {
    let (country, number) = text.split_once(':').unwrap_or(("", text));
    let _ = text.parse::<Phone>();
    judge(Phone::parse(number, None).ok());
    if let Ok(country) = country.parse::<Country>() {
        judge(Phone::parse(number, Some(country)).ok());
    }
});

fn judge(phone: Option<Phone>) {
    let Some(phone) = phone else { return };
    let digits = phone.e164().strip_prefix('+').unwrap_or_default();
    assert!(digits.bytes().all(|byte| byte.is_ascii_digit()), "{}", phone.e164());
    assert!((1..=15).contains(&digits.len()), "{}", phone.e164());
    assert_eq!(digits, phone.digits());
    let again = phone.e164().parse::<Phone>().map(|again| again.e164().to_owned());
    assert_eq!(again.as_deref(), Ok(phone.e164()), "another number when it is read again");
    let shown = phone.masked().bytes().filter(u8::is_ascii_digit).count();
    assert!(shown <= digits.len().saturating_sub(HIDDEN), "{} is printed as {phone:?}", phone.e164());
    assert_eq!(format!("{phone:?}"), format!("Phone({})", phone.masked()));
}
