//! Whom the demo calls: numbers that end as the simulator's table of outcomes has it, and others it
//! draws for.

use crate::Rehearsal;
use outdial_provider::Factory;
use serde_json::{Value, json};

/// People in one task.
pub(super) const COUNT: usize = 60;

/// Last two digits, in turn: each decides how the call ends (`outdial simulate` has the table).
const ENDINGS: [&str; 20] = [
    "00", "17", "01", "28", "02", "39", "00", "03", "41", "04", "52", "05", "00", "63", "07", "74", "85",
    "96", "00", "11",
];

/// A task of the demo's; `number` tells the vendors' people apart.
pub(super) fn task(factory: &Factory, number: usize) -> Value {
    let contacts: Vec<_> = (0..COUNT).map(|row| contact(factory, number, row)).collect();
    let mut task = Rehearsal::task(factory);
    task["name"] = json!(format!("Demo: {}", factory.title));
    task["contacts"] = json!(contacts);
    task
}

fn contact(factory: &Factory, number: usize, row: usize) -> Value {
    let ending = ENDINGS[row % ENDINGS.len()];
    let mut contact = json!({
        "external_id": format!("person-{row:02}"),
        "phone": Rehearsal::number(factory, number * 1000 + row, ending),
    });
    if row.is_multiple_of(3) {
        contact["name"] = json!(format!("Person {row:02}"));
        contact["variables"] = json!({"due": "12 March"});
    }
    contact
}

#[cfg(test)]
mod tests {
    use super::*;
    use outdial_model::Phone;
    use outdial_providers::registry;
    use std::collections::BTreeSet;

    #[test]
    fn everyone_has_a_number_of_their_own_that_can_be_one() {
        let mut numbers = BTreeSet::new();
        for (number, factory) in registry::FACTORIES.iter().enumerate() {
            for contact in task(factory, number)["contacts"].as_array().unwrap() {
                let phone = contact["phone"].as_str().unwrap();
                assert!(Phone::parse(phone, None).is_ok(), "{phone}");
                assert!(numbers.insert(phone.to_owned()), "{phone} twice");
            }
        }
        assert_eq!(numbers.len(), COUNT * registry::FACTORIES.len());
    }
}
