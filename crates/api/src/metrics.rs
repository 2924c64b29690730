//! Metrics: requests answered, counted here, and the text form of everything Prometheus reads.
//!
//! There is no global recorder: what is counted hangs on the server that counts it, and what can be asked
//! is asked when somebody scrapes. Gateways that share a process do not mix.
//!
//! Labels are bounded sets: routes as patterns, never paths.

use actix_web::http::{Method, StatusCode};
use std::collections::HashMap;
use std::fmt::{Display, Write};
use std::sync::{Mutex, PoisonError};

/// Which requests were answered how.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Answered {
    /// The pattern of the path, or `none`.
    pub route: String,
    /// The method; `other` for one of the client's invention.
    pub method: &'static str,
    /// The status.
    pub status: u16,
}

/// The requests this server has answered.
#[derive(Debug, Default)]
pub(crate) struct Requests(Mutex<HashMap<Answered, u64>>);

impl Requests {
    pub(crate) fn answered(&self, route: &str, method: &Method, status: StatusCode) {
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
        let method = known.into_iter().find(|known| *known == method.as_str()).unwrap_or("other");
        let answered = Answered { route: route.to_owned(), method, status: status.as_u16() };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(answered).or_default() += 1;
    }

    /// All of them, in order.
    pub(crate) fn snapshot(&self) -> Vec<(Answered, u64)> {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = counted.iter().map(|(answered, count)| (answered.clone(), *count)).collect();
        all.sort_unstable();
        all
    }
}

/// A page in Prometheus's text format, version 0.0.4.
#[derive(Debug, Default)]
pub(crate) struct Page(String);

/// The values of a sample's labels, in the order of their names.
pub(crate) type Labels<const N: usize> = [String; N];

impl Page {
    pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

    /// Something that goes up and down.
    pub(crate) fn gauge<const N: usize, V: Display>(
        &mut self,
        name: &str,
        help: &str,
        labels: [&str; N],
        samples: impl IntoIterator<Item = (Labels<N>, V)>,
    ) {
        self.family("gauge", name, help, labels, samples);
    }

    /// Something that only grows while the process lives.
    pub(crate) fn counter<const N: usize, V: Display>(
        &mut self,
        name: &str,
        help: &str,
        labels: [&str; N],
        samples: impl IntoIterator<Item = (Labels<N>, V)>,
    ) {
        self.family("counter", name, help, labels, samples);
    }

    fn family<const N: usize, V: Display>(
        &mut self,
        kind: &str,
        name: &str,
        help: &str,
        labels: [&str; N],
        samples: impl IntoIterator<Item = (Labels<N>, V)>,
    ) {
        let text = &mut self.0;
        // Writing to a string does not fail.
        let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        for (values, value) in samples {
            let pairs = labels.iter().zip(values.iter().map(|value| escaped(value)));
            let pairs: Vec<_> = pairs.map(|(label, value)| format!("{label}=\"{value}\"")).collect();
            let _ = writeln!(text, "{name}{{{}}} {value}", pairs.join(","));
        }
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_what_prometheus_reads() {
        let mut page = Page::default();
        page.gauge("doubts", "How many.", ["account", "odd"], [(["main".into(), "a\"b\\c\nd".into()], 3)]);
        page.counter("none", "Nothing yet.", ["x"], Vec::<(Labels<1>, u64)>::new());
        let expected = "# HELP doubts How many.\n# TYPE doubts gauge\n\
            doubts{account=\"main\",odd=\"a\\\"b\\\\c\\nd\"} 3\n\
            # HELP none Nothing yet.\n# TYPE none counter\n";
        assert_eq!(page.into_text(), expected);
    }

    #[test]
    fn methods_are_a_bounded_set() {
        let requests = Requests::default();
        for method in ["GET", "BREW", "STEEP"] {
            requests.answered("/livez", &Method::from_bytes(method.as_bytes()).unwrap(), StatusCode::OK);
        }
        let counts: Vec<_> =
            requests.snapshot().into_iter().map(|(one, count)| (one.method, count)).collect();
        assert_eq!(counts, [("GET", 1), ("other", 2)]);
    }
}
