//! Which addresses a webhook may not reach: everything inside the house.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is private, local, reserved or otherwise none of the
/// public internet.
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => private_v4(v4),
        IpAddr::V6(v6) => private_v6(v6),
    }
}

fn private_v4(a: Ipv4Addr) -> bool {
    let [first, second, third, _] = a.octets();
    a.is_private()
        || a.is_loopback()
        || a.is_link_local()
        || a.is_broadcast()
        || a.is_documentation()
        || first == 0
        // Shared by carriers (100.64/10).
        || (first == 100 && (64..128).contains(&second))
        // Protocol assignments (192.0.0/24), the old 6to4 relay, benchmarks (198.18/15).
        || (first == 192 && second == 0 && third == 0)
        || (first == 192 && second == 88 && third == 99)
        || (first == 198 && (18..20).contains(&second))
        // Multicast and all above.
        || first >= 224
}

fn private_v6(a: Ipv6Addr) -> bool {
    if let Some(v4) = a.to_ipv4_mapped() {
        return private_v4(v4);
    }
    let s = a.segments();
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        private_v4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        // Unspecified, loopback and IPv4-compatible.
        [0, 0, 0, 0, 0, 0, _, _] => true,
        // NAT64 and 6to4 carry an IPv4 address.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => embedded(high, low),
        [0x64, 0xff9b, ..] => true,
        // Discard, Teredo and its like, documentation.
        [0x100, 0, 0, 0, ..] => true,
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => true,
        [0x3fff, second, ..] if second < 0x1000 => true,
        // Only 2000::/3 is the public internet.
        [first, ..] => first & 0xe000 != 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_reached() {
        for (text, expected) in [
            ("127.0.0.1", true),
            ("10.1.2.3", true),
            ("172.16.0.1", true),
            ("172.32.0.1", false),
            ("192.168.1.1", true),
            ("169.254.169.254", true),
            ("100.64.0.1", true),
            ("0.0.0.0", true),
            ("224.0.0.1", true),
            ("255.255.255.255", true),
            ("198.18.0.1", true),
            ("93.184.216.34", false),
            ("1.1.1.1", false),
            ("::1", true),
            ("::", true),
            ("::ffff:127.0.0.1", true),
            ("::ffff:1.1.1.1", false),
            ("::7f00:1", true),
            ("fe80::1", true),
            ("fc00::1", true),
            ("fd12::1", true),
            ("ff02::1", true),
            ("64:ff9b::7f00:1", true),
            ("64:ff9b::101:101", false),
            ("2002:7f00:1::", true),
            ("2001:db8::1", true),
            ("2001::1", true),
            ("2606:4700:4700::1111", false),
        ] {
            assert_eq!(is_private(text.parse().expect("an address")), expected, "{text}");
        }
    }
}
