//! Data that is a URL: how it is told from a path, and which local file stands for it.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The folder of fetched files, in the pipeline folder.
const CACHE: &str = ".loom-url-cache";

/// The longest name taken from a URL, in bytes. With the digits before it, it fits in what file systems allow.
const LONGEST_NAME: usize = 200;

/// Whether the path of a datum is a URL that is fetched. The scheme is in small letters, as loom-pipeline has it.
///
/// ```
/// assert!(loom_graph::is_url("https://example.org/data.csv"));
/// assert!(!loom_graph::is_url("data/https.csv"));
/// ```
pub fn is_url(path: &str) -> bool {
    path.starts_with("http://") || path.starts_with("https://")
}

/// Where the file of a URL is kept, relative to the pipeline folder. It has the name that loom-pipeline gives it, so
/// that each finds what the other has fetched: the start of the URL's SHA-256, and the name that the URL's path ends in.
///
/// ```
/// let path = loom_graph::cached_path("https://example.org/data/table.csv?version=2");
/// assert_eq!(path, ".loom-url-cache/f79201cc04a4eedc_table.csv");
/// ```
pub fn cached_path(url: &str) -> String {
    let mut path = format!("{CACHE}/");
    for byte in &Sha256::digest(url.as_bytes())[..8] {
        // Writing to a string cannot fail.
        let _ = write!(path, "{byte:02x}");
    }
    path.push('_');
    path.push_str(&safe(&last_name(url)));
    path
}

/// The name that the path of a URL ends in, as Python's `urlparse` and `Path.name` tell it.
fn last_name(url: &str) -> String {
    let url: String = url.chars().filter(|character| !matches!(character, '\t' | '\r' | '\n')).collect();
    let after_scheme = url.split_once("://").map_or(&*url, |(_, rest)| rest);
    let path = after_scheme.find(['/', '?', '#']).map_or("", |end| &after_scheme[end..]);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    // Parameters of the last segment (`;type=a`) belong to the path no more than a query does.
    let last = path.rfind('/').unwrap_or(0);
    let path = path[last..].find(';').map_or(path, |end| &path[..last + end]);
    let path = path.trim_end_matches('/');
    if path.is_empty() {
        return "download".to_owned();
    }
    path.split('/').rfind(|name| !matches!(*name, "" | ".")).unwrap_or_default().to_owned()
}

/// A name that a file can have. What tells its kind, the end after the last dot, is kept when it is cut.
fn safe(name: &str) -> String {
    let name = name.replace('\0', "_");
    if name.len() <= LONGEST_NAME {
        return name;
    }
    let ending = match name.rfind('.') {
        Some(dot) if name.len() - dot <= 20 => &name[dot..],
        _ => "",
    };
    let cut = name.floor_char_boundary(LONGEST_NAME - ending.len());
    format!("{}{ending}", &name[..cut])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What loom-pipeline 0.7.0 answers for these.
    #[test]
    fn names_are_those_of_loom_pipeline() {
        let examples = [
            ("https://example.org/data/table.csv", "b901f53c1f1e6bad_table.csv"),
            ("https://example.org/data/table.csv/", "45b4dc0a2937b084_table.csv"),
            ("https://example.org/data///", "dfb99d2e2f74b237_data"),
            ("https://example.org", "50d7a905e3046b88_download"),
            ("http://example.org/", "781bc04ec9bd049c_download"),
            ("https://example.org?file=a/b.csv", "0fb134fcc3c0758a_download"),
            ("https://example.org#part/b.csv", "42ac8e2cf7d5e41d_download"),
            ("https://example.org/data/table.csv?version=2&x=/y.csv", "3cb785f78340d941_table.csv"),
            ("https://example.org/table.csv#sheet/1", "949dde81ef00268a_table.csv"),
            ("https://example.org/a%20b%2Fc.csv", "03340e15838a2764_a%20b%2Fc.csv"),
            ("https://example.org/größe/tabelle-ü.csv", "e2418a4a698eac23_tabelle-ü.csv"),
            ("https://user:word@example.org:8080/x.json", "3364749d54e7a189_x.json"),
            ("https://example.org/a.csv;type=a", "e09601681982964a_a.csv"),
            ("https://example.org/a;b/c.csv", "45f04b8b68775d1b_c.csv"),
            ("https://example.org/a/;b", "67c82ce54bc92b0c_a"),
            ("https://example.org/;b", "7a14bf926d8b10fa_download"),
            ("https://example.org/a/..", "4e9a640805fab85b_.."),
            ("https://example.org/a/.", "fc0b3443f0aa6bdb_a"),
            ("https://example.org/.", "6b3f0fb28b2ec236_"),
            ("https://example.org/.hidden", "4270f3afbb9f5850_.hidden"),
            ("https://example.org/a b.csv", "bc86fffefe60ff38_a b.csv"),
            ("https://example.org/a\tb\n.csv", "67ebc486918587fd_ab.csv"),
            ("http://[::1]:80/x.csv", "68379a64815a9fc1_x.csv"),
            ("https://example.org/a\\b.csv", "bfe0454ffbeb2740_a\\b.csv"),
            ("https://", "66dfeeedabf1f022_download"),
            ("https:///x.csv", "6c75d20909e80409_x.csv"),
            ("https://example.org/a://b", "4dcafcab2933f185_b"),
            ("https://example.org?a;b/c", "142646c16278dd8e_download"),
            ("https://example.org/\u{1}'\"*.csv", "428b4da970ff469a_\u{1}'\"*.csv"),
        ];
        for (url, name) in examples {
            assert_eq!(cached_path(url), format!(".loom-url-cache/{name}"), "{url:?}");
        }
    }

    #[test]
    fn what_no_file_can_be_named_is_replaced() {
        assert_eq!(safe("a\0b.csv"), "a_b.csv");
    }

    #[test]
    fn a_long_name_is_cut_and_keeps_its_ending() {
        assert_eq!(safe(&"x".repeat(200)), "x".repeat(200));
        assert_eq!(safe(&format!("{}.tar", "x".repeat(300))), format!("{}.tar", "x".repeat(196)));
        // Nothing is cut in two: an umlaut has two bytes.
        assert_eq!(safe(&format!("x{}.csv", "ü".repeat(300))), format!("x{}.csv", "ü".repeat(97)));
        assert_eq!(safe(&format!("a.{}", "x".repeat(300))), format!("a.{}", "x".repeat(198)));
    }

    #[test]
    fn only_http_is_fetched() {
        for path in ["http://h", "https://h/x"] {
            assert!(is_url(path), "{path}");
        }
        for path in ["", "http:/h", "HTTP://h", "ftp://h", "file:///x", " http://h", "data/http://h"] {
            assert!(!is_url(path), "{path}");
        }
    }
}
