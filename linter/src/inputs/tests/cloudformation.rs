//! Templates.

use std::path::Path;

use super::super::read_text;
use super::{gives, print};

/// A template with one container `C` that has these properties, and these other sections.
fn template(sections: &str, properties: &str) -> String {
    let indented = |text: &str, by: &str| {
        text.lines()
            .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{by}{line}\n") })
            .collect::<String>()
    };
    let sections = indented(sections, "");
    format!(
        "{sections}Resources:\n  C:\n    Type: AWS::MediaStore::Container\n    Properties:\n{}",
        indented(properties, "      ")
    )
}

#[test]
fn yaml_gives_containers_and_their_documents() {
    gives(
        "stack.yaml",
        &template(
            "",
            r#"ContainerName: live
AccessLoggingEnabled: true
Tags:
  - {Key: team, Value: video}
  - Key: env
    Value: !Ref AWS::StackName
Policy: !Sub |
  {
    "Statement": [{
      "Resource": "arn:${AWS::Partition}:mediastore:${AWS::Region}:${AWS::AccountId}:container/live/*"
    }]
  }
CorsPolicy:
  - AllowedOrigins: ['https://a.example']
    MaxAgeSeconds: 3000
LifecyclePolicy: '{"rules": []}'
MetricPolicy:
  ContainerLevelMetrics: ENABLED"#,
        ),
        r#"
        2:3 container C name="live"@5:22 logging=true@6:29 tags={team:"video"@8:30,env:"${AWS::StackName}"@10:18}
        12:9 policy C of C, Json: {Statement:[{Resource:"arn:aws:mediastore:${AWS::Region}:${AWS::AccountId}:container/live/*"@14:25}]}
        18:9 cors C of C, Yaml: [{AllowedOrigins:["https://a.example"@18:28],MaxAgeSeconds:3000@19:26}]
        20:25 lifecycle C of C, Json: {rules:[]}
        22:9 metric C of C, Yaml: {ContainerLevelMetrics:"ENABLED"@22:32}
        "#,
    );
}

#[test]
fn scalars_are_of_the_type_of_their_property() {
    gives(
        "stack.yaml",
        &template(
            "Parameters:\n  Age: {Type: Number, Default: '3000'}",
            r#"ContainerName: 2026
AccessLoggingEnabled: 'False'
Tags: [{Key: year, Value: 2026}, {Key: 1, Value: true}]
CorsPolicy:
  - MaxAgeSeconds: !Ref Age
  - MaxAgeSeconds: '60'
  - MaxAgeSeconds: long"#,
        ),
        r#"
        4:3 container C name="2026"@7:22 logging=false@8:29 tags={year:"2026"@9:33,1:"true"@9:56}
        11:9 cors C of C, Yaml: [{MaxAgeSeconds:3000@11:26},{MaxAgeSeconds:60@12:26},{MaxAgeSeconds:"long"@13:26}]
        "#,
    );
}

#[test]
fn json_gives_the_same() {
    gives(
        "C.template.json",
        r#"{"Resources": {"C": {"Type": "AWS::MediaStore::Container", "Properties": {"ContainerName": "live",
"Policy": {"Fn::Join": ["", ["{\"Statement\":[{\"Resource\":\"arn:", {"Ref": "AWS::Partition"}, ":x\"},{\"Sid\":\"b\"}]}"]]},
"CorsPolicy": [{"AllowedMethods": ["GET"]}]}}}}"#,
        r#"
        1:16 container C name="live"@1:92 tags={}
        2:31 policy C of C, as it is: {Statement:[{Resource:"arn:aws:x"@2:61},{Sid:"b"@2:113}]}
        3:15 cors C of C, Json: [{AllowedMethods:["GET"@3:36]}]
        "#,
    );
}

