//! The pages `type` links to, and `docs/errors.md`: the same table, for people.

use super::Problem;
use super::table::{self, Code, TABLE};
use actix_web::web::Path;
use actix_web::{HttpResponse, get};

/// One kind of problem.
#[get("/problems/{code}")]
pub(crate) async fn one(code: Path<String>) -> Result<HttpResponse, Problem> {
    let unknown =
        || Problem::new(&table::NOT_FOUND, "there is no such kind of problem; `/problems` lists all");
    table::find(&code).map(|code| page(code.title, &section(code))).ok_or_else(unknown)
}

/// All kinds of problems.
#[get("/problems")]
pub(crate) async fn all() -> HttpResponse {
    page("Problems", &TABLE.iter().map(|code| section(code)).collect::<String>())
}

fn section(code: &Code) -> String {
    let again = if code.retryable {
        "The same request may succeed later."
    } else {
        "The same request will fail again."
    };
    format!(
        "<h2 id=\"{slug}\">{title}</h2><p><code>{slug}</code> · HTTP {status}</p><p>{advice}</p><p>{again}</p>",
        slug = code.slug,
        title = escaped(code.title),
        status = code.status,
        advice = escaped(code.advice),
    )
}

fn page(title: &str, body: &str) -> HttpResponse {
    let style = "body{font:16px/1.5 system-ui;max-width:42rem;margin:3rem auto;padding:0 1rem}";
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{} · Outdial</title>\
         <style>{style}</style>{body}<p><a href=\"/docs/\">API documentation</a></p></html>",
        escaped(title)
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    fn markdown() -> String {
        let mut text = String::from(
            "# Errors\n\n\
             Every failure is `application/problem+json` (RFC 9457). `code` is stable; `type` links to a page with\n\
             the text below. \"Again\" tells whether the very same request may succeed later.\n\n\
             | code | status | again | what happened | what to do |\n| --- | --- | --- | --- | --- |\n",
        );
        for code in TABLE {
            let again = if code.retryable { "yes" } else { "no" };
            let Code { slug, status, title, advice, .. } = code;
            writeln!(text, "| `{slug}` | {status} | {again} | {title} | {advice} |").unwrap();
        }
        text
    }

    #[test]
    fn the_page_for_people_has_the_same_table() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");
        if std::env::var_os("REFRESH").is_some() {
            std::fs::write(file, markdown()).unwrap();
        }
        let written = std::fs::read_to_string(file).unwrap_or_default();
        assert_eq!(written, markdown(), "refresh it with `REFRESH=1 cargo test -p outdial-api --lib`");
    }

    #[test]
    fn codes_are_unique_and_ordered_by_status() {
        let mut slugs: Vec<_> = TABLE.iter().map(|code| code.slug).collect();
        assert!(TABLE.windows(2).all(|pair| pair[0].status <= pair[1].status));
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), TABLE.len());
    }
}
