//! Telephone numbers as the vendor writes them: `0086…` (dossier sections 7.1 and 8.1).

use outdial_model::Phone;

/// `00` and the digits; a Chinese landline keeps the zero before its area code, as the vendor's
/// console shows it (`0086075586013388`).
pub fn dialable(phone: &Phone) -> String {
    let digits = phone.digits();
    match digits.strip_prefix("86") {
        Some(national) if is_chinese_landline(national) => format!("00860{national}"),
        _ => format!("00{digits}"),
    }
}

/// Neither a mobile (eleven digits from 1) nor a service number (400, 800, or short).
fn is_chinese_landline(national: &str) -> bool {
    let mobile = national.len() == 11 && national.starts_with('1');
    let service = national.len() < 9 || national.starts_with("400") || national.starts_with("800");
    !mobile && !service
}

/// Reads a number however the vendor writes it; `None` when it is none (protected, an extension, a name).
pub fn read(text: &str) -> Option<Phone> {
    Phone::parse(text, None).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_out_as_the_console_shows_them_and_come_back_the_same() {
        for (e164, vendor) in [
            ("+8613900000001", "008613900000001"),
            ("+8675586013388", "0086075586013388"),
            ("+861012345678", "008601012345678"),
            ("+862155550000", "008602155550000"),
            ("+639171234567", "00639171234567"),
        ] {
            let phone: Phone = e164.parse().unwrap();
            assert_eq!(dialable(&phone), vendor);
            assert_eq!(read(vendor), Some(phone));
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "someone@example.com", "8001", "abc-0086"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
