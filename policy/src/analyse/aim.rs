//! Whom a question is about: anybody, outsiders, strangers. What each must not be, as needs of a world.

use std::rc::Rc;

use super::domain::language::{Class, Pattern};
use super::frame::{Network, Who};
use super::need::{COLON, Need};
use super::world::{Literal, PRINCIPAL, World};
use super::zone::{OWNERS_ORGANIZATION, SECRET_HEADERS, TrustZone, Written};

/// What the request must be like, besides what the policies make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    /// Any well-formed request.
    Anything,
    /// Somebody outside the zone.
    Outsider,
    /// Somebody outside the zone of whom the policies know nothing.
    Stranger,
    /// The same, who also does not know the fixed header values.
    StrangerWithoutSecrets,
}

impl Aim {
    /// The needs of this aim in a world.
    pub(crate) fn literals(self, world: &mut World, zone: &TrustZone, written: &Written) -> Vec<Literal> {
        let mut literals = Vec::new();
        if self == Self::Anything {
            return literals;
        }
        let stranger = self != Self::Outsider;
        // Ids are given out in one spelling only; a condition that ignores case must not make another one of it.
        let none_of = |world: &mut World, key: &str, names: Vec<&String>| {
            let patterns: Vec<Pattern> = names
                .into_iter()
                .map(|name| Pattern::ignoring_case(name).unwrap_or_else(|| Pattern::literal(name)))
                .collect();
            world.require(key, Need::text_outside(patterns, true))
        };
        let accounts = || zone.accounts.iter().chain(written.accounts.iter().filter(|_| stranger)).collect::<Vec<_>>();
        let owners = OWNERS_ORGANIZATION.to_owned();
        let organizations = || {
            let known = written.organizations.iter().chain([&owners]).filter(|_| stranger);
            zone.organizations.iter().chain(known).collect::<Vec<_>>()
        };
        match world.frame.who.clone() {
            Who::Anonymous => {}
            // Whoever is known by name only is somebody in particular.
            Who::Named(_) => literals.push(Literal::Settled(!stranger)),
            Who::Service => {
                let names = zone.services.iter().map(|name| Pattern::literal(name)).collect::<Vec<_>>();
                literals.push(Literal::Need(PRINCIPAL, Rc::new(Need::text_outside(names, false))));
                literals.push(none_of(world, "aws:sourceaccount", accounts()));
                literals.push(none_of(world, "aws:sourceorgid", organizations()));
                let field = || Pattern::new().then_many(Class::except(COLON)).then_text(":");
                let of_account = |account: &String| {
                    Pattern::literal("arn:")
                        .then(&field())
                        .then(&field())
                        .then(&field())
                        .then_text(account)
                        .then_text(":")
                        .then(&Pattern::anything())
                };
                let sources = zone
                    .sources
                    .iter()
                    .chain(written.sources.iter().filter(|_| stranger))
                    .map(|arn| Pattern::literal(arn));
                let patterns: Vec<Pattern> = accounts().into_iter().map(of_account).chain(sources).collect();
                literals.push(world.require("aws:sourcearn", Need::text_outside(patterns, true)));
            }
            Who::Root | Who::User | Who::Role | Who::FederatedUser => {
                let mut patterns: Vec<Pattern> =
                    accounts().into_iter().map(|account| world.frame.of_account(account)).collect();
                if stranger {
                    patterns.extend(written.identities.iter().filter_map(|id| world.frame.of_unique_id(id)));
                }
                literals.push(Literal::Need(PRINCIPAL, Rc::new(Need::text_outside(patterns, false))));
                literals.push(none_of(world, "aws:principalorgid", organizations()));
            }
        }
        match world.frame.network {
            Network::Internet => {
                let mut barred = zone.addresses();
                if stranger {
                    barred = barred.union(&written.addresses);
                }
                literals.push(world.require("aws:sourceip", Need::outside(&barred)));
            }
            Network::Vpc => {
                let networks = |own: &[String]| {
                    own.iter().chain(written.networks.iter().filter(|_| stranger)).cloned().collect::<Vec<_>>()
                };
                literals.push(none_of(world, "aws:sourcevpc", networks(&zone.vpcs).iter().collect()));
                literals.push(none_of(world, "aws:sourcevpce", networks(&zone.endpoints).iter().collect()));
                literals.push(none_of(world, "aws:vpceaccount", accounts()));
                literals.push(none_of(world, "aws:vpceorgid", organizations()));
            }
            Network::Internal => {}
        }
        if self == Self::StrangerWithoutSecrets {
            for header in SECRET_HEADERS {
                let fixed = written.secrets.iter().filter(|(key, _, _)| *key == header);
                let patterns: Vec<Pattern> = fixed
                    .map(|(_, text, exact)| match exact {
                        true => Pattern::literal(text),
                        false => Pattern::ignoring_case(text).unwrap_or_else(|| Pattern::literal(text)),
                    })
                    .collect();
                if !patterns.is_empty() {
                    literals.push(world.require(header, Need::text_outside(patterns, true)));
                }
            }
        }
        literals
    }
}
