//! Where a request came from, no more exactly than is needed: a network, not a person's address.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A network: the /24 of an IPv4 address, the /64 of an IPv6 address. An IPv4 address written as IPv6 counts as IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place(IpAddr);

impl Place {
    /// The network of an address.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                Self(Ipv4Addr::new(a, b, c, 0).into())
            }
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(network) => write!(f, "{network}/24"),
            IpAddr::V6(network) => write!(f, "{network}/64"),
        }
    }
}

impl FromStr for Place {
    type Err = std::net::AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address = text.split('/').next().unwrap_or_default();
        address.parse().map(Self::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_a_place_and_it_reads_back() {
        let place = |text: &str| Place::of(text.parse().unwrap());
        assert_eq!(place("203.0.113.7").to_string(), "203.0.113.0/24");
        assert_eq!(place("::ffff:203.0.113.9"), place("203.0.113.7"));
        assert_eq!(
            place("2001:db8:1:2:3:4:5:6").to_string(),
            "2001:db8:1:2::/64"
        );
        assert_ne!(place("203.0.114.7"), place("203.0.113.7"));
        for one in ["203.0.113.7", "2001:db8::1"] {
            assert_eq!(place(one).to_string().parse(), Ok(place(one)));
        }
    }
}
