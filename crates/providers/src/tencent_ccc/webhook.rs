//! What the vendor pushes: call records, recordings and voice mails (dossier section 14). Verified,
//! then parsed, in one pure step.
//!
//! The console knows one URL for every kind of data and tells them apart by `?action=`, so that wins
//! over the last part of our path. Bodies are not signed: the console offers nothing, Basic or a
//! token, and what arrives with nothing is confirmed by a read.

use super::config::{Config, PushProof};
use super::wire::{Cdr, PushedRecording};
use super::{map, number};
use crate::lenient;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use outdial_model::{ExposeSecret, RawOutcome};
use outdial_provider::{
    Ack, CallReport, Inbound, PushClient, PushKind, PushedContact, ReceiveError, Received, Subject,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Anything else, and the vendor delivers again.
pub const ACK: Ack = Ack { body: r#"{"ErrCode":0,"ErrMsg":""}"# };

const PUSH_ID: &str = "X-TCCC-PUSH-UUID";
/// What a push is recognised and its sender is known by.
pub const PROOF_HEADERS: &[&str] = &["authorization", PUSH_ID];

/// Every kind of data. The console takes one URL for all of them; which kind a push is, its query says.
pub const KINDS: &[PushKind] = &[
    PushKind {
        kind: "cdr",
        about: "A call record. Paste this URL into the console's data push; it takes one for every kind of data.",
    },
    PushKind {
        kind: "record",
        about: "A recording. For a console that has a URL of its own for recordings.",
    },
    PushKind {
        kind: "voicemail",
        about: "A voice mail. For a console that has a URL of its own for voice mails.",
    },
];

/// A kind of data.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Cdr,
    Record,
    Voicemail,
}

impl Kind {
    fn of(word: &str) -> Result<Self, ReceiveError> {
        match word {
            "cdr" => Ok(Self::Cdr),
            "record" => Ok(Self::Record),
            "voicemail" => Ok(Self::Voicemail),
            _ => Err(ReceiveError::UnknownKind),
        }
    }
}

/// Verifies and parses a push.
pub fn receive(inbound: &Inbound<'_>, config: &Config) -> Result<Received, ReceiveError> {
    let path = Kind::of(inbound.kind)?;
    let kind = action(inbound.query).map_or(Ok(path), Kind::of)?;
    let authenticated = verify(inbound, &config.push_proof)?;
    let body: Value = lenient::document(inbound.body).map_err(|_| ReceiveError::Unreadable)?;
    if !body.is_object() {
        return Err(ReceiveError::Unreadable);
    }
    let (sdk_app_id, subject, call) = match kind {
        Kind::Cdr => call_record(&parse(body)?),
        Kind::Record | Kind::Voicemail => recording(parse(body)?),
    };
    if sdk_app_id.is_some_and(|id| u64::try_from(id) != Ok(config.sdk_app_id)) {
        return Err(ReceiveError::BadProof);
    }
    Ok(Received {
        dedupe_key: dedupe_key(inbound),
        subject,
        segment: None,
        contact: call.map(|call| PushedContact { progress: None, call: Some(call) }),
        authenticated,
        can_be_asked_about: false,
    })
}

fn action(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("action="))
}

/// Whether the sender proved itself; an error when it should have and did not.
fn verify(inbound: &Inbound<'_>, proof: &PushProof) -> Result<bool, ReceiveError> {
    let expected = match proof {
        PushProof::Nothing => return Ok(false),
        PushProof::Basic(pair) => format!("Basic {}", BASE64_STANDARD.encode(pair.expose_secret())),
        PushProof::Bearer(token) => format!("Bearer {}", token.expose_secret()),
        PushProof::Granted(client) => return granted(inbound, client),
    };
    let given = inbound.header("authorization").ok_or(ReceiveError::MissingProof)?;
    if bool::from(given.as_bytes().ct_eq(expected.as_bytes())) {
        Ok(true)
    } else {
        Err(ReceiveError::BadProof)
    }
}

/// How a token is presented the vendor does not say; as every bearer token is, then (RFC 6750).
fn granted(inbound: &Inbound<'_>, client: &PushClient) -> Result<bool, ReceiveError> {
    let given = inbound.header("authorization").ok_or(ReceiveError::MissingProof)?;
    let token = given.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let (_, token) = token.ok_or(ReceiveError::BadProof)?;
    client.verify(token.trim(), inbound.received_at).map(|()| true)
}

/// The vendor repeats a delivery under the same id; without one, the body is its own.
fn dedupe_key(inbound: &Inbound<'_>) -> String {
    match inbound.header(PUSH_ID).filter(|id| !id.is_empty()) {
        Some(id) => format!("push:{id}"),
        None => format!("body:{}", hex::encode(Sha256::digest(inbound.body))),
    }
}

fn parse<T: DeserializeOwned>(body: Value) -> Result<T, ReceiveError> {
    T::deserialize(body).map_err(|_| ReceiveError::Unreadable)
}

