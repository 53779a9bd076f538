//! Provider functions: pure, offline, callable without a configured provider. A function is data and a Rust function.

use crate::types::Type;
use crate::value::Value;

/// A function of the provider.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name, called as `provider::<provider>::<name>`.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Markdown.
    pub description: &'static str,
    /// Positional parameters.
    pub parameters: Vec<Parameter>,
    /// The parameter that takes every further argument.
    pub variadic: Option<Parameter>,
    /// The type of the result.
    pub returns: Type,
    /// The function itself; arguments are known, and fit the parameters' types.
    pub call: fn(&[Value]) -> Result<Value, FunctionError>,
}

/// A parameter of a function. Terraform answers unknown to an unknown argument without a call, and refuses null where it is not
/// allowed.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name, unique in the function.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// Markdown.
    pub description: &'static str,
    /// Null may be given; else Terraform itself refuses it.
    pub allow_null: bool,
}

impl Parameter {
    /// A parameter that takes no null.
    pub fn new(name: &'static str, ty: Type, description: &'static str) -> Parameter {
        Parameter { name, ty, description, allow_null: false }
    }
}

/// Why a function has no result for its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// What is wrong and what to write instead.
    pub text: String,
    /// The argument at fault, from 0.
    pub argument: Option<usize>,
}

impl FunctionError {
    /// An error of one argument.
    pub fn argument(index: usize, text: impl Into<String>) -> FunctionError {
        FunctionError { text: text.into(), argument: Some(index) }
    }
}
