//! Arithmetic on address ranges.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::super::value::{Sort, Value};
use super::{Answer, Arguments, Function, function, variadic};

pub(super) const FUNCTIONS: &[Function] = &[
    function("cidrhost", 2, 2, cidrhost),
    function("cidrnetmask", 1, 1, cidrnetmask),
    function("cidrsubnet", 3, 3, cidrsubnet),
    variadic("cidrsubnets", 1, cidrsubnets),
];

/// A range of addresses.
#[derive(Debug, Clone, Copy)]
struct Range {
    base: u128,
    prefix: u32,
    /// 32 or 128.
    bits: u32,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let (address, bits) = match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        let prefix = prefix.parse().ok().filter(|prefix| *prefix <= bits)?;
        let range = Self { base: 0, prefix, bits };
        Some(Self { base: address & range.mask(), ..range })
    }

    fn mask(self) -> u128 {
        let host = self.bits - self.prefix;
        let all = if self.bits == 128 { u128::MAX } else { u128::from(u32::MAX) };
        if host >= 128 { 0 } else { all >> host << host }
    }

    /// How many addresses or networks there are in this many bits; all numbers fit 128 of them.
    fn room(bits: u32) -> u128 {
        1u128.checked_shl(bits).unwrap_or(u128::MAX)
    }

    fn address(self, value: u128) -> String {
        match self.bits {
            32 => Ipv4Addr::from(u32::try_from(value).unwrap_or(u32::MAX)).to_string(),
            _ => Ipv6Addr::from(value).to_string(),
        }
    }

    fn subnet(self, more: u32, number: u128) -> Option<Self> {
        let prefix = self.prefix.checked_add(more).filter(|prefix| *prefix <= self.bits)?;
        (number < Self::room(more)).then_some(())?;
        let shift = self.bits - prefix;
        let offset = if shift >= 128 { 0 } else { number << shift };
        Some(Self { base: self.base | offset, prefix, ..self })
    }

    fn text(self) -> String {
        format!("{}/{}", self.address(self.base), self.prefix)
    }
}

fn range(arguments: &Arguments<'_, '_>) -> Result<Option<Range>, super::Failure> {
    let Some(text) = arguments.text(0)? else { return Ok(None) };
    match Range::parse(&text) {
        Some(range) => Ok(Some(range)),
        None => arguments.fail(format!("`{text}` is no range of addresses")),
    }
}

fn cidrhost(arguments: &Arguments<'_, '_>) -> Answer {
    let (Some(range), Some(number)) = (range(arguments)?, arguments.integer(1)?) else { return Ok(None) };
    let room = Range::room(range.bits - range.prefix);
    let magnitude = u128::from(number.unsigned_abs());
    let host = match number < 0 {
        true => room.checked_sub(magnitude),
        false => Some(magnitude).filter(|host| *host < room),
    };
    match host {
        Some(host) => arguments.make_text(range.address(range.base | host)),
        None => arguments.fail(format!("`{}` has no address {number}", range.text())),
    }
}

fn cidrnetmask(arguments: &Arguments<'_, '_>) -> Answer {
    match range(arguments)? {
        Some(range) if range.bits == 32 => arguments.make_text(range.address(range.mask())),
        Some(_) => arguments.fail("only a range of IPv4 has a mask"),
        None => Ok(None),
    }
}

fn cidrsubnet(arguments: &Arguments<'_, '_>) -> Answer {
    let (Some(range), Some(more), Some(number)) = (range(arguments)?, arguments.integer(1)?, arguments.integer(2)?)
    else {
        return Ok(None);
    };
    let more = u32::try_from(more).ok();
    match more.zip(u128::try_from(number).ok()).and_then(|(more, number)| range.subnet(more, number)) {
        Some(subnet) => arguments.make_text(subnet.text()),
        None => arguments.fail(format!("`{}` has no such subnet", range.text())),
    }
}

/// One subnet behind the other, each on its own boundary.
fn cidrsubnets(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(range) = range(arguments)? else { return Ok(None) };
    let mut subnets = Vec::new();
    let mut next = range.base;
    for at in 1..arguments.count() {
        let Some(more) = arguments.integer(at)? else { return Ok(None) };
        let subnet = u32::try_from(more).ok().and_then(|more| range.subnet(more, 0));
        let Some(subnet) = subnet else { return arguments.fail(format!("`{}` has no such subnet", range.text())) };
        let size = Range::room(subnet.bits - subnet.prefix);
        let base = next.div_ceil(size).saturating_mul(size);
        if base & range.mask() != range.base {
            return arguments.fail(format!("the subnets do not fit into `{}`", range.text()));
        }
        subnets.push(Value::text(Range { base, ..subnet }.text(), arguments.span));
        next = base.saturating_add(size);
    }
    arguments.make_sequence(Sort::List, subnets)
}
