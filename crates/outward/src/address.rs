//! Which addresses nothing is sent to, and what they are.
//!
//! After IANA's registries of special-purpose addresses (RFC 6890 and its successors) and the address
//! spaces themselves. Of IPv6 only global unicast (`2000::/3`) is left, less what is special within. An
//! address that carries an IPv4 address inside (mapped, translated, tunnelled) is refused whatever it
//! carries: no public host needs to be named that way.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What the address is, when it is no ordinary public one.
pub(crate) fn peculiarity(address: IpAddr) -> Option<&'static str> {
    let special = SPECIAL.iter().find(|(network, _)| network.contains(&address)).map(|(_, what)| *what);
    special.or_else(|| (!is_unicast(address)).then_some("outside of the public address space"))
}

/// Within the spaces public hosts have their addresses from.
fn is_unicast(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => true,
        IpAddr::V6(address) => address.segments()[0] & 0xe000 == 0x2000,
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix))
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix))
}

const MAPPED: IpNet = IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96));
const TRANSLATED: IpNet = IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0), 96));
const LOOPBACK: IpNet = IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128));
const UNSPECIFIED: IpNet = IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 128));

/// The first that contains the address says what it is.
const SPECIAL: &[(IpNet, &str)] = &[
    (v4(0, 0, 0, 0, 8), "an address of \"this network\""),
    (v4(10, 0, 0, 0, 8), "an address of a private network"),
    (v4(100, 64, 0, 0, 10), "an address behind a carrier's translation"),
    (v4(127, 0, 0, 0, 8), "a loopback address"),
    (v4(168, 63, 129, 16, 32), "an address of a cloud's own services"),
    (v4(169, 254, 0, 0, 16), "a link-local address"),
    (v4(172, 16, 0, 0, 12), "an address of a private network"),
    (v4(192, 0, 0, 0, 24), "an address kept for protocols"),
    (v4(192, 0, 2, 0, 24), "an address for documentation"),
    (v4(192, 31, 196, 0, 24), "an address kept for AS112"),
    (v4(192, 52, 193, 0, 24), "an address kept for multicast tunnels"),
    (v4(192, 88, 99, 0, 24), "an address kept for 6to4"),
    (v4(192, 168, 0, 0, 16), "an address of a private network"),
    (v4(192, 175, 48, 0, 24), "an address kept for AS112"),
    (v4(198, 18, 0, 0, 15), "an address for benchmarks"),
    (v4(198, 51, 100, 0, 24), "an address for documentation"),
    (v4(203, 0, 113, 0, 24), "an address for documentation"),
    (v4(224, 0, 0, 0, 4), "a multicast address"),
    (v4(255, 255, 255, 255, 32), "the broadcast address"),
    (v4(240, 0, 0, 0, 4), "an address kept for the future"),
    (UNSPECIFIED, "the unspecified address"),
    (LOOPBACK, "a loopback address"),
    (MAPPED, "an IPv4 address within IPv6"),
    (TRANSLATED, "an IPv4 address within IPv6"),
    (v6(0, 0, 0, 96), "an IPv4 address within IPv6"),
    (v6(0x64, 0xff9b, 0, 96), "an address translated to IPv4"),
    (v6(0x64, 0xff9b, 1, 48), "an address translated to IPv4"),
    (v6(0x100, 0, 0, 64), "an address whose packets are discarded"),
    (v6(0x2001, 0, 0, 32), "an address of a Teredo tunnel"),
    (v6(0x2001, 2, 0, 48), "an address for benchmarks"),
    (v6(0x2001, 0, 0, 23), "an address kept for protocols"),
    (v6(0x2001, 0xdb8, 0, 32), "an address for documentation"),
    (v6(0x2002, 0, 0, 16), "an address of a 6to4 tunnel"),
    (v6(0x2620, 0x4f, 0x8000, 48), "an address kept for AS112"),
    (v6(0x3fff, 0, 0, 20), "an address for documentation"),
    (v6(0x5f00, 0, 0, 16), "an address of segment routing"),
    (v6(0xfc00, 0, 0, 7), "an address of a private network"),
    (v6(0xfe80, 0, 0, 10), "a link-local address"),
    (v6(0xfec0, 0, 0, 10), "a site-local address"),
    (v6(0xff00, 0, 0, 8), "a multicast address"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<&'static str> {
        peculiarity(text.parse().unwrap())
    }

    #[test]
    fn hosts_of_the_public_internet_are_ordinary() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "93.184.215.14",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2400:cb00::1",
            "2606:4700:4700::1111",
            "2a00:1450:4001::8a",
        ] {
            assert_eq!(of(address), None, "{address}");
        }
    }

    #[test]
    fn the_edges_of_special_networks_are_within() {
        for address in [
            "0.0.0.0",
            "0.255.255.255",
            "10.255.255.255",
            "100.64.0.0",
            "100.127.255.255",
            "127.255.255.255",
            "169.254.169.254",
            "172.31.255.255",
            "192.0.0.255",
            "192.168.255.255",
            "198.19.255.255",
            "239.255.255.255",
            "240.0.0.0",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
            "100::1",
            "1fff:ffff::1",
            "2001::1",
            "2001:1ff:ffff::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff:fff:ffff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fdff::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(of(address).is_some(), "{address}");
        }
        assert_eq!(of("255.255.255.255"), Some("the broadcast address"));
        assert_eq!(of("4000::1"), Some("outside of the public address space"));
    }
}
