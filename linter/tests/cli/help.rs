//! Commands that explain.

use serde_json::Value;

use super::Runner;

#[test]
fn every_rule_is_listed_and_explained() {
    let runner = Runner::new();
    let listed: Value = serde_json::from_str(&runner.run("rules --format json").out).unwrap();
    let human = runner.run("rules").out;
    for rule in listed.as_array().unwrap() {
        let name = rule["name"].as_str().unwrap();
        assert!(human.contains(&format!("  {name} ")), "{name}");
        let run = runner.run(&format!("explain {name}"));
        assert_eq!(run.code, 0);
        assert!(run.out.starts_with(&format!("# {name}\n\n")) && !run.out.contains('«'), "{}", run.out);
    }
    let run = runner.run("explain public-reed");
    assert_eq!(run.code, 2);
    assert!(run.err.contains("did you mean `public-read`?"), "{}", run.err);
}

#[test]
fn severities_are_those_of_the_configuration() {
    let runner = Runner::new().file("mediastore-lint.toml", "profile = 'strict'\nrules.public-list = 'off'\n");
    let out = runner.run("rules").out;
    let severity = |name: &str| out.lines().find(|line| line.contains(&format!("  {name} "))).unwrap().to_owned();
    assert!(severity("public-read").contains("  error  "), "{out}");
    assert!(severity("public-list").contains("  off  "), "{out}");
}

#[test]
fn manual_pages_and_completions_are_made() {
    let runner = Runner::new();
    assert!(runner.run("man").out.starts_with(".ie"));
    std::fs::create_dir(runner.path("man1")).unwrap();
    assert_eq!(runner.run("man --directory man1").code, 0);
    assert!(runner.read("man1/mediastore-lint-check.1").contains("write\\-baseline"));
    assert_eq!(runner.run("man --directory nowhere").code, 2);
    assert!(runner.run("completions bash").out.contains("mediastore-lint"));
}

#[test]
fn help_teaches() {
    let runner = Runner::new();
    for (arguments, part) in [
        ("--help", "Exit codes: 0 clean; 1"),
        ("check --help", "terraform show -json plan.out | mediastore-lint -"),
        ("lsp --help", "examples/editors/ has configurations of Neovim and VS Code"),
        ("check --help", "CORS policy          a list of objects with `AllowedOrigins`"),
        ("check --help", "# nolint(public-read): the trailer is for everybody"),
    ] {
        let run = runner.run(arguments);
        assert_eq!(run.code, 0);
        assert!(run.out.contains(part), "{}", run.out);
    }
}
