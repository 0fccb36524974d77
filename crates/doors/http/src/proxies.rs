//! Behind proxies: whose word on the client's address counts.

use std::net::IpAddr;
use std::str::FromStr;

use axum::http::HeaderMap;

/// Networks whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    bits: u8,
}

impl FromStr for TrustedProxies {
    type Err = String;

    /// Reads `10.0.0.0/8, 192.0.2.7`.
    fn from_str(text: &str) -> Result<TrustedProxies, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(network).collect::<Result<_, _>>().map(TrustedProxies)
    }
}

fn network(text: &str) -> Result<Network, String> {
    let wrong = || format!("{text} is no address or network such as 10.0.0.0/8");
    let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = match bits {
        None => most,
        Some(bits) => bits.parse().ok().filter(|b| *b <= most).ok_or_else(wrong)?,
    };
    Ok(Network { address, bits })
}

impl Network {
    fn holds(self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(a)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                net.to_bits() & mask == a.to_bits() & mask
            }
            (IpAddr::V6(net), IpAddr::V6(a)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                net.to_bits() & mask == a.to_bits() & mask
            }
            _ => false,
        }
    }
}

impl TrustedProxies {
    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(address))
    }

    /// The client's address: the peer's, or, where the peer is a trusted
    /// proxy, the last one it names that is not a trusted proxy itself.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.trusts(client) {
            return client;
        }
        let lines = headers.get_all("x-forwarded-for").into_iter();
        let named: Vec<&str> =
            lines.filter_map(|v| v.to_str().ok()).flat_map(|line| line.split(',')).collect();
        for name in named.into_iter().rev() {
            // What cannot be read was not written by a proxy of ours.
            let Ok(address) = name.trim().parse::<IpAddr>() else { break };
            client = address.to_canonical();
            if !self.trusts(client) {
                break;
            }
        }
        client
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted: TrustedProxies = "10.0.0.0/8, 192.0.2.7, fd00::/8".parse().expect("networks");
        for (peer, forwarded, expected) in [
            ("203.0.113.9", "1.1.1.1", "203.0.113.9"),
            ("10.1.2.3", "1.1.1.1", "1.1.1.1"),
            ("10.1.2.3", "6.6.6.6, 1.1.1.1", "1.1.1.1"),
            ("10.1.2.3", "1.1.1.1, 192.0.2.7, 10.9.9.9", "1.1.1.1"),
            ("10.1.2.3", "nonsense", "10.1.2.3"),
            ("::ffff:10.1.2.3", "1.1.1.1", "1.1.1.1"),
            ("fd00::1", "2001:db8::1", "2001:db8::1"),
            ("192.0.2.8", "1.1.1.1", "192.0.2.8"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().expect("a header"));
            let peer = peer.parse().expect("an address");
            assert_eq!(trusted.client(peer, &headers).to_string(), expected, "{forwarded}");
        }
        assert!("10.0.0.0/33".parse::<TrustedProxies>().is_err());
        assert!("proxy".parse::<TrustedProxies>().is_err());
        assert_eq!("".parse(), Ok(TrustedProxies::default()));
    }
}
