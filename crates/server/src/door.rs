//! The listening socket, when it is to be closed while people still come.
//!
//! The system completes connections before a process accepts them, and closing the socket breaks those that
//! nobody has accepted yet, requests and all. So new ones are turned away first, silently: whoever asks then asks again
//! a second later, and is refused, or comes to whoever listens there next. Those that were complete are accepted.

use std::io;
use std::net::TcpListener;

/// A hand on the listening socket of a server that accepts.
#[derive(Debug)]
pub(crate) struct Door(TcpListener);

impl Door {
    pub(crate) fn of(listener: &TcpListener) -> io::Result<Self> {
        listener.try_clone().map(Self)
    }

    /// Lets nobody in any more who is not in. Where the system cannot do that, they come in.
    pub(crate) fn shut(&self) {
        if let Err(error) = turn_newcomers_away(&self.0) {
            tracing::debug!(%error, "newcomers cannot be turned away before the end");
        }
    }
}

/// A filter of the classic Berkeley kind on the socket: of TCP packets, those are dropped that ask for a connection
/// (SYN without ACK). The answer that completes one passes.
#[cfg(target_os = "linux")]
fn turn_newcomers_away(listener: &TcpListener) -> io::Result<()> {
    use socket2::{SockFilter, SockRef};

    const LOAD_BYTE: u16 = 0x30;
    const AND: u16 = 0x54;
    const JUMP_IF_EQUAL: u16 = 0x15;
    const RETURN: u16 = 0x06;
    const FLAGS_AT: u32 = 13;
    const SYN: u32 = 0x02;
    const ACK: u32 = 0x10;
    SockRef::from(listener).attach_filter(&[
        SockFilter::new(LOAD_BYTE, 0, 0, FLAGS_AT),
        SockFilter::new(AND, 0, 0, SYN | ACK),
        SockFilter::new(JUMP_IF_EQUAL, 0, 1, SYN),
        SockFilter::new(RETURN, 0, 0, 0),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
    ])
}

#[cfg(not(target_os = "linux"))]
fn turn_newcomers_away(_: &TcpListener) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::net::TcpStream;
    use std::time::Duration;

    #[test]
    fn who_has_come_is_let_in_and_nobody_after() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let door = Door::of(&listener).unwrap();
        let early = TcpStream::connect(address).unwrap();
        door.shut();
        let late = TcpStream::connect_timeout(&address, Duration::from_millis(100));
        assert_eq!(late.err().map(|error| error.kind()), Some(io::ErrorKind::TimedOut));
        let (_, from) = listener.accept().unwrap();
        assert_eq!(from, early.local_addr().unwrap());
    }
}
