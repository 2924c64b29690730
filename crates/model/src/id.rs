//! Typed, time-ordered, opaque ids: a prefix and a UUIDv7 (RFC 9562) in 26 characters of
//! lower-case Crockford base32, so that ids sort by creation as text.

use crate::Timestamp;
use std::sync::Mutex;
use uuid::{ContextV7, Uuid};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const ENCODED_LEN: usize = 26;

/// Text that is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind} id: expected `{prefix}_` and 26 characters")]
pub struct IdError {
    kind: &'static str,
    prefix: &'static str,
}

/// One counter for the process, so that ids made within one millisecond still ascend.
static ORDER: Mutex<ContextV7> = Mutex::new(ContextV7::new());

fn new_uuid(at: Timestamp) -> Uuid {
    let seconds = u64::try_from(at.as_second()).unwrap_or(0);
    let nanos = u32::try_from(at.subsec_nanosecond()).unwrap_or(0);
    let order = ORDER.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    Uuid::new_v7(uuid::Timestamp::from_unix(&*order, seconds, nanos))
}

fn encode(prefix: &str, uuid: Uuid) -> String {
    let bits = uuid.as_u128();
    let mut text = String::with_capacity(prefix.len() + 1 + ENCODED_LEN);
    text.push_str(prefix);
    text.push('_');
    for place in (0..ENCODED_LEN).rev() {
        let digit = usize::try_from((bits >> (place * 5)) & 31).unwrap_or(0);
        text.push(char::from(ALPHABET[digit]));
    }
    text
}

fn is_encoded(text: &str) -> bool {
    text.len() == ENCODED_LEN && text.starts_with(|c| c <= '7') && text.bytes().all(|b| ALPHABET.contains(&b))
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            #[doc = concat!("A new ", $kind, " id, ordered after every id made before it.")]
            pub fn generate(at: Timestamp) -> Self {
                Self(encode($prefix, new_uuid(at)).into())
            }

            /// The id as clients see it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                match text.strip_prefix(concat!($prefix, "_")) {
                    Some(rest) if is_encoded(rest) => Ok(Self(text.into())),
                    _ => Err(IdError { kind: $kind, prefix: $prefix }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// A task: a calling campaign with script, schedule and contacts.
    TaskId, "tsk", "task"
);
id!(
    /// A contact: one person to reach within a task. Also the key vendors know the person by.
    ContactId, "con", "contact"
);
id!(
    /// A call: one attempt to reach a contact.
    CallId, "cal", "call"
);
id!(
    /// A segment: one vendor-side task. Also the key the vendor's task is found by.
    SegmentId, "seg", "segment"
);
id!(
    /// A dispatch: one request to a vendor that can cause ringing.
    DispatchId, "dsp", "dispatch"
);
id!(
    /// An event: something that happened to a task, a contact or a call.
    EventId, "evt", "event"
);
id!(
    /// A webhook endpoint: a subscriber's URL for events.
    EndpointId, "whe", "webhook endpoint"
);
id!(
    /// An API key.
    KeyId, "key", "key"
);
id!(
    /// An entry of the audit log.
    AuditId, "aud", "audit entry"
);
id!(
    /// An emergency stop.
    EmergencyStopId, "ems", "emergency stop"
);
id!(
    /// An erasure: somebody is forgotten.
    ErasureId, "ers", "erasure"
);
id!(
    /// A suppression: a number that is not to be called.
    SuppressionId, "sup", "suppression"
);
id!(
    /// A vendor's push, as it was kept.
    PushId, "psh", "push"
);

impl ContactId {
    /// The id of the contact at `place` of a request that was first seen `at`: the same again for the same
    /// `hash`, so that a request that is sent again names nobody twice. Ascends with the place.
    pub fn derived(at: Timestamp, place: u64, hash: [u8; 8]) -> Self {
        // The places of a request take the room of a counter (RFC 9562 section 6.2); more than fit into
        // one millisecond go on in the next.
        let first = u64::try_from(at.as_millisecond()).unwrap_or(0);
        let millisecond = first.saturating_add(place >> 12) & 0xffff_ffff_ffff;
        let upper = (millisecond << 16) | 0x7000 | (place & 0xfff);
        let lower = (u64::from_be_bytes(hash) >> 2) | (1 << 63);
        Self(encode("con", Uuid::from_u64_pair(upper, lower)).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_ascend_even_within_one_millisecond() {
        let now: Timestamp = "2026-03-01T01:00:00Z".parse().unwrap();
        let ids: Vec<_> = (0..5_000).map(|_| ContactId::generate(now)).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn an_id_survives_the_round_trip_and_keeps_its_kind() {
        let id = TaskId::generate(Timestamp::UNIX_EPOCH);
        assert_eq!(id.as_str().parse::<TaskId>().unwrap(), id);
        assert!(id.as_str().parse::<ContactId>().is_err());
        assert!("tsk_short".parse::<TaskId>().is_err());
        assert!("tsk_iiiiiiiiiiiiiiiiiiiiiiiiii".parse::<TaskId>().is_err());
    }

    #[test]
    fn derived_ids_ascend_with_the_place_and_repeat_with_the_hash() {
        // A day of its own: ids of other tests may have gone ahead of theirs.
        let at: Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
        let id = |place, hash: u64| ContactId::derived(at, place, hash.to_be_bytes());
        assert!(ContactId::generate(at - jiff::SignedDuration::from_millis(1)) < id(0, u64::MAX));
        for place in [0, 1, 4095, 4096, 5_000_000] {
            assert!(id(place, u64::MAX) < id(place + 1, 0), "{place}");
        }
        assert_eq!(id(7, 42 << 2), id(7, 42 << 2));
        assert_ne!(id(7, 42 << 2), id(7, 43 << 2));
        let text = id(7, 42).to_string();
        assert_eq!(text.parse::<ContactId>().unwrap(), id(7, 42));
    }
}
