//! Metrics of requests to objects, by the metric policies of containers, in the text format of Prometheus.
//!
//! A container without a metric policy has none. With container-level metrics every request counts in the series
//! `mediastore_*`; a request whose path fits an object group counts in the series `mediastore_group_*` of each group it fits.

use std::sync::Arc;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use serde::Deserialize;

use crate::data::{Parsed, wild};

/// Upper bounds of the classes of times, in seconds.
const TIMES: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// Upper bounds of the classes of sizes, in bytes.
const SIZES: [f64; 8] = [1e3, 1e4, 1e5, 5e5, 1e6, 2.5e6, 1e7, 2.5e7];

/// Everything that is counted.
pub(crate) struct Metrics {
    registry: Registry,
    container: Series<OfContainer>,
    group: Series<OfGroup>,
    policies: Parsed<Policy>,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

/// A metric policy as requests are held against it.
pub(crate) struct Policy {
    container_level: bool,
    /// Pattern and name.
    groups: Vec<(String, String)>,
}

/// One request that has ended.
pub(super) struct Sample<'a> {
    pub(super) container: &'a str,
    pub(super) region: &'a str,
    pub(super) operation: &'static str,
    pub(super) path: &'a str,
    pub(super) status: u16,
    pub(super) received: u64,
    pub(super) sent: u64,
    /// Milliseconds until the last byte was sent.
    pub(super) total: u64,
    /// Milliseconds until the first was.
    pub(super) turnaround: u64,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfContainer {
    container: String,
    region: String,
    request_type: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfGroup {
    container: String,
    region: String,
    object_group: String,
    request_type: &'static str,
}

/// The metrics that MediaStore had, but for its count of throttled requests: this service throttles none.
struct Series<L> {
    requests: Family<L, Counter>,
    client_errors: Family<L, Counter>,
    server_errors: Family<L, Counter>,
    uploaded: Family<L, Histogram>,
    downloaded: Family<L, Histogram>,
    total: Family<L, Histogram>,
    turnaround: Family<L, Histogram>,
}

impl<L> Series<L>
where
    L: Clone + std::hash::Hash + Eq + EncodeLabelSet + std::fmt::Debug + Send + Sync + 'static,
{
    fn register(registry: &mut Registry, prefix: &str) -> Self {
        let sizes = || Family::new_with_constructor((|| Histogram::new(SIZES)) as fn() -> Histogram);
        let times = || Family::new_with_constructor((|| Histogram::new(TIMES)) as fn() -> Histogram);
        let series = Self {
            requests: Family::default(),
            client_errors: Family::default(),
            server_errors: Family::default(),
            uploaded: sizes(),
            downloaded: sizes(),
            total: times(),
            turnaround: times(),
        };
        let registry = registry.sub_registry_with_prefix(prefix);
        registry.register("requests", "Requests", series.requests.clone());
        registry.register("4xx_errors", "Requests refused with a status of 400 to 499", series.client_errors.clone());
        registry.register("5xx_errors", "Requests failed with a status of 500 to 599", series.server_errors.clone());
        registry.register("uploaded_bytes", "Bytes of request bodies", series.uploaded.clone());
        registry.register("downloaded_bytes", "Bytes of answer bodies", series.downloaded.clone());
        registry.register(
            "total_time_seconds",
            "From the request's head to the answer's last byte",
            series.total.clone(),
        );
        registry.register(
            "turnaround_seconds",
            "From the request's head to the answer's head",
            series.turnaround.clone(),
        );
        series
    }

    fn tell(&self, labels: &L, sample: &Sample<'_>) {
        self.requests.get_or_create(labels).inc();
        match sample.status {
            400..500 => drop(self.client_errors.get_or_create(labels).inc()),
            500..600 => drop(self.server_errors.get_or_create(labels).inc()),
            _ => {}
        }
        if sample.operation == "PutObject" {
            self.uploaded.get_or_create(labels).observe(number(sample.received));
        }
        if sample.operation == "GetObject" {
            self.downloaded.get_or_create(labels).observe(number(sample.sent));
        }
        self.total.get_or_create(labels).observe(number(sample.total) / 1000.0);
        self.turnaround.get_or_create(labels).observe(number(sample.turnaround) / 1000.0);
    }
}

/// Counts here stay far below 53 bits.
#[allow(clippy::cast_precision_loss)]
fn number(count: u64) -> f64 {
    count as f64
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let container = Series::register(&mut registry, "mediastore");
        let group = Series::register(&mut registry, "mediastore_group");
        Self { registry, container, group, policies: Parsed::default() }
    }
}

impl Metrics {
    /// What a container's metric policy says.
    pub(super) fn policy(&self, container: i64, text: &str) -> Arc<Policy> {
        self.policies.get(container, text, Policy::parse)
    }

