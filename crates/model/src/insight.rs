//! What a vendor understood of a call beyond how it ended.

use crate::status::words;
use std::fmt;

/// Most insights of one call: enough for what was said in a long one.
const MOST: usize = 256;
/// Most characters of all of them.
const MOST_CHARACTERS: usize = 256_000;
/// Most characters of a name, and of a value.
const LONGEST_NAME: usize = 200;
const LONGEST_VALUE: usize = 4_000;

/// What kind of thing was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InsightKind {
    /// What the person wanted, by the script's own classes.
    Intent,
    /// A label the call was given.
    Tag,
    /// What was said.
    Transcript,
    /// What the person was asked for and gave: keys pressed, fields of a form.
    Collected,
    /// What an agent wrote about the call.
    Note,
}

words!(InsightKind, "insight kind", {
    Intent => "intent", Tag => "tag", Transcript => "transcript", Collected => "collected", Note => "note",
});

/// Something a vendor understood of a call. Printing it shows no personal data.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Insight {
    /// What kind of thing it is.
    pub kind: InsightKind,
    /// What it is called: the question, the class's id, whoever speaks by the vendor's name for that side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is.
    pub value: String,
    /// The vendor's own number for it, where it gives one; what it means is the vendor's business. Of what was said: when,
    /// in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<i64>,
}

impl Insight {
    /// Something that has a value; a blank one is nothing. What is too long is cut.
    pub fn new(kind: InsightKind, name: Option<&str>, value: &str) -> Option<Self> {
        let cut = |text: &str, most: usize| text.trim().chars().take(most).collect::<String>();
        let name = name.map(|name| cut(name, LONGEST_NAME)).filter(|name| !name.is_empty());
        let value = cut(value, LONGEST_VALUE);
        (!value.is_empty()).then_some(Self { kind, name, value, level: None })
    }

    /// What is known when both are: each thing once, in the order it was learned, and not without end.
    pub fn joined(known: &[Self], told: &[Self]) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        let mut room = MOST_CHARACTERS;
        for one in known.iter().chain(told) {
            let characters = one.value.chars().count();
            if all.len() < MOST && characters <= room && !all.contains(one) {
                room -= characters;
                all.push(one.clone());
            }
        }
        all
    }
}

impl fmt::Debug for Insight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Insight").field("kind", &self.kind).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(value: &str) -> Insight {
        Insight::new(InsightKind::Tag, None, value).unwrap()
    }

    #[test]
    fn what_is_blank_is_nothing_and_what_is_too_long_is_cut() {
        assert_eq!(Insight::new(InsightKind::Tag, Some("a"), " \n"), None);
        let long = Insight::new(InsightKind::Transcript, Some(" "), &"é".repeat(5_000)).unwrap();
        assert_eq!((long.name, long.value.chars().count()), (None, LONGEST_VALUE));
    }

    #[test]
    fn what_is_told_again_is_known_once() {
        let known = [tag("a"), tag("b")];
        assert_eq!(Insight::joined(&known, &[tag("b"), tag("c")]), [tag("a"), tag("b"), tag("c")]);
        let many: Vec<_> = (0..MOST + 1).map(|n| tag(&n.to_string())).collect();
        assert_eq!(Insight::joined(&known, &many).len(), MOST);
        let long: Vec<_> = (0..MOST).map(|n| tag(&format!("{n} {}", "é".repeat(LONGEST_VALUE)))).collect();
        assert_eq!(Insight::joined(&[], &long).len(), MOST_CHARACTERS / LONGEST_VALUE);
    }

    #[test]
    fn it_does_not_print() {
        assert!(!format!("{:?}", tag("I cannot pay")).contains("pay"));
    }
}
