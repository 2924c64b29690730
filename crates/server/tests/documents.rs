//! Documents name what there is: paths, constants and tests.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join("docs").join(name)).unwrap()
}

/// What stands between backticks in the last cell of each row of a page's tables.
fn last_cells(page: &str) -> Vec<Vec<&str>> {
    let rows = page.lines().filter(|line| line.starts_with("| "));
    let cells = rows.filter_map(|row| row.trim_end_matches(" |").rsplit(" | ").next());
    cells.map(|cell| cell.split('`').skip(1).step_by(2).collect()).collect()
}

fn source(path: &str) -> Option<String> {
    let root = root();
    let places = [root.join(path), root.join("crates").join(path)];
    places.iter().find_map(|place| fs::read_to_string(place).ok())
}

/// The text of all tests there are.
fn tests() -> String {
    fn read(folder: &Path, all: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, all);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                all.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut all = String::new();
    read(&root().join("tests"), &mut all);
    read(&root().join("crates"), &mut all);
    all
}

#[test]
fn every_limit_stands_where_the_page_says() {
    let page = page("limits.md");
    let places: Vec<_> = last_cells(&page).into_iter().filter(|words| words.len() == 2).collect();
    assert!(places.len() >= 35, "{} limits", places.len());
    for place in places {
        let text = source(place[0]).unwrap_or_else(|| panic!("there is no {}", place[0]));
        assert!(text.contains(place[1]), "{} has no {}", place[0], place[1]);
    }
}

#[test]
fn what_stands_against_a_threat_is_there() {
    let (page, tests) = (page("threat-model.md"), tests());
    let named: Vec<_> = last_cells(&page).concat();
    assert!(named.len() >= 25, "{} names", named.len());
    for name in named {
        let is_path = name.contains('/') || name.contains('.');
        let is_there = if is_path { source(name).is_some() } else { tests.contains(&format!("fn {name}(")) };
        assert!(is_there, "there is no {name}");
    }
}
