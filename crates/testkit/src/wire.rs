//! The line between a gateway and the vendors, which can go dead in one direction or both.
//!
//! It carries bytes and knows nothing of what they mean: what is withheld has left the gateway and comes to
//! nobody, connections stay open.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A line; dead when dropped.
#[derive(Debug)]
pub struct Wire {
    address: SocketAddr,
    requests: Arc<Way>,
    answers: Arc<Way>,
    carrying: JoinHandle<()>,
}

/// One direction.
#[derive(Debug, Default)]
pub struct Way {
    dead: AtomicBool,
    carried: AtomicU64,
    withheld: AtomicU64,
}

impl Way {
    /// Carries nothing from now on.
    pub fn goes_dead(&self) {
        self.dead.store(true, Ordering::SeqCst);
    }

    /// Carries what comes from now on; what was withheld is lost.
    pub fn works_again(&self) {
        self.dead.store(false, Ordering::SeqCst);
    }

    /// Bytes carried.
    pub fn carried(&self) -> u64 {
        self.carried.load(Ordering::SeqCst)
    }

    /// Bytes withheld.
    pub fn withheld(&self) -> u64 {
        self.withheld.load(Ordering::SeqCst)
    }

    async fn carry(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = from.read(&mut bytes).await {
            let (sum, dead) = (count as u64, self.dead.load(Ordering::SeqCst));
            let counter = if dead { &self.withheld } else { &self.carried };
            counter.fetch_add(sum, Ordering::SeqCst);
            if !dead && to.write_all(&bytes[..count]).await.is_err() {
                break;
            }
        }
    }
}

impl Wire {
    /// A line to whoever listens at `url` (`http://host:port`).
    pub async fn to(url: &str) -> Self {
        let far: SocketAddr = url.trim_start_matches("http://").parse().expect("an address behind http://");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let (requests, answers) = (Arc::<Way>::default(), Arc::<Way>::default());
        let ways = (Arc::clone(&requests), Arc::clone(&answers));
        let carrying = tokio::spawn(async move {
            let mut lines = JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                while lines.try_join_next().is_some() {}
                let (requests, answers) = ways.clone();
                lines.spawn(async move {
                    let Ok(far) = TcpStream::connect(far).await else { return };
                    let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
                    // Whoever hangs up ends both directions.
                    tokio::select! {
                        () = requests.carry(from_near, to_far) => {}
                        () = answers.carry(from_far, to_near) => {}
                    }
                });
            }
        });
        Self { address, requests, answers, carrying }
    }

    /// Its near end, for a gateway to be told as the vendors' address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The direction to the vendors.
    pub fn requests(&self) -> &Way {
        &self.requests
    }

    /// The direction from the vendors.
    pub fn answers(&self) -> &Way {
        &self.answers
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.carrying.abort();
    }
}
