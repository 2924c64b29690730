//! A listener nobody is to connect to.

use std::io::ErrorKind;
use std::net::TcpListener;

/// Listens on a loopback address. Connections wait in its queue until they are counted.
#[derive(Debug)]
pub struct Canary(TcpListener);

impl Canary {
    /// On `127.0.0.1`, at a port of its own.
    #[expect(clippy::new_without_default, reason = "it takes a port of the machine's")]
    pub fn new() -> Self {
        Self::of(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    /// On `::1`, at the same port; `None` on a machine without IPv6.
    pub fn twin(&self) -> Option<Self> {
        TcpListener::bind(("::1", self.port())).ok().map(Self::of)
    }

    fn of(listener: TcpListener) -> Self {
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    /// `host:port`.
    pub fn authority(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }

    /// Connections since it was last asked.
    pub fn connections(&self) -> usize {
        let mut count = 0;
        loop {
            match self.0.accept() {
                Ok(_) => count += 1,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return count,
                Err(error) => panic!("the canary is ill: {error}"),
            }
        }
    }
}