    /// Counts a request.
    pub(super) fn tell(&self, policy: &Policy, sample: &Sample<'_>) {
        let request_type = match sample.operation {
            "PutObject" => "Put",
            "GetObject" => "Get",
            "DeleteObject" => "Delete",
            "DescribeObject" => "Describe",
            _ => "List",
        };
        let (container, region) = (sample.container.to_owned(), sample.region.to_owned());
        for (_, name) in policy.groups.iter().filter(|(pattern, _)| in_group(pattern, sample.path)) {
            let (container, region) = (container.clone(), region.clone());
            self.group.tell(&OfGroup { container, region, object_group: name.clone(), request_type }, sample);
        }
        if policy.container_level {
            self.container.tell(&OfContainer { container, region, request_type }, sample);
        }
    }

    /// All metrics as text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // A String takes all there is to write.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

impl Policy {
    fn parse(text: &str) -> Self {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Stored {
            container_level_metrics: String,
            #[serde(default)]
            metric_policy_rules: Vec<Rule>,
        }

        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Rule {
            object_group: String,
            object_group_name: String,
        }

        // A text that is no policy cannot have been put by this build, and counts nothing.
        let stored = serde_json::from_str(text)
            .unwrap_or(Stored { container_level_metrics: String::new(), metric_policy_rules: Vec::new() });
        let groups = stored.metric_policy_rules.into_iter().map(|rule| (rule.object_group, rule.object_group_name));
        let container_level = stored.container_level_metrics == "ENABLED";
        Self { container_level, groups: groups.collect() }
    }
}

/// Whether a path is in an object group: a pattern of a path, in which `*` stands for any characters, or a folder.
fn in_group(pattern: &str, path: &str) -> bool {
    let pattern = pattern.trim_matches('/');
    let fits = |text: &str| wild(pattern, text);
    fits(path) || path.match_indices('/').any(|(end, _)| fits(&path[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_patterns_and_folders() {
        for (pattern, path, expected) in [
            ("*.m3u8", "a.m3u8", true),
            ("*.m3u8", "live/day1/a.m3u8", true),
            ("*.m3u8", "a.m3u8.bak", false),
            ("baseball/saturday", "baseball/saturday/1.ts", true),
            ("baseball/saturday", "baseball/saturday/deep/1.ts", true),
            ("/baseball/saturday/", "baseball/saturday/1.ts", true),
            ("baseball/saturday", "baseball/saturday", true),
            ("baseball/saturday", "baseball/saturday2/1.ts", false),
            ("baseball/*/hd", "baseball/sunday/hd/1.ts", true),
            ("*", "anything/at/all", true),
            ("a*b*c", "aXbXbXc", true),
            ("a*b*c", "aXbXbX", false),
            ("**", "", true),
        ] {
            assert_eq!(in_group(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn a_request_counts_where_the_policy_says() {
        let metrics = Metrics::default();
        let policy = metrics.policy(
            1,
            r#"{"ContainerLevelMetrics":"ENABLED","MetricPolicyRules":[{"ObjectGroup":"*.ts","ObjectGroupName":"segments"},{"ObjectGroup":"live","ObjectGroupName":"live"}]}"#,
        );
        let sample = |operation, path, status| Sample {
            container: "movies",
            region: "us-west-2",
            operation,
            path,
            status,
            received: 0,
            sent: 1_500_000,
            total: 20,
            turnaround: 3,
        };
        metrics.tell(&policy, &sample("GetObject", "live/1.ts", 200));
        metrics.tell(&policy, &sample("GetObject", "live/index.m3u8", 404));
        let quiet = metrics.policy(2, r#"{"ContainerLevelMetrics":"DISABLED"}"#);
        metrics.tell(&quiet, &Sample { container: "quiet", ..sample("GetObject", "a", 500) });
        let text = metrics.text();
        for line in [
            r#"mediastore_requests_total{container="movies",region="us-west-2",request_type="Get"} 2"#,
            r#"mediastore_4xx_errors_total{container="movies",region="us-west-2",request_type="Get"} 1"#,
            r#"mediastore_group_requests_total{container="movies",region="us-west-2",object_group="segments",request_type="Get"} 1"#,
            r#"mediastore_group_requests_total{container="movies",region="us-west-2",object_group="live",request_type="Get"} 2"#,
            r#"mediastore_downloaded_bytes_sum{container="movies",region="us-west-2",request_type="Get"} 3000000.0"#,
        ] {
            assert!(text.lines().any(|found| found == line), "no {line} in\n{text}");
        }
        assert!(!text.contains("quiet"), "{text}");
    }
}
