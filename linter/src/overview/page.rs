//! The overview as one page that needs nothing from outside itself.

use super::Overview;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page. All data goes into one JSON element, from which the page's script builds text nodes: what a source says can never
/// become markup.
///
/// # Errors
///
/// The data has no JSON form.
pub(crate) fn page(overview: &Overview) -> Result<String, serde_json::Error> {
    // Without `<`, no text in the data can end the element that holds it.
    let data = serde_json::to_string(overview)?.replace('<', "\\u003c");
    let pieces = [("/*CSS*/", STYLE), ("/*JS*/", SCRIPT), ("/*DATA*/", data.as_str())];
    // One pass from left to right, so that nothing in a piece is taken for a mark.
    let mut page = String::with_capacity(PAGE.len() + STYLE.len() + SCRIPT.len() + data.len());
    let mut rest = PAGE;
    while let Some((at, mark, piece)) =
        pieces.iter().filter_map(|(mark, piece)| rest.find(mark).map(|at| (at, *mark, *piece))).min_by_key(|it| it.0)
    {
        page.push_str(&rest[..at]);
        page.push_str(piece);
        rest = &rest[at + mark.len()..];
    }
    page.push_str(rest);
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_become_markup() {
        let overview = Overview::new("</script><script>alert(1)</script>/*JS*/".to_owned());
        let page = page(&overview).expect("a page");
        assert!(!page.contains("alert(1)</script>"), "{page}");
        assert_eq!(page.matches("<script").count(), 2);
        assert!(page.contains("/*JS*/\""), "a mark inside the data is data");
        for mark in ["/*CSS*/", "/*DATA*/"] {
            assert!(!page.contains(mark), "{mark} is still there");
        }
    }
}
