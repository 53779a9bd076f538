//! One truth about a policy, told three times: the linter's exposure, `decide`, and what a signed HTTP request gets.
//!
//! Policies come from the case files of `policy/tests/cases/exposure` and from the generator of `policy/tests/decide`. Each is put
//! by the API; what the API refuses is mended or passed over, and counted. The linter judges it as its users would ask; requests of
//! many callers go over a socket, signed by the AWS SDK's signer, and each answer must be the decision. Where the linter shows a
//! request that is let in, it is sent.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::SignableBody;
use e2e::signer::Signer;
use e2e::wire::Wire;
use mediastore_policy::decide::{Verdict, decide};
use mediastore_policy::keys::{self, Control};
use mediastore_policy::model::Policy;
use mediastore_policy::parse;
use mediastore_policy::request::{Caller, Request};
use mediastore_service::{Clock, Config, Identities, Service, Store, run};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

#[allow(dead_code, reason = "requests are drawn here, since they have to be such as HTTP can carry")]
#[path = "../../policy/tests/decide/generate.rs"]
mod generate;

const ACCOUNT: &str = "111122223333";
const CONTAINER: &str = "movies";
/// The start of 2030, which generated conditions speak of.
const GENERATED_NOW: i64 = 1_893_456_000;
/// The start of 2026, from which the case files count.
const CASES_NOW: i64 = 1_767_225_600;

/// The service on sockets, one for each time that a request is made at; and who may sign.
struct World {
    folder: TempDir,
    store: Store,
    identities: Identities,
    keys: HashMap<String, String>,
    runtime: tokio::runtime::Runtime,
    servers: HashMap<i64, Wire>,
    /// The container's URL in each region.
    bases: HashMap<&'static str, String>,
}