/// One attempt has ended. Whether another follows only the task tells, so the person's progress is
/// left open. Inbound calls are pushed too and are none of a campaign's business.
fn call_record(cdr: &Cdr) -> (Option<i64>, Subject, Option<CallReport>) {
    let inbound_call = cdr.direction == Some(0);
    let spellings = [cdr.pushed_uui.as_deref(), cdr.uui.as_deref()];
    let key = spellings.into_iter().flatten().map(str::trim).find(|key| !key.is_empty());
    let subject = Subject {
        contact: key.and_then(|key| key.parse().ok()),
        phone: cdr.callee.as_deref().filter(|_| !inbound_call).and_then(number::read),
        vendor_call_id: cdr.session_id.clone(),
        ..Subject::default()
    };
    (cdr.sdk_app_id, subject, map::call_report(cdr).filter(|_| !inbound_call))
}

/// Where one side's recording is. `EndpointUser` is that side: the customer's number or an agent's
/// address, so it says nothing reliable about whom the call was for.
fn recording(pushed: PushedRecording) -> (Option<i64>, Subject, Option<CallReport>) {
    let url = map::recording(pushed.record_url.as_deref(), pushed.custom_record_url.as_deref());
    let session = pushed.session_id.filter(|id| !id.is_empty());
    let call = session.clone().zip(url).map(|(vendor_call_id, url)| CallReport {
        vendor_call_id,
        started_at: None,
        answered_at: None,
        ended_at: None,
        talk_seconds: 0,
        disposition: None,
        raw: RawOutcome::default(),
        insights: Vec::new(),
        recording: Some(url),
        has_transcript: false,
    });
    let subject = Subject { vendor_call_id: session, ..Subject::default() };
    (pushed.sdk_app_id, subject, call)
}

#[cfg(test)]
mod tests {
    use super::super::testing::account;
    use super::*;
    use outdial_model::{Disposition, Timestamp};
    use outdial_provider::TOKEN_LIFE;
    use proptest::prelude::*;
    use serde_json::json;

    const CDR: &str = include_str!("fixtures/push_cdr.json");
    const RECORD: &str = include_str!("fixtures/push_record.json");

