//! The provider's reference, in the layout that registries read: a page for the provider and for every resource, data
//! source, function, action, ephemeral resource and list resource.
//!
//! A page says what the schema says, and shows the example that the end-to-end tests run. Nothing is written here about any
//! one type; guides are written by hand.

use std::fmt::Write;
use std::path::Path;

use terraform_provider_mediastore::MediaStore;
use tf_plugin::function::{Function, Parameter};
use tf_plugin::identity::IdentityAttribute;
use tf_plugin::provider::Provider;
use tf_plugin::resource::MovedState;
use tf_plugin::schema::{Attribute, Block, Mode, NestedBlock, Nesting, OnChange};
use tf_plugin::types::Type;

use crate::generated::Made;
use crate::shell::Failure;

/// Types of hashicorp/aws whose state might be taken over.
const FOREIGN_TYPES: [&str; 2] = ["aws_media_store_container", "aws_media_store_container_policy"];

/// Values by which the pages show an import.
const SAMPLES: [(&str, &str); 4] =
    [("name", "acme-live"), ("container_name", "acme-live"), ("path", "live/index.m3u8"), ("region", "us-west-2")];

/// A kind of thing that has pages.
struct Kind {
    /// Folder below `docs/` and below `examples/`.
    folder: &'static str,
    /// What one is called in a title.
    title: &'static str,
    /// The file of its example.
    example: &'static str,
    /// Who knows it.
    needs: &'static str,
}

const RESOURCE: Kind = Kind { folder: "resources", title: "Resource", example: "main.tf", needs: "" };
const DATA_SOURCE: Kind = Kind { folder: "data-sources", title: "Data Source", example: "main.tf", needs: "" };
const FUNCTION: Kind =
    Kind { folder: "functions", title: "Function", example: "main.tf", needs: "Needs Terraform 1.8 or OpenTofu 1.7." };
const EPHEMERAL: Kind = Kind {
    folder: "ephemeral-resources",
    title: "Ephemeral Resource",
    example: "main.tf",
    needs: "Needs Terraform 1.10 or OpenTofu 1.11.",
};
const LIST: Kind = Kind {
    folder: "list-resources",
    title: "List Resource",
    example: "main.tfquery.hcl",
    needs: "Needs Terraform 1.14, for `terraform query`.",
};
const ACTION: Kind = Kind { folder: "actions", title: "Action", example: "main.tf", needs: "Needs Terraform 1.14." };

/// The folders that hold such pages and nothing else.
pub(crate) fn folders() -> impl Iterator<Item = String> {
    [RESOURCE, DATA_SOURCE, FUNCTION, EPHEMERAL, LIST, ACTION].into_iter().map(|kind| format!("docs/{}", kind.folder))
}

/// Every page.
pub(crate) fn pages(repository: &Path) -> Result<Vec<Made>, Failure> {
    let mut pages = vec![index(repository)?];
    for each in MediaStore.resources() {
        let mut page = Page::new(repository, &RESOURCE, each.name(), &each.schema().block.description)?;
        page.schema(&each.schema().block);
        page.identity(each.name(), each.identity_attributes());
        let source = |type_name: &str| MovedState {
            provider: "registry.terraform.io/hashicorp/aws".to_owned(),
            type_name: type_name.to_owned(),
            version: 0,
            state: serde_json::json!({}),
        };
        for foreign in FOREIGN_TYPES.into_iter().filter(|foreign| each.take_over(&source(foreign)).is_some()) {
            page.moved(each.name(), foreign);
        }
        pages.push(page.finish());
    }
    for each in MediaStore.data_sources() {
        let mut page = Page::new(repository, &DATA_SOURCE, each.name(), &each.schema().block.description)?;
        page.schema(&each.schema().block);
        pages.push(page.finish());
    }
    for each in MediaStore.functions() {
        let mut page = Page::new(repository, &FUNCTION, each.name, each.description)?;
        page.signature(&each);
        pages.push(page.finish());
    }
    for each in MediaStore.ephemeral_resources() {
        let mut page = Page::new(repository, &EPHEMERAL, each.name(), &each.schema().block.description)?;
        page.schema(&each.schema().block);
        pages.push(page.finish());
    }
    for each in MediaStore.list_resources() {
        let mut page = Page::new(repository, &LIST, each.name(), &each.schema().block.description)?;
        page.schema(&each.schema().block);
        pages.push(page.finish());
    }
    for each in MediaStore.actions() {
        let mut page = Page::new(repository, &ACTION, each.name(), &each.schema().block.description)?;
        page.schema(&each.schema().block);
        pages.push(page.finish());
    }
    Ok(pages)
}