#[test]
fn functions_are_worked_out() {
    let cases = [
        ("!Ref A", r#""x""#),
        ("!Ref B", r#""${B}""#),
        ("!Sub '${A}-${B}-${!C}'", r#""x-${B}-${C}""#),
        ("!Sub ['${a}${A}', {a: !Ref B}]", r#""${B}x""#),
        ("!Join ['-', [!Ref A, y, !Ref AWS::NoValue, !Ref B]]", r#""x-y-${B}""#),
        ("!Join [',', !Ref L]", r#""1,2""#),
        ("!Select [1, !Ref L]", r#""2""#),
        ("!Join [',', !Ref Kept]", "${Fn::Join}"),
        ("!Select ['0', [!Ref A]]", r#""x""#),
        ("!Select [1, !Split ['/', 'a/b/c']]", r#""b""#),
        ("!Join ['', !Split ['-', !Sub 'a-${AWS::AccountId}-b']]", r#""a${AWS::AccountId}b""#),
        ("!Select [1, !Split ['-', !Ref B]]", "${Fn::Select}"),
        ("!FindInMap [M, k, v]", r#""in the map""#),
        ("!FindInMap [M, !Ref AWS::Region, v]", r#""${Fn::FindInMap M.<AWS::Region>.v}""#),
        ("!FindInMap [M, absent, v, {DefaultValue: d}]", r#""d""#),
        ("!ImportValue other", "${Fn::ImportValue other}"),
        ("!GetAtt R.Arn", r#""arn:aws:iam::${AWS::AccountId}:role/${R}""#),
        ("!Sub '${C.Endpoint}/x'", r#""${C.Endpoint}/x""#),
        ("!If [IsX, yes, no]", r#""yes""#),
        ("!If [IsNotX, 'yes', 'no']", r#""no""#),
        ("!If [Unknown, 'yes', 'no']", "${Fn::If Unknown}"),
        ("!Base64 x", "${Fn::Base64}"),
        ("!Ref Secret", r#""${Secret}""#),
        ("{'Fn::Sub': '${A}'}", r#""x""#),
    ];
    let sections = "Parameters:
  A: {Type: String, Default: x}
  B: {Type: String, AllowedPattern: '[a-z]+'}
  L: {Type: CommaDelimitedList, Default: '1, 2'}
  Kept: {Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /names}
  Secret: {Type: String, NoEcho: true, Default: hush}
Conditions:
  IsX: !Equals [!Ref A, x]
  IsNotX: !Not [!Condition IsX]
  Unknown: !Equals [!Ref B, x]
Mappings:
  M: {k: {v: in the map}}
Resources:
  R: {Type: 'AWS::IAM::Role'}";
    for (value, expected) in cases {
        let text = template(sections, &format!("ContainerName: {value}")).replacen("\nResources:\n  C:", "\n  C:", 1);
        let unit = read_text(Path::new("stack.yaml"), &text);
        assert_eq!(unit.containers[0].name.to_string(), expected, "{value}");
        assert_eq!(unit.faults.len(), 0, "{value}: {:?}", unit.faults);
    }
}

#[test]
fn a_document_is_judged_each_way_its_conditions_go() {
    gives(
        "stack.yaml",
        &template(
            "Parameters:\n  Env: {Type: String, Default: dev}\nConditions:\n  Prod: !Equals [!Ref Env, prod]\n  Dev: !Not [!Condition Prod]",
            "ContainerName: !Sub 'live-${Env}'\nPolicy: !If [Prod, '{\"Statement\": 1}', !If [Dev, '{\"Statement\": 2}', '{}']]\nCorsPolicy: !If [Prod, !Ref AWS::NoValue, [{AllowedOrigins: ['*']}]]",
        ),
        r#"
        7:3 container C name="live-dev"@10:22 tags={}
        11:57 policy C of C, as it is: {Statement:2@11:71}
        11:27 policy C of C, as it is: {Statement:1@11:41}
        12:49 cors C of C, Yaml: [{AllowedOrigins:["*"@12:68]}]
        "#,
    );
}

#[test]
fn objects_where_a_string_belongs() {
    gives(
        "stack.yaml",
        &template("", "ContainerName: a\nPolicy:\n  Statement: []\nLifecyclePolicy: !ToJsonString {rules: []}"),
        r#"
        2:3 container C name="a"@5:22 tags={}
        7:9 policy C of C, Yaml: {Statement:[]}
        7:9 problem: `Policy` must be a string of JSON, not an object [wrong-type]
        8:38 lifecycle C of C, Yaml: {rules:[]}
        "#,
    );
}

#[test]
fn what_is_not_judged_is_said() {
    gives(
        "stack.yaml",
        "Parameters:\n  P: {Type: String}\nResources:\n  D: {Type: 'AWS::MediaStore::ContainerPolicy'}\n  C:\n    Type: AWS::MediaStore::Container\n    Properties: {Policy: !Ref P, ContainerName: !Ref Nobody}\n  Fn::ForEach::X: [I, [a], {'C${I}': {Type: 'AWS::MediaStore::Container'}}]\n",
        r#"
        5:3 container C name=${Nobody}@7:49 tags={}
        7:26 policy C of C, as it is: ${P}@7:26
        4:13 stranger D AWS::MediaStore::ContainerPolicy
        7:49 NotEvaluated: `Nobody` is neither a parameter nor a resource of this template
        7:26 NotEvaluated: `Policy` of `C` cannot be judged: it is known only when the stack is made
        8:3 NotEvaluated: `Fn::ForEach` is not worked out, so its containers are not judged
        "#,
    );
    gives(
        "stack.yaml",
        "Resources:\n  C: {Type: [AWS::MediaStore::Container\n",
        "3:1 Broken: while parsing a flow sequence, expected ',' or ']'",
    );
    gives("stack.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nResources: {}\n", "");
    gives("values.yaml", "a: 1\n", "Broken: `values.yaml` is nothing this linter knows");
}

#[test]
fn circles_and_bombs_end() {
    let circle = "Resources:
  A: {Type: 'AWS::MediaStore::Container', Properties: {ContainerName: !Ref B}}
  B: {Type: 'AWS::MediaStore::Container', Properties: {ContainerName: !Ref A}}
";
    let unit = read_text(Path::new("stack.yaml"), circle);
    assert!(print(&unit).contains("values refer to each other in a circle"), "{}", print(&unit));

    let doubling = (0..25).fold("x".to_owned(), |inner, _| format!("!Sub ['${{v}}${{v}}${{v}}', {{v: {inner}}}]"));
    let unit = read_text(Path::new("stack.yaml"), &template("", &format!("ContainerName: {doubling}")));
    assert!(
        print(&unit).contains("too large to be worked out"),
        "{}",
        print(&unit).chars().take(2000).collect::<String>()
    );

    let chain: String =
        (1..60).map(|n| format!("  C{n}: !And [!Condition C{}, !Condition C{}]\n", n - 1, n - 1)).collect();
    let text = template(
        &format!("Conditions:\n  C0: !Equals [a, a]\n{chain}  Self: !Not [!Condition Self]"),
        "ContainerName: !If [C59, 'yes', 'no']\nPolicy: !If [Self, '{}', '[]']",
    );
    let unit = read_text(Path::new("stack.yaml"), &text);
    assert_eq!(unit.containers[0].name.to_string(), "\"yes\"");
}
