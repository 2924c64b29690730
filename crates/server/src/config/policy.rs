//! `[policy]`: what the operator allows, whatever a task asks for.

use super::reader::{Book, Section};
use outdial_model::{
    BudgetDay, Cap, Closed, Country, Hours, Policy, Rules, TenantId, Window, Zone, read_day,
};
use std::collections::BTreeMap;

/// The rules for everybody, by tenant and by country.
pub(super) fn read(root: &mut Section, book: &mut Book) -> Policy {
    let mut section = root.section(book, "policy");
    let everybody = of_tenant(&mut section, book);
    let tenants = by_name(&mut section, book, "tenants", of_tenant, |name| {
        TenantId::named(name).map_err(|e| e.to_string())
    });
    let country = |name: &str| name.parse::<Country>().map_err(|error| error.to_string());
    let countries = by_name(&mut section, book, "countries", rules, country);
    let zone = "an IANA name such as \"Asia/Shanghai\"";
    let day: Option<String> =
        section.checked(book, "budget_time_zone", zone, |name: &String| name.parse::<BudgetDay>().is_ok());
    let day = day.and_then(|name| name.parse().ok()).unwrap_or_default();
    section.finish(book);
    Policy { everybody, tenants, countries, day }
}

fn by_name<Name: Ord>(
    section: &mut Section,
    book: &mut Book,
    key: &str,
    rules: impl Fn(&mut Section, &mut Book) -> Rules,
    parse: impl Fn(&str) -> Result<Name, String>,
) -> BTreeMap<Name, Rules> {
    let mut tables = section.section(book, key);
    let mut found = BTreeMap::new();
    for name in tables.names() {
        let mut table = tables.section(book, &name);
        let theirs = rules(&mut table, book);
        table.finish(book);
        match parse(&name) {
            Ok(known) => {
                if found.insert(known, theirs).is_some() {
                    tables.complain(
                        book,
                        &name,
                        "is there twice, written differently; one table is for all of its rules",
                    );
                }
            }
            Err(error) => tables.complain(book, &name, error),
        }
    }
    tables.finish(book);
    found
}

/// Rules that hold for a tenant as a whole.
fn of_tenant(section: &mut Section, book: &mut Book) -> Rules {
    let most = "a number of people, at least 1";
    let concurrent_calls = section.checked(book, "concurrent_calls", most, |most| *most > 0);
    let dials = "a number of dials, at least 1";
    let dials_per_day = section.checked(book, "dials_per_day", dials, |most| *most > 0);
    let client_dials_per_day = section.checked(book, "client_dials_per_day", dials, |most| *most > 0);
    Rules { concurrent_calls, dials_per_day, client_dials_per_day, ..rules(section, book) }
}

fn rules(section: &mut Section, book: &mut Book) -> Rules {
    let zone = "an IANA name such as \"Asia/Shanghai\", or \"contact\"";
    let time_zone: Option<String> =
        section.checked(book, "time_zone", zone, |name: &String| name.parse::<Zone>().is_ok());
    let windows = "windows such as [{ days = [\"mon\"], from = \"09:00\", to = \"18:00\" }], each with a day and an end after its beginning";
    let windows =
        section.checked(book, "windows", windows, |all: &Vec<Window>| all.iter().all(Window::opens));
    let holidays =
        section.checked(book, "holidays", "days such as [\"2026-12-25\"]", |days: &Vec<String>| {
            days.iter().all(|day| read_day(day).is_some())
        });
    let closed = "periods such as [{ from = \"2026-12-24T12:00\", to = \"2026-12-27T00:00\" }]";
    let closed =
        section.checked(book, "closed", closed, |all: &Vec<Closed>| all.iter().all(|one| one.from < one.to));
    let hours = Hours {
        time_zone: time_zone.and_then(|name| name.parse().ok()).unwrap_or(Zone::OfContact),
        windows: windows.unwrap_or_default(),
        holidays: holidays.unwrap_or_default().iter().filter_map(|day| read_day(day)).collect(),
        closed: closed.unwrap_or_default(),
    };
    let most = "caps such as [{ attempts = 3, days = 1 }], of 1 to 1000 attempts in 1 to 90 days, `per` a number or a person";
    let is_cap = |cap: &Cap| {
        (1..=Cap::MOST_ATTEMPTS).contains(&cap.attempts) && (1..=Cap::MOST_DAYS).contains(&cap.days)
    };
    let caps = section.checked(book, "caps", most, |all: &Vec<Cap>| all.iter().all(is_cap));
    let hours = (!hours.are_any()).then_some(hours);
    Rules { hours, caps: caps.unwrap_or_default(), ..Rules::default() }
}