/// A request as HTTP carries it.
#[derive(Clone, Debug)]
struct Sent {
    region: &'static str,
    principal: String,
    /// Condition keys of the principal that its name does not imply.
    of_principal: BTreeMap<String, Vec<String>>,
    /// Such as `GetObject`.
    operation: String,
    path: String,
    tls: bool,
    address: Option<String>,
    referer: Option<String>,
    user_agent: Option<String>,
    /// Seconds since 1970.
    at: i64,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let file = folder.path().join("keys.json");
        fs::write(&file, json!({ "keys": {} }).to_string()).unwrap();
        let identities = Identities::from_file(&file).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (keys, servers, bases) = Default::default();
        let mut world = Self { folder, store, identities, keys, runtime, servers, bases };
        for region in ["eu-west-1", "us-east-1"] {
            let input = json!({ "ContainerName": CONTAINER });
            // Long before any request, so that it is there at all times.
            assert_eq!(world.control_at(1_000_000, region, "CreateContainer", &input).0, 200);
            let (_, described) = world.control(region, "DescribeContainer", &input);
            let described: Value = serde_json::from_str(&described).unwrap();
            let endpoint = described["Container"]["Endpoint"].as_str().unwrap();
            let label = endpoint.strip_prefix("http://").and_then(|host| host.split('.').next()).unwrap();
            world.bases.insert(region, format!("http://localhost/data/{label}"));
        }
        world
    }

    /// The access key of a principal. A new one is added to the credentials file, which the service reads again by itself.
    fn key(&mut self, principal: &str, of_principal: &BTreeMap<String, Vec<String>>) -> String {
        let identity = json!({ "secret_key": "s", "principal": principal, "context": of_principal }).to_string();
        if let Some(key) = self.keys.get(&identity) {
            return key.clone();
        }
        let key = format!("K{}", self.keys.len());
        self.keys.insert(identity, key.clone());
        let all: Map<String, Value> =
            self.keys.iter().map(|(identity, key)| (key.clone(), serde_json::from_str(identity).unwrap())).collect();
        let draft = self.folder.path().join("draft");
        fs::write(&draft, json!({ "keys": all }).to_string()).unwrap();
        fs::rename(draft, self.folder.path().join("keys.json")).unwrap();
        key
    }

    /// A client of the service at a time.
    fn at(&mut self, seconds: i64) -> &mut Wire {
        let (store, identities, runtime) = (&self.store, &self.identities, &self.runtime);
        self.servers.entry(seconds).or_insert_with(|| {
            let config = Config {
                account: ACCOUNT.parse().unwrap(),
                identities: identities.clone(),
                trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
                clock: Clock::standing(jiff::Timestamp::from_second(seconds).unwrap()),
                ..Config::default()
            };
            let service = Service::new(store.clone(), config);
            let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
            let address: SocketAddr = listener.local_addr().unwrap();
            runtime.spawn(run(listener, service, std::future::pending()));
            Wire::to(address)
        })
    }

    fn control(&mut self, region: &str, operation: &str, input: &Value) -> (u16, String) {
        self.control_at(GENERATED_NOW, region, operation, input)
    }

    fn control_at(&mut self, at: i64, region: &str, operation: &str, input: &Value) -> (u16, String) {
        let key = self.key(&format!("arn:aws:iam::{ACCOUNT}:root"), &BTreeMap::new());
        let body = input.to_string();
        let mut request = http::Request::post("http://localhost/")
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("MediaStore_20170901.{operation}"))
            .body(())
            .unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(at.unsigned_abs());
        Signer { time, ..Signer::new(&key, "s", region) }.sign(&mut request, SignableBody::Bytes(body.as_bytes()));
        let answer = self.at(at).send(&request, body.as_bytes());
        (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
    }

    /// Puts a policy; tells whether it was taken, and checks that a refusal is one that `mediastore_policy` foresees.
    fn put(&mut self, region: &str, text: &str) -> bool {
        let input = json!({ "ContainerName": CONTAINER, "Policy": text });
        let (status, answer) = self.control(region, "PutContainerPolicy", &input);
        let scope = mediastore_policy::mediastore::ContainerScope {
            region: Some(region),
            account: Some(ACCOUNT),
            name: Some(CONTAINER),
        };
        let refusals = mediastore_policy::mediastore::refusals(text, &scope);
        assert_eq!(status == 200, refusals.is_empty(), "{text}\n{answer}\n{refusals:?}");
        status == 200
    }

    /// Whether HTTP lets a request in.
    fn lets_in(&mut self, sent: &Sent) -> bool {
        let (method, path) = match sent.operation.as_str() {
            "GetObject" => ("GET", format!("/{}", sent.path)),
            "DescribeObject" => ("HEAD", format!("/{}", sent.path)),
            "PutObject" => ("PUT", format!("/{}", sent.path)),
            "DeleteObject" => ("DELETE", format!("/{}", sent.path)),
            _ => ("GET", format!("/?Path={}", sent.path)),
        };
        let base = &self.bases[sent.region];
        let mut request = http::Request::builder().method(method).uri(format!("{base}{path}"));
        request = request.header("x-forwarded-proto", if sent.tls { "https" } else { "http" });
        if let Some(address) = &sent.address {
            request = request.header("x-forwarded-for", address);
        }
        for (name, value) in [("referer", &sent.referer), ("user-agent", &sent.user_agent)] {
            if let Some(value) = value {
                request = request.header(name, http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
        }
        let mut request = request.body(()).unwrap();
        if sent.principal != "*" {
            let key = self.key(&sent.principal, &sent.of_principal);
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(sent.at.unsigned_abs());
            Signer { time, ..Signer::new(&key, "s", sent.region) }.sign(&mut request, SignableBody::Bytes(b""));
        }
        let answer = self.at(sent.at).send(&request, b"");
        match (answer.status, answer.code()) {
            (403, "AccessDeniedException") => false,
            (200, _) | (404, "ObjectNotFoundException") => true,
            (status, code) => panic!("{sent:?}: {status} {code} {}", String::from_utf8_lossy(&answer.body)),
        }
    }
}

impl Sent {
    /// The request that policies see: written here a second time, from the table in `docs/service.md`.
    fn seen(&self) -> Request {
        let principal = Caller::parse(&self.principal).unwrap();
        let mut context = principal.implied_context();
        for (key, values) in &self.of_principal {
            context.set(key, values);
        }
        if principal == Caller::Anonymous {
            context.set("aws:userid", ["anonymous"]);
        }
        let time = jiff::Timestamp::from_second(self.at).unwrap();
        let address = self.address.as_ref().filter(|_| !matches!(principal, Caller::Service(_)));
        for (key, value) in [
            ("aws:SecureTransport", Some(self.tls.to_string())),
            ("aws:SourceIp", address.cloned()),
            ("aws:Referer", self.referer.clone()),
            ("aws:UserAgent", Some(self.user_agent.clone().unwrap_or_default())),
            ("aws:CurrentTime", Some(time.to_string())),
            ("aws:EpochTime", Some(self.at.to_string())),
            ("aws:RequestedRegion", Some(self.region.to_owned())),
            ("aws:ResourceAccount", Some(ACCOUNT.to_owned())),
        ] {
            if let Some(value) = value {
                context.set(key, [value]);
            }
        }
        let resource = format!("arn:aws:mediastore:{}:{ACCOUNT}:container/{CONTAINER}/{}", self.region, self.path);
        Request { principal, action: format!("mediastore:{}", self.operation), resource, context }
    }

    fn is_outsider(&self) -> bool {
        !self.principal.contains(&format!("::{ACCOUNT}:"))
    }

    /// Somebody of whom no policy here knows anything, who sends nothing that a policy asks for.
    fn is_nobody(&self) -> bool {
        self.principal == "*"
            && self.address.as_deref() == Some("8.8.8.8")
            && self.referer.is_none()
            && self.user_agent.as_deref() == Some("player/1")
    }

    /// The request that the linter shows, if HTTP can carry it; or why not.
    fn witness(shown: &Request, region: &'static str) -> Result<Self, String> {
        let prefix = format!("arn:aws:mediastore:{region}:{ACCOUNT}:container/{CONTAINER}/");
        let path = shown.resource.strip_prefix(&prefix).ok_or_else(|| format!("it is about {}", shown.resource))?;
        if path.split('/').any(|name| name == "." || name == "..") {
            return Err("a name of dots".to_owned());
        }
        let operation = shown.action.strip_prefix("mediastore:").unwrap_or_default().to_owned();
        if !["GetObject", "DescribeObject", "PutObject", "DeleteObject", "ListItems"].contains(&operation.as_str()) {
            return Err(format!("{operation} is of the control plane, which container policies do not open"));
        }
        if matches!(shown.principal, Caller::Federated(_)) {
            return Err("a federated caller never signs".to_owned());
        }
        let text = |key: &str| shown.context.single(key).map(str::to_owned);
        let at = text("aws:EpochTime").and_then(|time| time.parse().ok()).unwrap_or(CASES_NOW);
        let mut sent = Self {
            region,
            principal: shown.principal.to_string(),
            of_principal: BTreeMap::new(),
            operation,
            path: path.to_owned(),
            tls: text("aws:SecureTransport").as_deref() == Some("true"),
            address: text("aws:SourceIp"),
            referer: text("aws:Referer"),
            user_agent: text("aws:UserAgent").filter(|agent| !agent.is_empty()),
            at,
        };
        for (key, values) in shown.context.iter() {
            let principal = |row: &&keys::KeyRow| matches!(row.control, Control::Principal | Control::Service);
            if keys::find(key).filter(principal).is_some() {
                sent.of_principal.insert(key.to_owned(), values.to_vec());
            }
        }
        let seen = sent.seen();
        for (key, values) in shown.context.iter() {
            if seen.context.values(key) != Some(values) && !key.eq_ignore_ascii_case("aws:CurrentTime") {
                return Err(format!("HTTP cannot carry {key} {values:?}"));
            }
        }
        for (key, _) in seen.context.iter() {
            if shown.context.values(key).is_none() {
                return Err(format!("HTTP cannot do without {key}"));
            }
        }
        Ok(sent)
    }
}

/// What the linter says of one policy.
#[derive(Debug, Deserialize)]
struct Judged {
    valid: bool,
    exposure: String,
    actions: BTreeMap<String, String>,
    witness: Option<Request>,
}

/// Asks the linter about policies, as its users do: its binary, files, JSON.
fn lint(folder: &Path, texts: &[String], now: i64) -> Vec<Judged> {
    let files: Vec<PathBuf> = (0..texts.len()).map(|index| folder.join(format!("{index:05}.json"))).collect();
    for (file, text) in files.iter().zip(texts) {
        fs::write(file, text).unwrap();
    }
    let now = jiff::Timestamp::from_second(now).unwrap().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_e2e-lint"));
    command.args(["exposure", "--format", "json", "--account", ACCOUNT, "--now", &now]).args(&files);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Holds one policy, which is in force, to its decisions and to the linter's judgement; gives the number of requests sent.
fn agree(world: &mut World, policy: &Policy, text: &str, judged: &Judged, requests: &[Sent], tally: &mut Tally) {
    for sent in requests {
        let verdict = decide([policy], &sent.seen()).verdict;
        // The owner's root is let in by identity, unless it is denied.
        let root = sent.principal == format!("arn:aws:iam::{ACCOUNT}:root") && verdict != Verdict::ExplicitDeny;
        let allowed = world.lets_in(sent);
        assert_eq!(allowed, verdict == Verdict::Allow || root, "HTTP and decide on {sent:?}\n{text}\n{verdict:?}");
        tally.requests += 1;
        tally.allowed += usize::from(allowed);
        if verdict != Verdict::Allow {
            continue;
        }
        let class = judged.actions[&format!("mediastore:{}", sent.operation)].as_str();
        if sent.is_nobody() {
            assert!(["public", "undecided"].contains(&class), "the linter says {class}, HTTP lets in {sent:?}\n{text}");
        } else if sent.is_outsider() {
            let exposed = ["public", "guarded", "external", "undecided"].contains(&class);
            assert!(exposed, "the linter says {class}, HTTP lets in {sent:?}\n{text}");
        }
    }
}

/// Sends the request that the linter shows.
fn replay(world: &mut World, region: &'static str, text: &str, judged: &Judged, tally: &mut Tally) {
    let Some(shown) = &judged.witness else { return };
    match Sent::witness(shown, region) {
        Ok(sent) => {
            assert!(world.lets_in(&sent), "the linter shows {sent:?} ({}), HTTP refuses it\n{text}", judged.exposure);
            tally.witnesses += 1;
        }
        Err(why) => *tally.not_sent.entry(why.split(" [").next().unwrap_or_default().to_owned()).or_default() += 1,
    }
}

#[derive(Debug, Default)]
struct Tally {
    policies: usize,
    refused: usize,
    requests: usize,
    allowed: usize,
    witnesses: usize,
    not_sent: BTreeMap<String, usize>,
    classes: BTreeMap<String, usize>,
}

/// Requests of every kind of caller, drawn by chance but always the same.
fn requests(random: &mut fastrand::Rng, region: &'static str, count: usize, at: i64) -> Vec<Sent> {
    const PRINCIPALS: [&str; 9] = [
        "*",
        "*",
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::111122223333:user/ann",
        "arn:aws:sts::111122223333:assumed-role/r/s",
        "arn:aws:iam::444455556666:user/ann",
        "arn:aws:sts::444455556666:assumed-role/x/s",
        "arn:aws-cn:iam::111122223333:user/ann",
        "cloudfront.amazonaws.com",
    ];
    const OPERATIONS: [&str; 7] =
        ["GetObject", "GetObject", "GetObject", "DescribeObject", "PutObject", "DeleteObject", "ListItems"];
    const PATHS: [&str; 6] = ["a", "b", "live/1.ts", "live/10.ts", "ann/x", "live/a"];
    const ADDRESSES: [&str; 5] = ["203.0.113.7", "203.0.113.200", "8.8.8.8", "2001:db8::1", "198.51.100.1"];
    const HEADERS: [Option<&str>; 9] =
        [None, None, None, Some("a"), Some("A"), Some("abc"), Some("10"), Some("s3cr3t"), Some("\u{c9}")];
    let mut sent = Vec::new();
    for _ in 0..count {
        let mut pick = |pool: &[&str]| pool[random.usize(..pool.len())].to_owned();
        let (principal, operation, path, address) =
            (pick(&PRINCIPALS), pick(&OPERATIONS), pick(&PATHS), pick(&ADDRESSES));
        let mut of_principal = BTreeMap::new();
        if principal.starts_with("arn:") && random.u8(..3) == 0 {
            let team = ["a", "A", "ann"][random.usize(..3)];
            of_principal.insert("aws:PrincipalTag/Team".to_owned(), vec![team.to_owned()]);
        }
        if principal == "cloudfront.amazonaws.com" && random.bool() {
            of_principal.insert("aws:SourceArn".to_owned(), vec!["arn:aws:s3:::b".to_owned()]);
        }
        let mut header = || HEADERS[random.usize(..HEADERS.len())].map(str::to_owned);
        let (referer, user_agent) = (header(), header());
        let tls = random.u8(..4) > 0;
        sent.push(Sent {
            region,
            principal,
            of_principal,
            operation,
            path,
            tls,
            address: Some(address),
            referer,
            user_agent,
            at,
        });
    }
    // Nobody in particular is always among them.
    for operation in ["GetObject", "PutObject"] {
        sent.push(Sent {
            region,
            principal: "*".to_owned(),
            of_principal: BTreeMap::new(),
            operation: operation.to_owned(),
            path: "live/1.ts".to_owned(),
            tls: true,
            address: Some("8.8.8.8".to_owned()),
            referer: None,
            user_agent: Some("player/1".to_owned()),
            at,
        });
    }
    sent
}

/// A generated policy, its resources moved into the container, and with TLS where the API insists on it.
fn mended(mut policy: Value, with_tls: bool) -> String {
    let inside = |resource: &str| {
        let base = format!("arn:aws:mediastore:eu-west-1:{ACCOUNT}:container/{CONTAINER}/");
        match resource.rsplit_once("container/") {
            Some((_, path)) => format!("{base}{}", path.split_once('/').map_or("*", |(_, path)| path)),
            None if resource == "*" => format!("{base}*"),
            None => format!("{base}live/*"),
        }
    };
    let statements = match policy["Statement"].take() {
        Value::Array(statements) => statements,
        one => vec![one],
    };
    let mend = |mut statement: Value| {
        for element in ["Resource", "NotResource"] {
            match statement.get_mut(element) {
                Some(Value::Array(entries)) => {
                    entries.iter_mut().for_each(|entry| *entry = inside(entry.as_str().unwrap()).into());
                }
                Some(entry) => *entry = inside(entry.as_str().unwrap()).into(),
                None => {}
            }
        }
        if with_tls && statement["Effect"] == "Allow" {
            statement["Condition"]["Bool"]["aws:SecureTransport"] = "true".into();
        }
        statement
    };
    policy["Statement"] = statements.into_iter().map(mend).collect();
    // The API takes ASCII alone.
    let text = policy.to_string();
    let escaped = |c: char| match c {
        c if c.is_ascii() => c.to_string(),
        c => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
    };
    text.chars().map(escaped).collect()
}

fn parsed(text: &str) -> Policy {
    parse::parse(text).into_result().unwrap_or_else(|problems| panic!("{text}\n{problems:?}"))
}

#[test]
fn generated_policies_are_told_the_same_three_times() {
    const POLICIES: usize = 600;
    const REQUESTS: usize = 22;
    let mut world = World::new();
    let mut runner = TestRunner::deterministic();
    let mut texts = Vec::new();
    let mut tally = Tally::default();
    while texts.len() < POLICIES {
        let policy = generate::policy().new_tree(&mut runner).unwrap().current();
        let taken = [false, true]
            .into_iter()
            .map(|with_tls| mended(policy.clone(), with_tls))
            .find(|text| world.put("eu-west-1", text));
        match taken {
            Some(text) => texts.push(text),
            None => tally.refused += 1,
        }
        assert!(tally.refused < POLICIES, "most policies are refused");
    }
    let folder = tempfile::tempdir().unwrap();
    let judged = lint(folder.path(), &texts, GENERATED_NOW);
    assert_eq!(judged.len(), texts.len());
    let mut random = fastrand::Rng::with_seed(20_261_125);
    for (text, judged) in texts.iter().zip(&judged) {
        assert!(judged.valid && world.put("eu-west-1", text), "{text}");
        let requests = requests(&mut random, "eu-west-1", REQUESTS, GENERATED_NOW);
        agree(&mut world, &parsed(text), text, judged, &requests, &mut tally);
        replay(&mut world, "eu-west-1", text, judged, &mut tally);
        tally.policies += 1;
        *tally.classes.entry(judged.exposure.clone()).or_default() += 1;
    }
    println!("{tally:#?}");
    assert!(tally.policies >= 500 && tally.requests >= 10_000);
    // A test in which nobody gets in, or everybody, proves nothing.
    assert!(tally.allowed > tally.requests / 20 && tally.allowed < tally.requests / 2, "{tally:?}");
    assert!(tally.witnesses > 100, "{tally:?}");
}

#[derive(Deserialize)]
struct CaseFile {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    statements: Vec<String>,
    exposure: String,
    version: Option<String>,
    #[serde(default)]
    networks: Vec<String>,
    #[serde(default)]
    organizations: Vec<String>,
}

impl Case {
    /// The policy, with the members that a case leaves out.
    fn text(&self) -> String {
        let inside = format!("arn:aws:mediastore:us-east-1:{ACCOUNT}:container/{CONTAINER}/*");
        let statement = |text: &String| {
            let mut made: Map<String, Value> = serde_json::from_str(text).unwrap();
            for (member, usual) in
                [("Effect", "Allow"), ("Principal", "*"), ("Action", "mediastore:GetObject"), ("Resource", &inside)]
            {
                made.entry(member).or_insert_with(|| usual.into());
            }
            made.retain(|_, value| !value.is_null());
            Value::from(made)
        };
        let statements: Vec<Value> = self.statements.iter().map(statement).collect();
        json!({ "Version": self.version.as_deref().unwrap_or("2012-10-17"), "Statement": statements }).to_string()
    }
}

#[test]
fn the_hard_cases_are_told_the_same_three_times() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy/tests/cases/exposure");
    let mut world = World::new();
    let mut tally = Tally::default();
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let file: CaseFile = toml::from_str(&fs::read_to_string(entry.unwrap().path()).unwrap()).unwrap();
        // Whom an owner trusts besides the own account is a matter of the linter's configuration alone.
        cases.extend(file.case.into_iter().filter(|case| case.networks.is_empty() && case.organizations.is_empty()));
    }
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    let taken: Vec<(Case, String)> = cases
        .into_iter()
        .map(|case| (case.text(), case))
        .filter(|(text, _)| {
            let taken = world.put("us-east-1", text);
            tally.refused += usize::from(!taken);
            taken
        })
        .map(|(text, case)| (case, text))
        .collect();
    let texts: Vec<String> = taken.iter().map(|(_, text)| text.clone()).collect();
    let folder = tempfile::tempdir().unwrap();
    let judged = lint(folder.path(), &texts, CASES_NOW);
    let mut random = fastrand::Rng::with_seed(20_261_125);
    for ((case, text), judged) in taken.iter().zip(&judged) {
        assert_eq!(judged.exposure, case.exposure, "{}: {text}", case.name);
        assert!(world.put("us-east-1", text));
        let requests = requests(&mut random, "us-east-1", 10, GENERATED_NOW);
        agree(&mut world, &parsed(text), text, judged, &requests, &mut tally);
        replay(&mut world, "us-east-1", text, judged, &mut tally);
        tally.policies += 1;
        *tally.classes.entry(judged.exposure.clone()).or_default() += 1;
    }
    println!("{tally:#?}");
    assert!(tally.policies >= 100 && tally.witnesses >= 40, "{tally:?}");
}
