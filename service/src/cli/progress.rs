//! Progress bars on standard error, and only where that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that counts bytes. Its length may be set later.
pub(super) fn bytes(what: &'static str) -> ProgressBar {
    let template = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
    bar(what, template)
}

/// A bar that counts things.
pub(super) fn items(what: &'static str, count: usize) -> ProgressBar {
    let bar = bar(what, "{msg} {wide_bar} {pos}/{len} {eta}");
    bar.set_length(count as u64);
    bar
}

fn bar(what: &'static str, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(0).with_message(what);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
