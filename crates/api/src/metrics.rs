//! Metrics: requests answered, counted in [`requests`], and the text form of everything Prometheus reads.
//!
//! There is no global recorder: what is counted hangs on the server that counts it, and what can be asked
//! is asked when somebody scrapes. Gateways that share a process do not mix.
//!
//! Labels are bounded sets: routes as patterns, never paths.

mod requests;

pub use requests::Requests;
pub(crate) use requests::{BOUNDS, Times};

use std::fmt::{Display, Write};

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

    /// How often something took how long, by bounds that include what is below them.
    pub(crate) fn histogram<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        labels: [&str; N],
        samples: impl IntoIterator<Item = (Labels<N>, Times)>,
    ) {
        let text = &mut self.0;
        let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} histogram\n");
        for (values, times) in samples {
            let pairs = pairs(labels, &values);
            let mut below = 0;
            for (bound, within) in BOUNDS.iter().zip(times.within) {
                below += within;
                let _ = writeln!(text, "{name}_bucket{{{pairs},le=\"{bound}\"}} {below}");
            }
            let _ = writeln!(text, "{name}_bucket{{{pairs},le=\"+Inf\"}} {}", times.count);
            let _ = writeln!(text, "{name}_sum{{{pairs}}} {}", times.seconds);
            let _ = writeln!(text, "{name}_count{{{pairs}}} {}", times.count);
        }
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
            let _ = writeln!(text, "{name}{{{}}} {value}", pairs(labels, &values));
        }
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

fn pairs<const N: usize>(labels: [&str; N], values: &Labels<N>) -> String {
    let pairs = labels.iter().zip(values).map(|(label, value)| format!("{label}=\"{}\"", escaped(value)));
    pairs.collect::<Vec<_>>().join(",")
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
}
