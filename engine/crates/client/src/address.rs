//! Which addresses may be connected to: an operator's typing error, or a partner's name server, must
//! not turn the hub into a way into the network behind it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use thiserror::Error;

/// Which addresses a client may connect to. It is asked about the very address that the connection
/// is then made to, after its name was resolved.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct AddressPolicy {
    any: bool,
    allowed: Vec<AddressRange>,
}

impl AddressPolicy {
    /// Addresses of the public internet alone: none that is private, of this machine, of the link, of
    /// a cloud's metadata service, shared, multicast or reserved, in whatever form it is written.
    #[must_use]
    pub const fn public() -> Self {
        Self { any: false, allowed: Vec::new() }
    }

    /// Every address: where the operator of the command stands inside the network anyway.
    #[must_use]
    pub const fn any() -> Self {
        Self { any: true, allowed: Vec::new() }
    }

    /// These addresses too.
    #[must_use]
    pub fn allow(mut self, range: AddressRange) -> Self {
        self.allowed.push(range);
        self
    }

    /// Whether this address may be connected to.
    #[must_use]
    pub fn permits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.any || is_public(address) || self.allowed.iter().any(|range| range.contains(address))
    }
}

/// A range of addresses, written `10.1.0.0/16` or as a single address.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AddressRange {
    first: IpAddr,
    prefix: u8,
}

impl AddressRange {
    /// Whether an address lies in it.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let shift = 32_u32.saturating_sub(self.prefix.into());
                first.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let shift = 128_u32.saturating_sub(self.prefix.into());
                first.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
            }
            _ => false,
        }
    }
}

impl FromStr for AddressRange {
    type Err = ParseAddressRangeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, prefix) = match text.split_once('/') {
            Some((first, prefix)) => (first, Some(prefix)),
            None => (text, None),
        };
        let first: IpAddr = first.parse().map_err(|_| ParseAddressRangeError)?;
        let longest = if first.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), str::parse).map_err(|_| ParseAddressRangeError)?;
        if prefix > longest || first != first.to_canonical() {
            return Err(ParseAddressRangeError);
        }
        Ok(Self { first, prefix })
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

/// The text is no range of addresses.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not a range of addresses such as 10.1.0.0/16 or fd00::/8")]
pub struct ParseAddressRangeError;

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// What the IANA registry of special-purpose addresses (RFC 6890) leaves.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)    // this network, private, loopback, multicast, reserved
            | (100, 64..=127, _)            // carrier-grade NAT; some clouds' metadata
            | (169, 254, _)                 // link-local; most clouds' metadata
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)               // protocol assignments, documentation
            | (192, 88, 99)                 // 6to4 relays
            | (192, 168, _)
            | (198, 18..=19, _)             // benchmarks
            | (198, 51, 100)                // documentation
            | (203, 0, 113) // documentation
    );
    !special && address != AZURE_HOST
}

/// Global unicast is 2000::/3; what lies in it without being the internet is taken out.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let embedded = |high: u16, low: u16| {
        is_public_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
    };
    match (a, b) {
        // NAT64 (RFC 6052): reaches the address inside it.
        (0x64, 0xff9b) if [c, d, e, f] == [0; 4] => embedded(g, h),
        // 6to4: likewise.
        (0x2002, high) => embedded(high, c),
        (0x2001, 0..=0x1ff | 0xdb8) => false, // protocol assignments, Teredo; documentation
        (0x3fff, 0..=0xfff) => false,         // documentation
        _ => (0x2000..=0x3fff).contains(&a),
    }
}

/// A public address that answers only inside one cloud, with its machines' secrets.
const AZURE_HOST: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

#[cfg(test)]
mod tests {
    use super::*;

    fn permits(policy: &AddressPolicy, address: &str) -> bool {
        policy.permits(address.parse().expect("an address"))
    }

    #[test]
    fn only_the_public_internet_is_public() {
        let public = AddressPolicy::public();
        for address in
            ["9.9.9.9", "172.15.0.1", "172.32.0.1", "100.63.0.1", "192.0.1.1", "2620:fe::9"]
        {
            assert!(permits(&public, address), "{address}");
        }
        for address in ["::ffff:9.9.9.9", "64:ff9b::9.9.9.9", "2002:909:909::1", "2001:4860::1"] {
            assert!(permits(&public, address), "{address}");
        }
    }

    #[test]
    fn what_lies_behind_the_hub_is_refused_in_every_form() {
        let inner = [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "239.1.1.1",
            "255.255.255.255",
        ];
        let public = AddressPolicy::public();
        for address in inner {
            let v4: Ipv4Addr = address.parse().expect("an address");
            let [a, b] = [v4.to_bits() >> 16, v4.to_bits() & 0xffff];
            let forms = [
                address.to_owned(),
                format!("::ffff:{address}"),
                format!("::{address}"),
                format!("64:ff9b::{address}"),
                format!("2002:{a:x}:{b:x}::1"),
            ];
            for form in forms {
                assert!(!permits(&public, &form), "{form}");
            }
        }
        for address in [
            "::",
            "::1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!permits(&public, address), "{address}");
        }
    }

    #[test]
    fn what_is_allowed_is_allowed_in_its_mapped_form_too() {
        let range = |text: &str| text.parse::<AddressRange>().expect("a range");
        let policy = AddressPolicy::public().allow(range("10.1.0.0/16")).allow(range("fd00::1"));
        for address in ["10.1.255.1", "::ffff:10.1.0.1", "fd00::1", "9.9.9.9"] {
            assert!(permits(&policy, address), "{address}");
        }
        for address in ["10.2.0.1", "fd00::2", "127.0.0.1"] {
            assert!(!permits(&policy, address), "{address}");
        }
        assert!(permits(&AddressPolicy::public().allow(range("0.0.0.0/0")), "10.2.0.1"));
        assert!(!permits(&AddressPolicy::public().allow(range("0.0.0.0/0")), "fd00::1"));
        assert!(permits(&AddressPolicy::any(), "127.0.0.1"));
        for text in ["", "10.0.0.0/33", "fd00::/129", "10.0.0/8", "::ffff:10.0.0.0/104", "a/8"] {
            assert!(text.parse::<AddressRange>().is_err(), "{text}");
        }
    }
}