/// The page of the provider itself, with a table of contents.
fn index(repository: &Path) -> Result<Made, Failure> {
    let schema = MediaStore.schema();
    let mut page = Page { path: "docs/index.md".to_owned(), text: String::new() };
    page.front_matter("MediaStore Provider", &schema.block.description);
    page.line("# MediaStore Provider\n");
    page.line(&format!("{}\n", schema.block.description));
    page.line(&format!("## Example Usage\n\n```terraform\n{}```\n", example(repository, "provider/main.tf")?));
    let mut contents = |title: &str, kind: &Kind, names: Vec<&str>| {
        if !names.is_empty() {
            let link = |name: &&str| format!("[`{name}`]({}/{}.md)", kind.folder, short(name));
            let links: Vec<String> = names.iter().map(link).collect();
            page.line(&format!("- **{title}**: {}", links.join(", ")));
        }
    };
    contents("Resources", &RESOURCE, MediaStore.resources().iter().map(|each| each.name()).collect());
    contents("Data sources", &DATA_SOURCE, MediaStore.data_sources().iter().map(|each| each.name()).collect());
    contents("Functions", &FUNCTION, MediaStore.functions().iter().map(|each| each.name).collect());
    contents(
        "Ephemeral resources",
        &EPHEMERAL,
        MediaStore.ephemeral_resources().iter().map(|each| each.name()).collect(),
    );
    contents("List resources", &LIST, MediaStore.list_resources().iter().map(|each| each.name()).collect());
    contents("Actions", &ACTION, MediaStore.actions().iter().map(|each| each.name()).collect());
    page.line("");
    page.schema(&schema.block);
    Ok(page.finish())
}

/// A page that is being written.
struct Page {
    path: String,
    text: String,
}

