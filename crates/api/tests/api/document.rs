//! The OpenAPI document: what is checked in is what the routes say, and it holds together.

use outdial_model::EventType;
use outdial_providers::registry;
use serde_json::Value;
use std::collections::BTreeSet;

fn document() -> Value {
    outdial_api::openapi(registry::FACTORIES)
}

/// Every operation: path, method, and itself.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &'_ Value)| -> Vec<(String, Value)> {
        let item = item.as_object().unwrap();
        item.iter().map(|(method, operation)| (format!("{method} {path}"), operation.clone())).collect()
    };
    let names = paths.iter().flat_map(of_path).map(|(name, _)| name);
    let operations = paths.values().flat_map(|item| item.as_object().unwrap().values());
    names.zip(operations).collect()
}

/// Follows a `$ref`.
fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).expect(reference),
        None => schema,
    }
}

#[test]
fn what_is_checked_in_is_what_the_routes_say() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/outdial.json");
    let written = std::fs::read_to_string(file).unwrap_or_default();
    let wanted = outdial_api::openapi_json(registry::FACTORIES);
    assert!(written == wanted, "openapi/outdial.json is out of date; refresh it with `cargo xtask openapi`");
}

#[test]
fn every_operation_has_an_id_of_its_own_a_summary_and_a_tag() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let tags: BTreeSet<_> =
        document["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).map(Value::to_string).collect();
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{name}: id is not unique");
        assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{name}");
        assert!(tags.contains(&operation["tags"][0].to_string()), "{name}: {}", operation["tags"]);
    }
}

#[test]
fn every_failure_is_a_problem_and_every_success_has_an_example() {
    let document = document();
    for (name, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            if status.starts_with('2') {
                let mut content = response["content"].as_object().unwrap().values();
                assert!(content.all(|content| !content["example"].is_null()), "{name} {status}: no example");
            } else {
                let content = response["content"].as_object().unwrap();
                assert_eq!(
                    content.keys().collect::<Vec<_>>(),
                    ["application/problem+json"],
                    "{name} {status}"
                );
                let problem = &content["application/problem+json"];
                assert!(!problem["examples"].as_object().unwrap().is_empty(), "{name} {status}");
                assert!(resolved(&document, &problem["schema"])["properties"]["code"].is_object());
            }
        }
    }
}

#[test]
fn every_property_and_parameter_is_described() {
    let document = document();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let parts = schema["allOf"].as_array().cloned().unwrap_or_else(|| vec![schema.clone()]);
        for (property, about) in parts.iter().filter_map(|part| part["properties"].as_object()).flatten() {
            // A reference is described where it leads.
            let target = resolved(&document, about);
            let is_told = [about, target].iter().any(|one| one["description"].is_string());
            assert!(is_told || about["oneOf"].is_array(), "{name}.{property} is not described: {about}");
        }
    }
    for (name, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let parameter = resolved(&document, parameter);
            assert!(parameter["description"].is_string(), "{name}: {}", parameter["name"]);
        }
    }
}

#[test]
fn examples_have_the_shape_they_are_examples_of() {
    let document = document();
    let mut checked = 0;
    for (name, operation) in operations(&document) {
        for response in operation["responses"].as_object().unwrap().values() {
            let content = &response["content"]["application/json"];
            if content["example"].is_object() {
                compare(&document, &content["schema"], &content["example"], &name);
                checked += 1;
            }
        }
        let bodies = operation["requestBody"]["content"].as_object();
        for content in bodies.into_iter().flat_map(|content| content.values()) {
            for example in content["examples"].as_object().into_iter().flat_map(|all| all.values()) {
                compare(&document, &content["schema"], &example["value"], &name);
                checked += 1;
            }
        }
    }
    assert!(checked > 20);
}

/// Every field of the example is in the schema, and every required one in the example.
fn compare(document: &Value, schema: &Value, example: &Value, place: &str) {
    let schema = resolved(document, schema);
    if let Some(items) = example.as_array() {
        items.iter().for_each(|item| compare(document, &schema["items"], item, place));
    }
    let (Some(fields), parts) = (example.as_object(), parts(document, schema)) else { return };
    if !parts.iter().any(|part| part["properties"].is_object()) {
        return;
    }
    for (name, value) in fields {
        let property = parts.iter().find_map(|part| part["properties"].get(name));
        let property = property.unwrap_or_else(|| panic!("{place}: the schema has no `{name}`"));
        compare(document, property, value, &format!("{place}.{name}"));
    }
    for name in parts.iter().flat_map(|part| part["required"].as_array().into_iter().flatten()) {
        assert!(fields.contains_key(name.as_str().unwrap()), "{place}: the example has no {name}");
    }
}

/// The schemas an object is made of; for a nullable one those of the object it may be.
fn parts<'d>(document: &'d Value, schema: &'d Value) -> Vec<&'d Value> {
    let members =
        |key: &str| schema[key].as_array().map(|all| all.iter().map(|one| resolved(document, one)).collect());
    members("allOf").or_else(|| members("oneOf")).unwrap_or_else(|| vec![schema])
}

#[test]
fn every_provider_has_its_example_and_its_options() {
    let document = document();
    let body = &document["paths"]["/v1/tasks"]["post"]["requestBody"]["content"]["application/json"];
    for factory in registry::FACTORIES {
        assert_eq!(body["examples"][factory.kind]["value"], (factory.example_task)());
        let options = &document["components"]["schemas"][format!("ProviderOptions_{}", factory.kind)];
        assert!(options["properties"].is_object(), "{}", factory.kind);
    }
    let text = document.to_string();
    assert!(!text.contains("example-account") && !text.contains("example-provider"));
}

#[test]
fn every_event_is_described_as_endpoints_receive_it() {
    let document = document();
    let webhooks = document["webhooks"].as_object().unwrap();
    assert_eq!(webhooks.len(), EventType::ALL.len());
    let mut ids: BTreeSet<_> =
        operations(&document).iter().map(|(_, operation)| operation["operationId"].to_string()).collect();
    for kind in EventType::ALL {
        let webhook = &webhooks[kind.as_str()]["post"];
        assert!(ids.insert(webhook["operationId"].to_string()), "{kind}: id is not unique");
        assert!(webhook["summary"].is_string(), "{kind}");
        let content = &webhook["requestBody"]["content"]["application/json"];
        assert_eq!(content["example"]["type"], kind.as_str());
        compare(&document, &content["schema"], &content["example"], kind.as_str());
    }
}

/// Every event has the shape its type is described with.
pub fn are_told_as_described(events: &[Value]) {
    let document = document();
    for event in events {
        let kind = event["type"].as_str().unwrap();
        let schema =
            &document["webhooks"][kind]["post"]["requestBody"]["content"]["application/json"]["schema"];
        compare(&document, schema, event, kind);
    }
}
