//! The account's token: one for everybody, fetched by whoever needs it first.
//!
//! A token lives 24 hours and the answer does not say when it began (dossier 1.2), so it is renewed
//! after 23. Asking again does not kill the earlier one.

use jiff::SignedDuration;
use outdial_model::{Clock, Secret, Timestamp};
use outdial_provider::ProviderError;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Mutex;

const USED_FOR: SignedDuration = SignedDuration::from_hours(23);

/// Keeps the token; `Debug` shows nothing of it.
#[derive(Debug, Default)]
pub(super) struct TokenCache {
    last: Mutex<Last>,
    /// Fetches that have ended, successfully or not.
    rounds: AtomicU64,
}

/// How the last fetch ended.
#[derive(Debug, Default)]
enum Last {
    #[default]
    Nothing,
    Token {
        token: Arc<Secret>,
        fresh_until: Timestamp,
    },
    Failed(ProviderError),
}

impl TokenCache {
    /// The token, fetched when there is none or it is old. Everybody who asks while it is being
    /// fetched gets what comes of that one fetch, be it an error.
    pub(super) async fn get(
        &self,
        clock: &dyn Clock,
        fetch: impl Future<Output = Result<Secret, ProviderError>> + Send,
    ) -> Result<Arc<Secret>, ProviderError> {
        let round = self.rounds.load(Ordering::SeqCst);
        let mut last = self.last.lock().await;
        let now = clock.now();
        match &*last {
            Last::Token { token, fresh_until } if now < *fresh_until => return Ok(Arc::clone(token)),
            Last::Failed(error) if self.rounds.load(Ordering::SeqCst) > round => return Err(error.clone()),
            _ => {}
        }
        let fetched = fetch.await;
        self.rounds.fetch_add(1, Ordering::SeqCst);
        match fetched {
            Ok(token) => {
                let token = Arc::new(token);
                *last = Last::Token {
                    token: Arc::clone(&token),
                    fresh_until: now.saturating_add(USED_FOR).unwrap_or(Timestamp::MAX),
                };
                Ok(token)
            }
            Err(error) => {
                *last = Last::Failed(error.clone());
                Err(error)
            }
        }
    }

    /// Drops a token the vendor refused, unless somebody has replaced it already.
    pub(super) async fn forget(&self, refused: &Arc<Secret>) {
        let mut last = self.last.lock().await;
        if matches!(&*last, Last::Token { token, .. } if Arc::ptr_eq(token, refused)) {
            *last = Last::Nothing;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use outdial_model::{ExposeSecret, ManualClock};
    use outdial_provider::{Effect, ErrorKind};
    use std::time::Duration;

    /// Counts fetches and lets everybody else run before it answers.
    #[derive(Default)]
    struct Vendor(AtomicU64);

    impl Vendor {
        async fn token(&self) -> Result<Secret, ProviderError> {
            let count = self.0.fetch_add(1, Ordering::SeqCst) + 1;
            tokio::task::yield_now().await;
            Ok(format!("token-{count}").into())
        }

        async fn refusal(&self) -> Result<Secret, ProviderError> {
            self.0.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            Err(ProviderError::new(ErrorKind::Unauthenticated, Effect::None, "no"))
        }
    }

    fn clock() -> ManualClock {
        ManualClock::at("2026-03-01T00:00:00Z".parse().unwrap())
    }

    #[tokio::test]
    async fn many_at_once_share_one_fetch_and_its_result() {
        let (cache, vendor, clock) = (TokenCache::default(), Vendor::default(), clock());
        let (a, b, c) = tokio::join!(
            cache.get(&clock, vendor.token()),
            cache.get(&clock, vendor.token()),
            cache.get(&clock, vendor.token()),
        );
        assert!(Arc::ptr_eq(&a.unwrap(), &b.unwrap()));
        assert_eq!(c.unwrap().expose_secret(), "token-1");
    }

    #[tokio::test]
    async fn many_at_once_share_one_failure_and_the_next_one_tries_again() {
        let (cache, vendor, clock) = (TokenCache::default(), Vendor::default(), clock());
        let (a, b) = tokio::join!(cache.get(&clock, vendor.refusal()), cache.get(&clock, vendor.refusal()));
        assert!(a.is_err() && b.is_err());
        assert_eq!(vendor.0.load(Ordering::SeqCst), 1);
        assert!(cache.get(&clock, vendor.token()).await.is_ok());
    }

    #[tokio::test]
    async fn a_token_is_renewed_after_23_hours() {
        let (cache, vendor, clock) = (TokenCache::default(), Vendor::default(), clock());
        let first = cache.get(&clock, vendor.token()).await.unwrap();
        clock.advance(Duration::from_secs(23 * 3600 - 1));
        assert!(Arc::ptr_eq(&first, &cache.get(&clock, vendor.token()).await.unwrap()));
        clock.advance(Duration::from_secs(1));
        assert!(!Arc::ptr_eq(&first, &cache.get(&clock, vendor.token()).await.unwrap()));
    }

    #[tokio::test]
    async fn only_the_refused_token_is_forgotten() {
        let (cache, vendor, clock) = (TokenCache::default(), Vendor::default(), clock());
        let first = cache.get(&clock, vendor.token()).await.unwrap();
        cache.forget(&first).await;
        let second = cache.get(&clock, vendor.token()).await.unwrap();
        cache.forget(&first).await;
        assert!(Arc::ptr_eq(&second, &cache.get(&clock, vendor.token()).await.unwrap()));
        assert!(!format!("{cache:?}").contains("token-2"));
    }
}