impl Page {
    fn new(repository: &Path, kind: &Kind, name: &str, description: &str) -> Result<Page, Failure> {
        let mut page = Page { path: format!("docs/{}/{}.md", kind.folder, short(name)), text: String::new() };
        page.front_matter(&format!("{name} {}", kind.title), description);
        page.line(&format!("# {name} ({})\n\n{description}\n", kind.title));
        if !kind.needs.is_empty() {
            page.line(&format!("{}\n", kind.needs));
        }
        let text = example(repository, &format!("{}/{name}/{}", kind.folder, kind.example))?;
        page.line(&format!("## Example Usage\n\n```terraform\n{text}```\n"));
        Ok(page)
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn front_matter(&mut self, title: &str, description: &str) {
        self.line(&format!(
            "---\npage_title: \"{title} - mediastore\"\ndescription: |-\n  {description}\n---\n\n\
             <!-- Written by `cargo xtask gen` from the schema and the example; change those. -->\n"
        ));
    }

    /// What can be set and read, with nested blocks after it.
    fn schema(&mut self, block: &Block) {
        self.line("## Schema\n");
        if block.attributes.is_empty() && block.blocks.is_empty() {
            self.line("Nothing can be set.\n");
        }
        self.block(block, "");
    }

    fn block(&mut self, block: &Block, place: &str) {
        let anchor = |nested: &NestedBlock| format!("nestedblock--{place}{}", nested.name);
        let nested_line = |nested: &NestedBlock| {
            let many = match (nested.nesting, nested.min, nested.max) {
                (Nesting::Single, ..) => "Block".to_owned(),
                (_, 0, 0) => "Blocks".to_owned(),
                (_, min, 0) => format!("Blocks, at least {min}"),
                (_, 0, max) => format!("Blocks, at most {max}"),
                (_, min, max) => format!("Blocks, {min} to {max}"),
            };
            let (name, what) = (&nested.name, &nested.block.description);
            format!("- `{name}` ({many}) {what} [Nested schema](#{})", anchor(nested))
        };
        let of = |modes: &[Mode]| -> Vec<String> {
            block.attributes.iter().filter(|each| modes.contains(&each.mode)).map(attribute_line).collect()
        };
        let nested = |required: bool| block.blocks.iter().filter(move |nested| (nested.min > 0) == required);
        let sections = [
            ("Required", of(&[Mode::Required]), nested(true).map(nested_line).collect::<Vec<_>>()),
            ("Optional", of(&[Mode::Optional, Mode::OptionalComputed]), nested(false).map(nested_line).collect()),
            ("Read-Only", of(&[Mode::Computed]), Vec::new()),
        ];
        for (title, attributes, blocks) in sections {
            if !attributes.is_empty() || !blocks.is_empty() {
                self.line(&format!("{} {title}\n", if place.is_empty() { "###" } else { "####" }));
                attributes.iter().chain(&blocks).for_each(|line| self.line(line));
                self.line("");
            }
        }
        for nested in &block.blocks {
            let (anchor, name) = (anchor(nested), &nested.name);
            self.line(&format!(
                "<a id=\"{anchor}\"></a>\n### Nested schema for `{}{name}`\n",
                place.replace("--", ".")
            ));
            self.block(&nested.block, &format!("{place}{name}--"));
        }
    }

    /// How to import, by identifier and by identity.
    fn identity(&mut self, type_name: &str, attributes: &[IdentityAttribute]) {
        if attributes.is_empty() {
            return;
        }
        let sample = |name: &str| SAMPLES.iter().find(|(known, _)| *known == name).map_or("…", |(_, sample)| sample);
        let required: Vec<&IdentityAttribute> = attributes.iter().filter(|each| each.required).collect();
        let id = required.iter().map(|each| sample(each.name)).collect::<Vec<_>>().join("/");
        self.line("## Import\n");
        self.line(&format!("```shell\nterraform import {type_name}.this {id}\n```\n"));
        self.line("By identity, from Terraform 1.12 and OpenTofu 1.12 on:\n");
        let mut block = format!("import {{\n  to = {type_name}.this\n  identity = {{\n");
        let widest = required.iter().map(|each| each.name.len()).max().unwrap_or_default();
        for each in &required {
            // Writing to a string cannot fail.
            let _ = writeln!(block, "    {:widest$} = \"{}\"", each.name, sample(each.name));
        }
        self.line(&format!("```terraform\n{block}  }}\n}}\n```\n"));
        self.line("The identity:\n");
        for each in attributes {
            let must = if each.required { "required" } else { "optional" };
            self.line(&format!("- `{}` (String, {must}) {}", each.name, each.description));
        }
        self.line("");
    }

    /// How a state of another provider is taken over.
    fn moved(&mut self, type_name: &str, foreign: &str) {
        self.line("## Moved from another provider\n");
        self.line(&format!(
            "From Terraform 1.8 and OpenTofu 1.12.5 on, the state of `{foreign}` (hashicorp/aws) is taken over:\n\n\
             ```terraform\nmoved {{\n  from = {foreign}.this\n  to   = {type_name}.this\n}}\n```\n"
        ));
    }

    /// How a function is called, and what it gives.
    fn signature(&mut self, function: &Function) {
        let parameter = |parameter: &Parameter| format!("{} {}", parameter.name, type_name(&parameter.ty));
        let mut parameters: Vec<String> = function.parameters.iter().map(parameter).collect();
        parameters.extend(function.variadic.iter().map(|variadic| format!("{}...", parameter(variadic))));
        let (name, parameters, returns) = (function.name, parameters.join(", "), type_name(&function.returns));
        self.line(&format!("## Signature\n\n```text\n{name}({parameters}) {returns}\n```\n\n## Arguments\n"));
        for each in &function.parameters {
            self.line(&format!("- `{}` ({}) {}", each.name, type_name(&each.ty), each.description));
        }
        if let Some(each) = &function.variadic {
            self.line(&format!("- `{}` (any number of {}) {}", each.name, type_name(&each.ty), each.description));
        }
        self.line("");
    }

    fn finish(self) -> Made {
        (self.path, format!("{}\n", self.text.trim_end()))
    }
}

fn attribute_line(attribute: &Attribute) -> String {
    let mut kind = type_name(&attribute.ty);
    for (holds, word) in [(attribute.sensitive, "sensitive"), (attribute.write_only, "write-only")] {
        if holds {
            kind = format!("{kind}, {word}");
        }
    }
    let replaces = attribute.on_change == OnChange::Replace && !attribute.description.contains("Changing it");
    let replaces = if replaces { " Changing it replaces the object." } else { "" };
    let deprecated = if attribute.deprecation.is_empty() {
        String::new()
    } else {
        format!(" **Deprecated**: {}", attribute.deprecation)
    };
    format!("- `{}` ({kind}) {}{replaces}{deprecated}", attribute.name, attribute.description)
}

/// A type in words; what an object may leave out has a `?`.
fn type_name(ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::Dynamic => "Any".to_owned(),
        Type::List(element) => format!("List of {}", type_name(element)),
        Type::Set(element) => format!("Set of {}", type_name(element)),
        Type::Map(element) => format!("Map of {}", type_name(element)),
        Type::Object { attributes, optional } => {
            let field = |(name, ty): (&String, &Type)| {
                let mark = if optional.contains(name) { "?" } else { "" };
                format!("{name}{mark} {}", type_name(ty))
            };
            format!("Object {{ {} }}", attributes.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        Type::Tuple(_) => "Tuple".to_owned(),
    }
}

/// A type's name without the provider's.
fn short(name: &str) -> &str {
    name.strip_prefix("mediastore_").unwrap_or(name)
}

/// An example's text, without the requirement that every configuration opens with.
fn example(repository: &Path, file: &str) -> Result<String, Failure> {
    let path = repository.join("examples").join(file);
    let text = std::fs::read_to_string(&path).map_err(Failure::file(&path))?;
    let body = match text.strip_prefix("terraform {") {
        Some(rest) => rest.split_once("\n}\n").map_or("", |(_, body)| body),
        None => &text,
    };
    Ok(body.trim_start().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_tells_flags_and_nested_blocks() {
        let block = Block::new("Thing.")
            .attribute(Attribute::string("secret").sensitive().describe("A secret."))
            .attribute(Attribute::string("name").required().replaces().describe("A name."))
            .attribute(Attribute::new("all", Type::map(Type::list(Type::Number))).computed().describe("All."))
            .block(
                NestedBlock::list("rule", Block::new("A rule.").attribute(Attribute::bool("on").describe("On?")))
                    .count(1, 3),
            );
        let mut page = Page { path: String::new(), text: String::new() };
        page.schema(&block);
        let expected = "## Schema\n\n### Required\n\n- `name` (String) A name. Changing it replaces the object.\n\
                        - `rule` (Blocks, 1 to 3) A rule. [Nested schema](#nestedblock--rule)\n\n\
                        ### Optional\n\n- `secret` (String, sensitive) A secret.\n\n\
                        ### Read-Only\n\n- `all` (Map of List of Number) All.\n\n\
                        <a id=\"nestedblock--rule\"></a>\n### Nested schema for `rule`\n\n\
                        #### Optional\n\n- `on` (Boolean) On?\n\n";
        assert_eq!(page.text, expected);
    }
}
