//! The table of condition operators.
//!
//! An operator of a policy is a row of [`OPERATORS`] plus a set qualifier before it (`ForAllValues:`, `ForAnyValue:`) and
//! `IfExists` behind it. A new operator is a row here and a function in its family's file.

use std::cmp::Ordering;
use std::fmt;

/// An operator as a policy names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operator {
    /// The qualifier before the colon.
    pub set: Option<SetQualifier>,
    /// What is compared, and how.
    pub row: &'static OperatorRow,
    /// Whether the condition holds when the request lacks the key.
    pub if_exists: bool,
}

/// How a condition treats a key that may have several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetQualifier {
    /// `ForAllValues:`: every value of the request satisfies the condition; so does having none.
    ForAllValues,
    /// `ForAnyValue:`: some value of the request satisfies the condition.
    ForAnyValue,
}

/// A row of the operator table.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct OperatorRow {
    /// Its name without qualifier and `IfExists`.
    pub name: &'static str,
    /// The relation between a value of the request and one of the policy.
    pub relation: Relation,
    /// Whether the condition asks that no value of the policy is in that relation.
    pub negated: bool,
}

/// A relation between one value of the request and one of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The same code units.
    StringEquals,
    /// The same after lower-casing.
    StringEqualsIgnoreCase,
    /// Matches a pattern of `*` and `?`.
    StringLike,
    /// Decimal numbers in this order.
    Numeric(Order),
    /// Instants in this order.
    Date(Order),
    /// The same truth value.
    Bool,
    /// The same base64 text.
    BinaryEquals,
    /// An address within a network.
    IpAddress,
    /// An ARN that matches field by field. `ArnEquals` and `ArnLike` are the same.
    ArnLike,
    /// Absence (`true`) or presence (`false`) of the key.
    Null,
}

/// The families of operators; each has a file of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Text.
    String,
    /// Decimal numbers.
    Numeric,
    /// Instants.
    Date,
    /// Truth values.
    Bool,
    /// Base64 text.
    Binary,
    /// Addresses.
    Ip,
    /// Resource names.
    Arn,
    /// Presence.
    Null,
}

/// An order relation: request value `<relation>` policy value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Order {
    /// `=`
    Equal,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Order {
    /// Whether a comparison with this outcome satisfies the relation.
    #[must_use]
    pub fn admits(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

impl Relation {
    /// The family the relation belongs to.
    #[must_use]
    pub fn family(self) -> Family {
        match self {
            Self::StringEquals | Self::StringEqualsIgnoreCase | Self::StringLike => Family::String,
            Self::Numeric(_) => Family::Numeric,
            Self::Date(_) => Family::Date,
            Self::Bool => Family::Bool,
            Self::BinaryEquals => Family::Binary,
            Self::IpAddress => Family::Ip,
            Self::ArnLike => Family::Arn,
            Self::Null => Family::Null,
        }
    }
}

const fn row(name: &'static str, relation: Relation) -> OperatorRow {
    OperatorRow { name, relation, negated: false }
}

const fn negated(name: &'static str, relation: Relation) -> OperatorRow {
    OperatorRow { name, relation, negated: true }
}

/// Every operator there is.
pub static OPERATORS: &[OperatorRow] = &[
    row("StringEquals", Relation::StringEquals),
    negated("StringNotEquals", Relation::StringEquals),
    row("StringEqualsIgnoreCase", Relation::StringEqualsIgnoreCase),
    negated("StringNotEqualsIgnoreCase", Relation::StringEqualsIgnoreCase),
    row("StringLike", Relation::StringLike),
    negated("StringNotLike", Relation::StringLike),
    row("NumericEquals", Relation::Numeric(Order::Equal)),
    negated("NumericNotEquals", Relation::Numeric(Order::Equal)),
    row("NumericLessThan", Relation::Numeric(Order::Less)),
    row("NumericLessThanEquals", Relation::Numeric(Order::LessOrEqual)),
    row("NumericGreaterThan", Relation::Numeric(Order::Greater)),
    row("NumericGreaterThanEquals", Relation::Numeric(Order::GreaterOrEqual)),
    row("DateEquals", Relation::Date(Order::Equal)),
    negated("DateNotEquals", Relation::Date(Order::Equal)),
    row("DateLessThan", Relation::Date(Order::Less)),
    row("DateLessThanEquals", Relation::Date(Order::LessOrEqual)),
    row("DateGreaterThan", Relation::Date(Order::Greater)),
    row("DateGreaterThanEquals", Relation::Date(Order::GreaterOrEqual)),
    row("Bool", Relation::Bool),
    row("BinaryEquals", Relation::BinaryEquals),
    row("IpAddress", Relation::IpAddress),
    negated("NotIpAddress", Relation::IpAddress),
    row("ArnEquals", Relation::ArnLike),
    negated("ArnNotEquals", Relation::ArnLike),
    row("ArnLike", Relation::ArnLike),
    negated("ArnNotLike", Relation::ArnLike),
    row("Null", Relation::Null),
];

impl Operator {
    /// Looks an operator up by its full name (`ForAnyValue:StringLikeIfExists`). Names are case-sensitive, and `Null`
    /// takes no `IfExists`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (set, name) = match name.split_once(':') {
            Some(("ForAllValues", name)) => (Some(SetQualifier::ForAllValues), name),
            Some(("ForAnyValue", name)) => (Some(SetQualifier::ForAnyValue), name),
            Some(_) => return None,
            None => (None, name),
        };
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let row = OPERATORS.iter().find(|row| row.name == name)?;
        (row.relation != Relation::Null || !if_exists).then_some(Self { set, row, if_exists })
    }

    /// The relation between values.
    #[must_use]
    pub fn relation(self) -> Relation {
        self.row.relation
    }

    /// The family of the relation.
    #[must_use]
    pub fn family(self) -> Family {
        self.row.relation.family()
    }

    /// Whether no value of the policy may be in the relation.
    #[must_use]
    pub fn negated(self) -> bool {
        self.row.negated
    }
}

/// The full name.
impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.set {
            Some(SetQualifier::ForAllValues) => "ForAllValues:",
            Some(SetQualifier::ForAnyValue) => "ForAnyValue:",
            None => "",
        })?;
        f.write_str(self.row.name)?;
        f.write_str(if self.if_exists { "IfExists" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_by_every_spelling_of_its_name() {
        for row in OPERATORS {
            for set in ["", "ForAllValues:", "ForAnyValue:"] {
                for suffix in ["", "IfExists"] {
                    let name = format!("{set}{}{suffix}", row.name);
                    let found = Operator::parse(&name);
                    if row.relation == Relation::Null && suffix == "IfExists" {
                        assert_eq!(found, None, "{name}");
                    } else {
                        assert_eq!(found.map(|operator| operator.to_string()), Some(name));
                    }
                }
            }
        }
    }

    #[test]
    fn other_names_are_refused() {
        for name in [
            "",
            "stringequals",
            "StringEqual",
            "ForSomeValues:StringLike",
            "forAnyValue:StringLike",
            "IfExists",
            "StringEqualsIfExistsIfExists",
        ] {
            assert_eq!(Operator::parse(name), None, "{name}");
        }
    }
}
