//! What a provider does not offer, it refuses without a word to the vendor.

use crate::conformance::{Bench, Outcome, ensure};
use crate::{Effect, ErrorKind, Find, Found, Operation, ProviderError, SegmentRef};

pub(super) async fn send_nothing(bench: &Bench) -> Outcome {
    for &operation in Operation::ALL {
        let is_a_call = !matches!(operation, Operation::Recording | Operation::Receive);
        if is_a_call && !bench.offers(operation) {
            refuses(bench, operation).await?;
        }
    }
    Ok(())
}

/// The one way to answer an operation that is not offered.
pub(super) async fn refuses(bench: &Bench, operation: Operation) -> Outcome {
    let before = bench.vendor.requests();
    let result = ask(bench, operation).await;
    let is_right = result.as_ref().is_err_and(|error| {
        error.kind == ErrorKind::Unsupported && error.effect == Effect::NotSent && !error.detail.is_empty()
    });
    let name = operation.as_str();
    ensure(is_right, format!("`{name}` is declared unsupported and answers {result:?}"))?;
    ensure(
        bench.vendor.requests() == before,
        format!("something was sent for `{name}`, declared unsupported"),
    )
}

async fn ask(bench: &Bench, operation: Operation) -> Result<(), ProviderError> {
    let segment = SegmentRef { vendor_ref: Some("1".to_owned()), ..bench.new_segment() };
    let look_up = match operation {
        Operation::FindSegment => Find::Segment(&segment),
        Operation::FindContacts => Find::Contacts { segment: &segment, contacts: &bench.people },
        _ => return bench.perform(&*bench.provider, operation, &segment).await,
    };
    match bench.provider.find(&look_up).await? {
        // A look-up may also say it in its own words.
        Found::CannotTell => Err(ProviderError::unsupported("the vendor offers no way to tell")),
        _ => Ok(()),
    }
}
