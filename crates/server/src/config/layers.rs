//! Three layers under one table: defaults, file, environment; the later wins.

use super::{ConfigProblems, DEFAULTS, Origin, Problem};
use figment::value::{Dict, Map, Tag, Value};
use figment::{Figment, Metadata, Profile, Provider};
use std::path::Path;

const PREFIX: &str = "OUTDIAL__";
const ENVIRONMENT: &str = "environment";
const BUILT_IN: &str = "built in";

/// The merged table, each value of which knows its layer.
pub(super) struct Layers {
    figment: Figment,
}

/// One layer, already parsed.
struct Layer {
    metadata: Metadata,
    values: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        self.metadata.clone()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

impl Layers {
    pub(super) fn merge(
        file: Option<(&Path, &str)>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigProblems> {
        let defaults =
            Layer { metadata: Metadata::named(BUILT_IN), values: parse(Path::new(BUILT_IN), DEFAULTS)? };
        let mut figment = Figment::new().merge(defaults);
        let mut named = Vec::new();
        if let Some((path, text)) = file {
            let values = parse(path, text)?;
            named = TABLES.iter().flat_map(|table| names_in(&values, table)).collect();
            let metadata = Metadata::from("file", path);
            figment = figment.merge(Layer { metadata, values });
        }
        let environment =
            Layer { metadata: Metadata::named(ENVIRONMENT), values: from_environment(environment, &named) };
        Ok(Self { figment: figment.merge(environment) })
    }

    /// The whole table.
    pub(super) fn values(&self) -> Dict {
        let whole = self.figment.find_value("").ok();
        whole.and_then(Value::into_dict).unwrap_or_default()
    }

    /// The layer a value came from.
    pub(super) fn origin(&self, tag: Tag) -> Origin {
        let metadata = self.figment.get_metadata(tag);
        match metadata {
            Some(metadata) if metadata.name == ENVIRONMENT => Origin::Environment,
            Some(metadata) => metadata
                .source
                .as_ref()
                .and_then(|source| source.file_path())
                .map_or(Origin::Default, |path| Origin::File(path.to_owned())),
            None => Origin::Default,
        }
    }
}

/// The file's text.
pub(super) fn read_file(path: &Path) -> Result<String, ConfigProblems> {
    std::fs::read_to_string(path).map_err(|error| about_file(path, format!("cannot be read: {error}")))
}

/// Parses TOML. The parser's own message is not used whole: it quotes the line, which may be a secret's.
fn parse(path: &Path, text: &str) -> Result<Dict, ConfigProblems> {
    toml::from_str(text).map_err(|error| {
        let line =
            error.span().map_or(1, |span| text.get(..span.start).unwrap_or_default().lines().count().max(1));
        about_file(path, format!("is not valid TOML at line {line}"))
    })
}

fn about_file(path: &Path, detail: String) -> ConfigProblems {
    ConfigProblems::new(vec![Problem { key: path.display().to_string(), origin: None, detail }])
}

/// Tables of tables with names that are somebody's own.
const TABLES: [&[&str]; 6] = [
    &["accounts"],
    &["encryption", "keys"],
    &["routes"],
    &["retention", "tenants"],
    &["policy", "tenants"],
    &["policy", "countries"],
];

/// Where the tables of that table are, by the file.
fn names_in(values: &Dict, table: &[&str]) -> Vec<Vec<String>> {
    let (mut here, mut path) = (Some(values), Vec::new());
    for part in table {
        here = here.and_then(|dict| dict.get(*part)).and_then(Value::as_dict);
        path.push((*part).to_owned());
    }
    let names = here.into_iter().flat_map(Dict::keys);
    names.map(|name| [path.as_slice(), std::slice::from_ref(name)].concat()).collect()
}

/// `OUTDIAL__A__B=c` as `{a: {b: "c"}}`: values stay text, whoever reads a key knows what it must be.
fn from_environment(variables: impl IntoIterator<Item = (String, String)>, named: &[Vec<String>]) -> Dict {
    let mut values = Dict::new();
    for (name, value) in variables {
        let Some(path) = name.strip_prefix(PREFIX) else { continue };
        let mut path: Vec<_> = path.split("__").map(str::to_ascii_lowercase).collect();
        // Shells allow no hyphen in a name, and there is one case only: NX_ID is the account `nx-id` when the file has one.
        let is_meant = |known: &&Vec<String>| {
            let plain = |part: &String| part.to_ascii_lowercase().replace('-', "_");
            path.len() >= known.len() && known.iter().zip(&path).all(|(known, part)| plain(known) == *part)
        };
        if let Some(meant) = named.iter().find(is_meant) {
            path.splice(..meant.len(), meant.iter().cloned());
        }
        insert(&mut values, &path, value);
    }
    values
}

fn insert(table: &mut Dict, path: &[String], value: String) {
    match path {
        [] => {}
        [last] => {
            table.insert(last.clone(), Value::from(value));
        }
        [first, rest @ ..] => {
            let entry = table.entry(first.clone()).or_insert_with(|| Value::from(Dict::new()));
            if let Value::Dict(_, inner) = entry {
                insert(inner, rest, value);
            }
        }
    }
}
