//! What is known, how surely, and where it was learned.

use crate::status::words;

/// How sure an outcome is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Somebody said so who did not prove to be the vendor, and nothing can be asked.
    Reported,
    /// The vendor said so: signed, or when it was asked.
    Confirmed,
}

words!(Confidence, "confidence", { Reported => "reported", Confirmed => "confirmed" });

/// Where something was learned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The vendor pushed it.
    Push,
    /// It was read while people were followed.
    Poll,
    /// It was found when something in doubt was looked up by our own keys.
    LookUp,
    /// An operator decided it.
    Operator,
    /// Nobody told it: it follows from what we did, or from how long nothing was told.
    #[default]
    Ourselves,
}

words!(Source, "source", {
    Push => "push", Poll => "poll", LookUp => "look_up", Operator => "operator", Ourselves => "ourselves",
});

impl Source {
    /// How sure an outcome is that was learned there, unless more is known of its sender; `None` where nobody
    /// told it.
    pub const fn confidence(self) -> Option<Confidence> {
        match self {
            Self::Push => Some(Confidence::Reported),
            Self::Poll | Self::LookUp => Some(Confidence::Confirmed),
            Self::Operator | Self::Ourselves => None,
        }
    }
}
