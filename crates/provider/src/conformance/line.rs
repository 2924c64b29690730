//! The line between a provider and its vendor: everything on it is recorded, and it can be disturbed.
//!
//! A transparent HTTP/1.1 proxy in front of the vendor's stand-in. Logins always get through, so that a
//! disturbance strikes the operation under test.

use super::Wire;
use super::http::{Reply, Request, spoil};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::{TcpListener, TcpStream};

/// What happens on the line to every request but logins.
#[derive(Clone)]
pub enum Disturbance {
    /// This is answered, signed as the vendor would; the vendor sees nothing.
    Answer(Reply),
    /// The vendor sees nothing, and no answer comes.
    Silence,
    /// The vendor sees nothing, and the connection is reset once the request is read.
    Reset,
    /// The vendor sees nothing, and the connection is closed once the request is read.
    Close,
    /// The vendor sees nothing, and the connection is reset before the request is read.
    ResetUnread,
    /// The vendor acts, and the answer breaks off half way.
    Cut,
    /// The vendor acts, and the answer stops half way.
    Stall,
    /// The vendor acts, and its body is changed on the way (and signed again, as the vendor would).
    Mangle(Arc<Change>),
    /// The vendor acts, and the proof of its answer is spoilt on the way.
    Forge,
}

/// What becomes of a body.
pub type Change = dyn Fn(&[u8]) -> Vec<u8> + Send + Sync;

/// A line to a vendor.
pub struct Line {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    vendor: SocketAddr,
    wire: Arc<dyn Wire>,
    recorded: Mutex<Vec<Request>>,
    disturbance: Mutex<Option<Disturbance>>,
}

impl Line {
    /// A line to the vendor's stand-in at `vendor`; it lasts as long as the runtime.
    pub async fn to(vendor: SocketAddr, wire: Arc<dyn Wire>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared =
            Arc::new(Shared { vendor, wire, recorded: Mutex::default(), disturbance: Mutex::default() });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&serving);
                // A connection that breaks is what the suite is about; whoever is at its end notices.
                tokio::spawn(async move { shared.serve(stream).await.ok() });
            }
        });
        Ok(Self { address, shared })
    }

    /// The base URL of the vendor for whoever is to use the line.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far, logins included.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.shared.recorded).clone()
    }

    /// Requests so far that were no logins.
    pub fn operations(&self) -> usize {
        lock(&self.shared.recorded).iter().filter(|request| !self.shared.is_login(request)).count()
    }

    /// Requests so far that were logins.
    pub fn logins(&self) -> usize {
        lock(&self.shared.recorded).iter().filter(|request| self.shared.is_login(request)).count()
    }

    /// From now on this happens.
    pub fn disturb(&self, disturbance: Disturbance) {
        *lock(&self.shared.disturbance) = Some(disturbance);
    }

    /// From now on everything gets through again.
    pub fn calm(&self) {
        *lock(&self.shared.disturbance) = None;
    }
}

impl Shared {
    async fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        loop {
            if self.is_to_be_reset(&stream).await? {
                return stream.set_zero_linger();
            }
            let Some(request) = Request::read(&mut stream).await? else { return Ok(()) };
            lock(&self.recorded).push(request.clone());
            let disturbance = if self.is_login(&request) { None } else { lock(&self.disturbance).clone() };
            match disturbance {
                None => whole(&self.forward(&request).await?, &mut stream).await?,
                Some(Disturbance::Answer(reply)) => {
                    whole(&self.wire.sign(&request, reply), &mut stream).await?;
                }
                Some(Disturbance::Mangle(change)) => {
                    let mut reply = self.forward(&request).await?;
                    reply.body = change(&reply.body);
                    whole(&self.wire.sign(&request, reply), &mut stream).await?;
                }
                Some(Disturbance::Forge) => {
                    let mut reply = self.forward(&request).await?;
                    if let Some(name) = self.wire.answer_proof() {
                        spoil(&mut reply.headers, name);
                    }
                    whole(&reply, &mut stream).await?;
                }
                Some(Disturbance::Silence) => std::future::pending().await,
                Some(Disturbance::Reset | Disturbance::ResetUnread) => return stream.set_zero_linger(),
                Some(Disturbance::Close) => return Ok(()),
                Some(Disturbance::Cut) => {
                    let reply = self.forward(&request).await?;
                    return reply.write(&mut stream, reply.body.len() / 2).await;
                }
                Some(Disturbance::Stall) => {
                    let reply = self.forward(&request).await?;
                    reply.write(&mut stream, reply.body.len() / 2).await?;
                    std::future::pending().await
                }
            }
        }
    }

    /// Whether the request that now comes in is not even to be read.
    async fn is_to_be_reset(&self, stream: &TcpStream) -> io::Result<bool> {
        let mut beginning = [0; 512];
        let len = stream.peek(&mut beginning).await?;
        let target = beginning[..len].split(|byte| *byte == b' ').nth(1).unwrap_or_default();
        let is_login = self.wire.login_path().is_some_and(|path| target.starts_with(path.as_bytes()));
        let is_meant = matches!(*lock(&self.disturbance), Some(Disturbance::ResetUnread));
        Ok(len > 0 && is_meant && !is_login)
    }

    async fn forward(&self, request: &Request) -> io::Result<Reply> {
        let mut vendor = TcpStream::connect(self.vendor).await?;
        request.write(&mut vendor).await?;
        Reply::read(&mut vendor).await
    }

    fn is_login(&self, request: &Request) -> bool {
        self.wire.login_path().is_some_and(|path| request.path() == path)
    }
}

async fn whole(reply: &Reply, stream: &mut TcpStream) -> io::Result<()> {
    reply.write(stream, reply.body.len()).await
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
