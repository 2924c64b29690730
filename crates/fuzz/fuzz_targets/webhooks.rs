//! Pushes of every kind, to an account of every vendor, with whatever proof they bring and with the right one.
//!
//! A push that is kept with no other headers than those the provider names is the same push; what can be read has a
//! key to be recognised by; only what is proven is called proven; a good proof opens the door.

#![no_main]

use libfuzzer_sys::fuzz_target;
use outdial_fuzz::accounts::{self, Account, now};
use outdial_fuzz::push::Push;
use outdial_provider::{Inbound, ReceiveError};

fuzz_target!(|bytes: &[u8]| {
    let push = Push::read(bytes);
    let account = accounts::any(push.account);
    let proven = [account.proof(push.body, now()), push.headers.clone()].concat();
    for known in account.provider.push_kinds() {
        judge(account, &push.at(known.kind, &push.headers, now()));
        let push = push.at(known.kind, &proven, now());
        assert_eq!(account.is_right(&push), account.demands_proof());
        judge(account, &push);
    }
    let known = account.provider.push_kinds().iter().any(|known| known.kind == push.query);
    let received = account.provider.receive(&push.at(&push.query, &proven, now()));
    assert_eq!(received == Err(ReceiveError::UnknownKind), !known, "{}", push.query);
});

fn judge(account: &Account, push: &Inbound<'_>) {
    let received = account.provider.receive(push);
    let needed = account.provider.proof_headers();
    let is_needed = |name: &str| needed.iter().any(|one| one.eq_ignore_ascii_case(name));
    let headers: Vec<_> = push.headers.iter().filter(|(name, _)| is_needed(name)).cloned().collect();
    let kept = Inbound { headers: &headers, ..*push };
    assert_eq!(received, account.provider.receive(&kept), "kept, it is another push");
    match received {
        Ok(received) => {
            assert!(!received.dedupe_key.is_empty());
            assert_eq!(received.authenticated, account.is_right(push));
            let _ = format!("{received:?}");
        }
        Err(ReceiveError::MissingProof | ReceiveError::Stale) => assert!(!account.is_right(push)),
        // Of another application, for example.
        Err(ReceiveError::BadProof | ReceiveError::Unreadable | ReceiveError::UnknownKind) => {}
    }
}