    struct Push<'a> {
        kind: &'a str,
        query: &'a str,
        headers: Vec<(String, String)>,
        body: &'a str,
    }

    fn push<'a>(kind: &'a str, body: &'a str) -> Push<'a> {
        let headers = vec![("x-tccc-push-uuid".to_owned(), "0b1f".to_owned())];
        Push { kind, query: "", headers, body }
    }

    impl Push<'_> {
        fn with(mut self, name: &str, value: &str) -> Self {
            self.headers.push((name.to_owned(), value.to_owned()));
            self
        }

        fn received(&self, settings: Value) -> Result<Received, ReceiveError> {
            self.received_at(Timestamp::UNIX_EPOCH, settings)
        }

        fn received_at(&self, received_at: Timestamp, settings: Value) -> Result<Received, ReceiveError> {
            let inbound = Inbound {
                kind: self.kind,
                query: self.query,
                headers: &self.headers,
                body: self.body.as_bytes(),
                received_at,
            };
            receive(&inbound, &account(settings).unwrap())
        }
    }

    #[test]
    fn a_call_record_names_the_person_by_our_key_and_tells_the_call() {
        let received = push("cdr", CDR).received(json!({})).unwrap();
        assert_eq!(received.dedupe_key, "push:0b1f");
        assert_eq!(received.subject.contact.unwrap().as_str(), "con_01jn9kzr00e0080000000000a1");
        assert_eq!(received.subject.phone.unwrap().e164(), "+8618600000000");
        assert!(!received.authenticated, "nobody proved anything");
        let contact = received.contact.unwrap();
        assert_eq!(contact.progress, None, "another attempt may follow");
        let call = contact.call.unwrap();
        assert_eq!(call.disposition, Some(Disposition::Answered));
        assert_eq!(call.talk_seconds, 6);
    }

    #[test]
    fn published_oddities_are_read_repeated_members_null_lists_small_letters() {
        let body = r#"{"SessionId":"first","SessionId":"s","Direction":1,"EndStatusString":"busy","AcceptTimestamp":"0",
            "IVRKeyPressed":null,"IVRKeyPressedEx":[{"key":"1","label":"a"}],"UUI":"con_01jn9kzr00e0080000000000a1"}"#;
        let received = push("cdr", body).received(json!({})).unwrap();
        assert!(received.subject.contact.is_some(), "the other spelling of the key");
        let both = body.replacen('{', r#"{"Uui":" ","#, 1);
        assert_eq!(push("cdr", &both).received(json!({})).unwrap().subject, received.subject);
        let call = received.contact.unwrap().call.unwrap();
        assert_eq!(call.vendor_call_id, "s");
        assert_eq!(call.disposition, Some(Disposition::Busy));
    }

    #[test]
    fn the_kind_in_the_query_wins_because_the_console_knows_one_url() {
        let recording = Push { query: "action=record&version=1", ..push("cdr", RECORD) };
        let call = recording.received(json!({})).unwrap().contact.unwrap().call.unwrap();
        assert_eq!(call.recording.as_deref(), Some("https://recordings.example.com/rec-1.wav"));
        assert_eq!(call.disposition, None);
        let unknown = Push { query: "version=1&action=chat", ..push("cdr", CDR) };
        assert_eq!(unknown.received(json!({})), Err(ReceiveError::UnknownKind));
    }

    #[test]
    fn a_voice_mail_may_give_its_number_as_a_number() {
        let body = r#"{"SdkAppId":1400000000,"SessionId":"s","Timestamp":1608130651,"RecordURL":"https://r.example.com/1","EndpointUser":8618600000000}"#;
        assert!(push("voicemail", body).received(json!({})).unwrap().contact.is_some());
    }

    #[test]
    fn inbound_calls_are_taken_and_change_nothing() {
        let body = r#"{"SessionId":"s","Direction":0,"Callee":"0086075500000000","EndStatusString":"ok"}"#;
        let received = push("cdr", body).received(json!({})).unwrap();
        assert_eq!((received.contact, received.subject.phone), (None, None));
    }

    #[test]
    fn without_the_vendors_id_a_push_is_known_by_its_body() {
        let bare = |body| {
            let push = Push { headers: Vec::new(), ..push("cdr", body) };
            push.received(json!({})).unwrap().dedupe_key
        };
        assert_eq!(bare(CDR), bare(CDR));
        assert_ne!(bare(CDR), bare(r#"{"SessionId":"s"}"#));
    }

    #[test]
    fn a_proof_that_was_agreed_on_is_demanded() {
        let basic = || json!({"push_auth": "basic", "push_user": "tencent", "push_password": "hush"});
        let good = format!("Basic {}", BASE64_STANDARD.encode("tencent:hush"));
        assert!(push("cdr", CDR).with("Authorization", &good).received(basic()).unwrap().authenticated);
        assert_eq!(push("cdr", CDR).received(basic()), Err(ReceiveError::MissingProof));
        let wrong = push("cdr", CDR).with("Authorization", "Bearer hush");
        assert_eq!(wrong.received(basic()), Err(ReceiveError::BadProof));

        let bearer = || json!({"push_auth": "bearer", "push_token": "hush"});
        let token = push("cdr", CDR).with("authorization", "Bearer hush");
        assert!(token.received(bearer()).unwrap().authenticated);
        let longer = push("cdr", CDR).with("authorization", "Bearer hush!");
        assert_eq!(longer.received(bearer()), Err(ReceiveError::BadProof));
    }

    #[test]
    fn a_token_that_was_granted_is_a_proof_until_it_ends() {
        let oauth2 = || json!({"push_auth": "oauth2", "push_client_id": "outdial", "push_client_secret": "sixteen-or-more."});
        let config = account(oauth2()).unwrap();
        let granted_at = Timestamp::UNIX_EPOCH;
        let token =
            config.push_proof.client().unwrap().grant("outdial", "sixteen-or-more.", granted_at).unwrap();
        let presented = push("cdr", CDR).with("Authorization", &format!("bearer {}", token.expose_secret()));
        assert!(presented.received_at(granted_at, oauth2()).unwrap().authenticated);
        let end = granted_at + TOKEN_LIFE;
        assert_eq!(presented.received_at(end, oauth2()), Err(ReceiveError::Stale));
        assert_eq!(push("cdr", CDR).received(oauth2()), Err(ReceiveError::MissingProof));
        let forged = push("cdr", CDR).with("Authorization", "Bearer 99999999999.00");
        assert_eq!(forged.received(oauth2()), Err(ReceiveError::BadProof));
    }

    #[test]
    fn a_push_for_another_application_is_refused() {
        let foreign = push("cdr", CDR).received(json!({"sdk_app_id": 1_400_000_001}));
        assert_eq!(foreign, Err(ReceiveError::BadProof));
    }

    #[test]
    fn what_is_not_an_object_is_unreadable() {
        for body in ["", "[]", "null", "{", "\"cdr\"", r#"{"SessionId":"#] {
            assert_eq!(push("cdr", body).received(json!({})), Err(ReceiveError::Unreadable), "{body}");
        }
    }

    proptest! {
        #[test]
        fn odd_bodies_do_not_panic(body in any::<String>(), at in 0..CDR.len(), odd in any::<char>()) {
            let _ = push("cdr", &body).received(json!({}));
            if CDR.is_char_boundary(at) {
                let spoilt = format!("{}{odd}{}", &CDR[..at], &CDR[at..]);
                let _ = push("cdr", &spoilt).received(json!({}));
                let _ = push("record", &CDR[..at]).received(json!({}));
            }
        }
    }
}
