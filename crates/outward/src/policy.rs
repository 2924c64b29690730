//! What the operator allows beside public hosts over TLS.

use crate::{OutwardError, address, name};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::IpAddr;

/// What is allowed beyond public hosts over `https`; by default nothing.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Plain `http` too.
    pub allow_http: bool,
    /// Networks whose addresses may be connected to although they are not public.
    pub allowed_networks: Vec<IpNet>,
}

/// Where a host may turn out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Anywhere in public, and in the networks that are allowed.
    Anywhere,
    /// Only in the networks that are allowed: its name means nothing elsewhere.
    AllowedNetworks,
}

impl Reach {
    pub(crate) fn of(host: &str) -> Self {
        if name::is_local(host) { Self::AllowedNetworks } else { Self::Anywhere }
    }
}

impl Policy {
    /// Every network, with and without TLS: for hosts the operator himself has named as ours to ask.
    pub fn everywhere() -> Self {
        let all = [IpNet::V4(Ipv4Net::default()), IpNet::V6(Ipv6Net::default())];
        Self { allow_http: true, allowed_networks: all.to_vec() }
    }

    /// Whether a host of that reach may have the address.
    pub(crate) fn admit(&self, address: IpAddr, reach: Reach) -> Result<(), OutwardError> {
        if self.allowed_networks.iter().any(|network| network.contains(&address)) {
            return Ok(());
        }
        match (address::peculiarity(address), reach) {
            (Some(what), _) => Err(OutwardError::Address(what)),
            (None, Reach::Anywhere) => Ok(()),
            (None, Reach::AllowedNetworks) => Err(OutwardError::Address("outside of the networks allowed")),
        }
    }
}
