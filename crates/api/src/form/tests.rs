//! What a reader of a request meets.

use super::*;
use serde_json::json;

fn person(form: &mut Fields<'_>) -> Read<(String, u32)> {
    let name = form.required("name", |at| at.text(1..=5));
    let age = form.optional("age", |at| at.integer(1..=150));
    Ok((name?, age?.unwrap_or(1)))
}

fn problems(value: &Value) -> Vec<(String, &'static str)> {
    let found = read(value, |at| at.list(3, |at| at.object(person))).unwrap_err();
    found.into_iter().map(|problem| (problem.pointer, problem.code)).collect()
}

#[test]
fn what_is_right_is_read() {
    let value = json!([{"name": "Ann", "age": 7}, {"name": "Bo", "age": null}]);
    let people = read(&value, |at| at.list(3, |at| at.object(person))).unwrap();
    assert_eq!(people, [("Ann".into(), 7), ("Bo".into(), 1)]);
}

#[test]
fn everything_wrong_is_told_where_it_stands() {
    let value = json!([{"age": 200, "nme": 1}, "x", {"name": "", "age": 1.5}]);
    let wanted = [
        ("#/0/name", "missing_field"),
        ("#/0/age", "out_of_range"),
        ("#/0/nme", "unknown_field"),
        ("#/1", "wrong_type"),
        ("#/2/name", "wrong_length"),
        ("#/2/age", "out_of_range"),
    ];
    assert_eq!(problems(&value), wanted.map(|(place, code)| (place.to_owned(), code)));
}

#[test]
fn keys_of_clients_are_escaped_in_pointers() {
    let value = json!({"a/b~c d": 1});
    let found = read(&value, |at| at.pairs(5, 10, 10)).unwrap_err();
    assert_eq!(found[0].pointer, "#/a~1b~0c%20d");
}
