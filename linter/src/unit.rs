//! What inputs hand to rules: containers and the documents attached to them, in the API's shapes, whatever language they were written in.
//!
//! A value is a [`Node`] of `mediastore_policy`: partly known, with its place. Inputs evaluate and normalise (attribute names, blocks,
//! functions); rules judge. Neither side knows the other. Nothing here reads files.

use mediastore_policy::json::Node;
use mediastore_policy::problem::Problem;
use mediastore_policy::span::Span;

use crate::source::{Sources, Syntax};

/// Things that are judged together: a Terraform root module with the local modules it calls, a plan, a template, one JSON document.
#[derive(Debug, Clone, Default)]
pub struct Unit {
    /// The texts that every place of the unit lies in.
    pub sources: Sources,
    /// Containers, one per instance of `count` and `for_each`.
    pub containers: Vec<Container>,
    /// Documents attached to containers, or standing alone.
    pub documents: Vec<Document>,
    /// Resources that look like MediaStore's but are none of a known type.
    pub strangers: Vec<Stranger>,
    /// What could not be read or evaluated. Each is a finding, and each of a broken kind makes the run exit with 3.
    pub faults: Vec<Fault>,
}

/// The tool whose resource something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// `mediastore_*` of this project's provider.
    Mediastore,
    /// `aws_media_store_*` of hashicorp/aws.
    HashicorpAws,
    /// `AWS::MediaStore::Container`.
    CloudFormation,
    /// A document of its own, with no resource around it.
    Raw,
}

/// Where something was declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The tool.
    pub dialect: Dialect,
    /// `mediastore_container.live`, `module.live.aws_media_store_container.this["a"]`, a logical id; for a raw document its path.
    pub address: String,
    /// The header of the block or the key of the resource: what is underlined when the whole is meant. Default where it has no place.
    pub span: Span,
    /// The body of the block or resource, for attributes to be added to.
    pub body: Span,
}

/// A container.
#[derive(Debug, Clone)]
pub struct Container {
    /// Where it was declared.
    pub origin: Origin,
    /// Its name.
    pub name: Node,
    /// Region and account, where the source says them (plan JSON, provider block).
    pub region: Option<String>,
    /// The owner's account id.
    pub account: Option<String>,
    /// Its tags as an object of strings, provider defaults included; an object without members if there are none.
    pub tags: Node,
    /// Whether access logging is on; nothing where the resource does not say.
    pub access_logging: Option<Node>,
    /// Whether objects are deleted with it; nothing where the resource does not say.
    pub force_destroy: Option<Node>,
    /// Its properties as a template writes them, functions not worked out, for tags to be changed there. None of other languages.
    pub written: Option<Node>,
}

/// What kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// A container policy.
    Policy,
    /// CORS rules: a list of objects with `AllowedOrigins`, `AllowedMethods`, ... as in the API.
    Cors,
    /// An object lifecycle policy, with `rules`.
    Lifecycle,
    /// A metric policy: an object with `ContainerLevelMetrics` and `MetricPolicyRules`, as in the API.
    Metric,
}

/// The container that a document is attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// One of this unit, by index.
    Here(usize),
    /// One elsewhere, by its name, perhaps partly known.
    Elsewhere(Box<Node>),
    /// Not known; raw documents do not say.
    Unknown,
}

/// A document and the container it is attached to.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its kind.
    pub kind: DocumentKind,
    /// The resource that attaches it.
    pub origin: Origin,
    /// Whose it is.
    pub owner: Owner,
    /// The document as far as it could be read, its places being those of the unit. None if its text is no JSON at all.
    pub body: Option<Node>,
    /// What is wrong with its text, from reading JSON. (What is wrong with its meaning is for rules to say.)
    pub problems: Vec<Problem>,
    /// The place of the whole value in the source.
    pub span: Span,
    /// The document as the API will get it, if it is wholly known.
    pub text: Option<String>,
    /// In which syntax an edit of the body has to be written: HCL for `jsonencode` and blocks, JSON for files and heredocs. None if the
    /// places of the body are not where its text is spelled out (escaped text, values put together), so that it cannot be edited.
    pub editable: Option<Syntax>,
}

/// A resource of a type that does not exist.
#[derive(Debug, Clone)]
pub struct Stranger {
    /// Where it was declared.
    pub origin: Origin,
    /// The type as written.
    pub type_name: String,
    /// The place of the type's name.
    pub span: Span,
}

/// How many faults the evaluation of one unit tells.
pub(crate) const MOST_FAULTS: usize = 1000;

/// Why part of the input is not judged.
#[derive(Debug, Clone)]
pub struct Fault {
    /// What it is.
    pub kind: FaultKind,
    /// One sentence, without a full stop.
    pub message: String,
    /// Its place; default where the whole input is meant, whose path then starts the message.
    pub span: Span,
    /// What to do about it.
    pub help: Option<String>,
}

/// What kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// Unreadable or not of its language: the run exits with 3.
    Broken,
    /// Legal, but not evaluated: a cycle, a module from elsewhere, too many instances. The answer is incomplete, and says so.
    NotEvaluated,
}

impl Unit {
    /// Where everything was declared.
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        let containers = self.containers.iter().map(|it| &it.origin);
        let documents = self.documents.iter().map(|it| &it.origin);
        containers.chain(documents).chain(self.strangers.iter().map(|it| &it.origin))
    }

    /// How much of it could not be read.
    #[must_use]
    pub fn broken(&self) -> usize {
        self.faults.iter().filter(|fault| fault.kind == FaultKind::Broken).count()
    }

    /// The documents of one container.
    pub fn documents_of(&self, container: usize) -> impl Iterator<Item = &Document> {
        self.documents.iter().filter(move |document| document.owner == Owner::Here(container))
    }

    /// The container of a document, if it is in this unit.
    #[must_use]
    pub fn container_of(&self, document: &Document) -> Option<&Container> {
        match document.owner {
            Owner::Here(index) => self.containers.get(index),
            Owner::Elsewhere(_) | Owner::Unknown => None,
        }
    }
}
