//! What the vendors of the binary add to the document: typed options, and an example for each.

use outdial_engine::provider::Factory;
use serde_json::{Map, Value, json};

/// Stand for the first vendor in examples that no vendor gives.
const STAND_INS: [&str; 2] = ["example-account", "example-provider"];

/// Puts typed `provider_options` and the vendors' examples in.
pub(super) fn complete(document: &mut Value, examples: &[(&Factory, Value)]) {
    let Some((first, first_task)) = examples.first() else { return };
    type_options(document, examples.iter().map(|(factory, _)| *factory));
    let tasks = &mut document["paths"]["/v1/tasks"]["post"]["requestBody"]["content"]["application/json"];
    tasks["examples"] = examples.iter().map(|(factory, task)| named(factory, task.clone())).collect();
    let contacts = &mut document["paths"]["/v1/tasks/{id}/contacts"]["post"]["requestBody"]["content"]["application/json"];
    if let Some(contacts) = contacts.as_object_mut() {
        contacts.shift_remove("example");
        let batch = |task: &Value| json!({"contacts": task["contacts"]});
        let batches = examples.iter().map(|(factory, task)| named(factory, batch(task)));
        contacts.insert("examples".to_owned(), batches.collect());
    }
    let real = [first_task["account"].as_str().unwrap_or(STAND_INS[0]), first.kind];
    replace(document, &real);
}

fn named(factory: &Factory, value: Value) -> (String, Value) {
    (factory.kind.to_owned(), json!({"summary": factory.title, "value": value}))
}

/// `provider_options` holds the options of one provider under its name.
fn type_options<'f>(document: &mut Value, factories: impl Iterator<Item = &'f Factory>) {
    let schemas = &mut document["components"]["schemas"];
    let mut choices = Vec::new();
    for factory in factories {
        let name = format!("ProviderOptions_{}", factory.kind);
        let mut options = (factory.options_schema)();
        options["title"] = json!(factory.title);
        schemas[&name] = options;
        let reference = json!({"$ref": format!("#/components/schemas/{name}")});
        let properties = Map::from_iter([(factory.kind.to_owned(), reference)]);
        choices.push(json!({
            "title": factory.kind,
            "type": "object",
            "description": format!("For accounts at {}.", factory.title),
            "properties": properties,
            "additionalProperties": false,
        }));
    }
    let typed = json!({
        "description": "Settings of the account's vendor, under the provider's name.",
        "anyOf": choices,
    });
    for form in ["CreateTask", "UpdateTask", "RedialTask", "PreflightTask", "PlaceCall"] {
        schemas[form]["properties"]["provider_options"] = typed.clone();
    }
}

/// Examples speak of a vendor there is.
fn replace(value: &mut Value, real: &[&str; 2]) {
    match value {
        Value::String(text) => {
            for (stand_in, real) in STAND_INS.iter().zip(real) {
                *text = text.replace(stand_in, real);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| replace(value, real)),
        Value::Object(map) => map.values_mut().for_each(|value| replace(value, real)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
