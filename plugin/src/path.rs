//! Where in a value: attribute names, list indexes and map keys, from the root of a block.

use std::fmt;

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// An attribute of an object, or a block type.
    Attribute(String),
    /// An element of a list or tuple.
    Index(usize),
    /// An element of a map.
    Key(String),
}

/// A path from the root of a resource's block. Elements of sets have no address: such a path ends at the set.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(Vec<Step>);

impl Path {
    /// The root.
    pub fn root() -> Path {
        Path::default()
    }

    /// The path of a top-level attribute or block.
    pub fn attribute(name: impl Into<String>) -> Path {
        Path::root().name(name)
    }

    /// This path and then an attribute.
    pub fn name(&self, name: impl Into<String>) -> Path {
        self.with(Step::Attribute(name.into()))
    }

    /// This path and then a list element.
    pub fn index(&self, index: usize) -> Path {
        self.with(Step::Index(index))
    }

    /// This path and then a map element.
    pub fn key(&self, key: impl Into<String>) -> Path {
        self.with(Step::Key(key.into()))
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// `"path: "`, or nothing at the root; for messages that may or may not have a place.
    pub(crate) fn prefix(&self) -> String {
        if self.0.is_empty() { String::new() } else { format!("{self}: ") }
    }

    fn with(&self, step: Step) -> Path {
        let mut steps = self.0.clone();
        steps.push(step);
        Path(steps)
    }
}

impl fmt::Display for Path {
    /// As the Terraform language writes it: `rule[0].allowed_origins`, `tags["Name"]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if at == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_as_terraform_writes_it() {
        let path = Path::attribute("rule").index(0).name("tags").key("Name");
        assert_eq!(path.to_string(), r#"rule[0].tags["Name"]"#);
        assert_eq!(Path::root().prefix(), "");
    }
}
