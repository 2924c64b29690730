//! The door vendors push to.
//!
//! Whoever knows the account's secret is let in, a push of a known kind is verified and read by the provider in
//! one step, and everything else is decided by what that says: news is kept and acknowledged, a push that proves
//! nothing is kept as refused and not acknowledged, one that is proven and unreadable is kept as unusable and
//! acknowledged, for sending it again would not mend it. What a push tells is used afterwards ([`inbox`](crate::inbox)).
//!
//! Not for: what a push means for anybody.

use crate::inbox::Identity;
use crate::metrics::PushOutcome;
use crate::{Account, Engine, EngineError};
use outdial_model::{AccountId, PushId, PushState, Secret, Timestamp};
use outdial_provider::{Ack, Inbound, PushClient, ReceiveError};
use outdial_store::{Intake, NewPush, StoreError};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::sync::Arc;

/// What tokens are asked for as, beside the kinds of pushes.
pub const TOKEN_KIND: &str = "token";
/// Bytes that are kept of a push that proves nothing.
const MOST_OF_REFUSED: usize = 4 << 10;

/// A push that was not acknowledged. The vendor may send it again.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// There is no such account, or the secret is not its own.
    #[error("nothing is pushed to here")]
    NoSuchPlace,
    /// The provider refuses it.
    #[error(transparent)]
    Refused(#[from] ReceiveError),
    /// It could not be kept.
    #[error(transparent)]
    NotKept(#[from] EngineError),
}

impl From<StoreError> for IngestError {
    fn from(error: StoreError) -> Self {
        Self::NotKept(error.into())
    }
}

/// An account's door, open.
#[derive(Debug, Clone)]
pub struct Door(Arc<Account>);

/// Whoever grants the tokens that prove an account's pushes.
#[derive(Debug)]
pub struct Teller<'a> {
    account: &'a Account,
    client: &'a PushClient,
    now: Timestamp,
}

impl Teller<'_> {
    /// A token for whoever knows what the account's vendor was given in its console; `None` for anybody else.
    pub fn grant(&self, id: &str, secret: &str) -> Option<Secret> {
        self.client.grant(id, secret, self.now)
    }

    /// Counts one who was granted nothing, as a push of that kind that proves nothing: it will not be the vendor's
    /// pushes that tell of a wrong secret in its console, for it sends none without a token.
    pub fn turned_away(&self) {
        self.account.pushes.count(Some(TOKEN_KIND), PushOutcome::Refused);
    }
}

impl Engine {
    /// Opens an account's door to whoever knows its ingress secret and comes from where its vendor pushes from, if
    /// that is configured; takes as long for a near miss as for a far one.
    pub fn door(
        &self,
        account: &AccountId,
        secret: &str,
        address: Option<IpAddr>,
    ) -> Result<Door, IngestError> {
        let account = self.account(account).map_err(|_| IngestError::NoSuchPlace)?;
        if !account.ingress.admits(secret) {
            return Err(IngestError::NoSuchPlace);
        }
        if !account.ingress.is_from(address) {
            tracing::warn!(account = %account.id, ?address, "a push came from outside `ingress_networks`");
            account.pushes.count(None, PushOutcome::Elsewhere);
            return Err(IngestError::NoSuchPlace);
        }
        Ok(Door(account))
    }

    /// Refuses a push of a kind there is none of, before anything of it is read.
    pub fn is_known(&self, door: &Door, kind: &str) -> Result<(), IngestError> {
        if door.0.provider.push_kinds().iter().any(|known| known.kind == kind) {
            return Ok(());
        }
        door.0.pushes.count(None, PushOutcome::UnknownKind);
        Err(ReceiveError::UnknownKind.into())
    }

    /// Counts a push that was larger than any is.
    pub fn is_too_large(&self, door: &Door, kind: &str) {
        door.0.pushes.count(Some(kind), PushOutcome::TooLarge);
    }

    /// Whoever grants tokens for the account's pushes, if that is how they are proven.
    pub fn teller<'a>(&self, door: &'a Door) -> Result<Teller<'a>, IngestError> {
        let account = &*door.0;
        let client = account.provider.push_client().ok_or(IngestError::NoSuchPlace)?;
        Ok(Teller { account, client, now: self.now() })
    }

    /// Takes a push; answers what the vendor wants to hear once it is durable.
    pub async fn ingest(&self, door: &Door, inbound: &Inbound<'_>) -> Result<Ack, IngestError> {
        let account = &*door.0;
        let received = account.provider.receive(inbound);
        let kind = (received != Err(ReceiveError::UnknownKind)).then_some(inbound.kind);
        let taken = match &received {
            Ok(received) => self.keep_as(account, inbound, PushState::New, None, &received.dedupe_key).await,
            Err(ReceiveError::UnknownKind) => Ok(PushOutcome::UnknownKind),
            Err(why) => {
                let state =
                    if *why == ReceiveError::Unreadable { PushState::Unusable } else { PushState::Refused };
                self.keep_as(account, inbound, state, Some(why.to_string()), "").await
            }
        };
        account.pushes.count(kind, *taken.as_ref().unwrap_or(&PushOutcome::NotKept));
        match received {
            // Whoever proved nothing is told so, whether it could be kept or not.
            Err(why) if why != ReceiveError::Unreadable => Err(why.into()),
            _ => {
                taken?;
                Ok(account.provider.acknowledge(inbound.kind))
            }
        }
    }

    /// Keeps a push; `key` is the provider's for its news, where the push could be read.
    async fn keep_as(
        &self,
        account: &Account,
        inbound: &Inbound<'_>,
        state: PushState,
        reason: Option<String>,
        key: &str,
    ) -> Result<PushOutcome, EngineError> {
        // A key of the vendor's may be a number: whoever has only the store is not to guess it.
        let mut news = Sha256::new_with_prefix(self.derived_secret("news"));
        news.update(state.as_str());
        news.update(if state == PushState::New { key.as_bytes() } else { inbound.body });
        let news = hex::encode(news.finalize());
        let identity = Identity { account: &account.id, kind: inbound.kind, news: &news };
        // What proves nothing may be anybody's: enough of it is kept to see what it was.
        let length = if state == PushState::Refused { MOST_OF_REFUSED } else { usize::MAX };
        let body = inbound.body.get(..length).unwrap_or(inbound.body);
        let begins = Inbound { body, ..*inbound };
        let sealed = self.seal_push(identity, &begins, account.provider.proof_headers())?;
        let push = NewPush {
            id: PushId::generate(inbound.received_at),
            account: account.id.clone(),
            kind: inbound.kind.to_owned(),
            news,
            sealed,
            bytes: u64::try_from(inbound.body.len()).unwrap_or(u64::MAX),
            state,
            reason,
            received_at: inbound.received_at,
        };
        Ok(match (self.keep_push(push).await?, state) {
            (Intake::Repeated, PushState::New) => PushOutcome::Repeated,
            (_, PushState::New | PushState::Used) => PushOutcome::Kept,
            (_, PushState::Unusable) => PushOutcome::Unreadable,
            (_, PushState::Refused) => PushOutcome::Refused,
        })
    }
}
