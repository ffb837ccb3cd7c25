//! The text of a URL: what is asked for, and where a redirect leads.

use std::fmt::{self, Write as _};

/// An http or https URL in the form in which it is asked for: characters that no URL has are escaped, what is
/// escaped stays so, and there is no fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    text: String,
    /// The end of the scheme.
    scheme: usize,
    /// The end of the authority, where the path begins.
    authority: usize,
}

impl Address {
    pub(super) fn parse(url: &str) -> Result<Self, String> {
        let Some((scheme, rest)) = split_scheme(url) else {
            return Err("it is no URL: it begins with neither http:// nor https://".to_owned());
        };
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "http" && scheme != "https" {
            return Err(format!("only http and https are fetched, not {scheme}"));
        }
        let rest = rest.strip_prefix("//").unwrap_or_default();
        let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if authority.rsplit('@').next().is_none_or(|host| host.is_empty() || host.starts_with(':')) {
            return Err("it names no host".to_owned());
        }
        if !authority.is_ascii() {
            return Err(format!("the host of {authority} is to be written in ASCII (`xn--...`)"));
        }
        let mut text = format!("{scheme}://{authority}");
        let (scheme, authority) = (scheme.len(), text.len());
        if !tail.starts_with('/') {
            text.push('/');
        }
        escape(tail.split('#').next().unwrap_or_default(), &mut text);
        Ok(Self { text, scheme, authority })
    }

    /// Where a redirect from here leads to.
    pub(super) fn join(&self, location: &str) -> Result<Self, String> {
        if split_scheme(location).is_some() {
            return Self::parse(location).map(|address| self.lend_login(address));
        }
        if location.starts_with("//") {
            return Self::parse(&format!("{}:{location}", &self.text[..self.scheme]));
        }
        let origin = &self.text[..self.authority];
        let location = location.split('#').next().unwrap_or_default();
        let (path, query) = location.split_at(location.find('?').unwrap_or(location.len()));
        let (own_path, own_query) = {
            let tail = &self.text[self.authority..];
            tail.split_at(tail.find('?').unwrap_or(tail.len()))
        };
        let (path, query) = match path {
            "" if query.is_empty() => (own_path.to_owned(), own_query),
            "" => (own_path.to_owned(), query),
            path if path.starts_with('/') => (without_dots(path), query),
            path => {
                let folder = &own_path[..=own_path.rfind('/').unwrap_or(0)];
                (without_dots(&format!("{folder}{path}")), query)
            }
        };
        Self::parse(&format!("{origin}{path}{query}"))
    }

    /// A login goes on to where a redirect on the same server leads, and nowhere else.
    fn lend_login(&self, to: Self) -> Self {
        let login = self.login().filter(|_| to.login().is_none() && self.server() == to.server());
        let lent = login.and_then(|login| {
            let start = to.scheme + "://".len();
            Self::parse(&format!("{}{login}@{}", &to.text[..start], &to.text[start..])).ok()
        });
        lent.unwrap_or(to)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn is_https(&self) -> bool {
        &self.text[..self.scheme] == "https"
    }

    /// A name, or an address without the brackets around it.
    pub(super) fn host(&self) -> &str {
        self.host_and_port().0
    }

    pub(super) fn port(&self) -> &str {
        let standard = if self.is_https() { "443" } else { "80" };
        self.host_and_port().1.filter(|port| !port.is_empty()).unwrap_or(standard)
    }

    fn host_and_port(&self) -> (&str, Option<&str>) {
        let server = self.authority().rsplit('@').next().unwrap_or_default();
        match server.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
            Some((host, port)) => (host, port.strip_prefix(':')),
            None => server.split_once(':').map_or((server, None), |(host, port)| (host, Some(port))),
        }
    }

    fn authority(&self) -> &str {
        &self.text[self.scheme + "://".len()..self.authority]
    }

    fn login(&self) -> Option<&str> {
        self.authority().rsplit_once('@').map(|(login, _)| login)
    }

    fn server(&self) -> (bool, String, &str) {
        (self.is_https(), self.host().to_ascii_lowercase(), self.port())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(&self.text))
    }
}

/// A URL as it may be shown.
pub(super) fn without_password(url: &str) -> String {
    let shown = |(scheme, rest): (&str, &str)| {
        let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        let (login, _) = authority.rsplit_once('@')?;
        let (name, _) = login.split_once(':')?;
        Some(format!("{scheme}://{name}:***{}", &rest[login.len()..]))
    };
    url.split_once("://").and_then(shown).unwrap_or_else(|| url.to_owned())
}

fn split_scheme(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once(':')?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    (scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.bytes().all(allowed))
        .then_some((scheme, rest))
}

/// Escapes what a URL cannot hold, and a `%` that escapes nothing.
fn escape(text: &str, out: &mut String) {
    let bytes = text.as_bytes();
    for (index, byte) in bytes.iter().enumerate() {
        let escapes = || bytes.get(index + 1..index + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        let plain = match byte {
            b'%' => escapes(),
            byte => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,/:;=?@[]".contains(byte),
        };
        if plain {
            out.push(char::from(*byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// A path that begins at the root, without `.` and `..`, as RFC 3986 wants it.
fn without_dots(path: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    for (index, segment) in segments.iter().enumerate() {
        let is_last = index + 1 == segments.len();
        match *segment {
            "." | ".." => {
                if *segment == ".." {
                    out.pop();
                }
                // What it names is a folder.
                if is_last {
                    out.push("");
                }
            }
            segment => out.push(segment),
        }
    }
    format!("/{}", out.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_url_can_hold_is_escaped() {
        for (url, asked) in [
            ("http://h", "http://h/"),
            ("HTTPS://h?x=1#y", "https://h/?x=1"),
            ("http://h/a b/ü.csv?q=\"|\"#top", "http://h/a%20b/%C3%BC.csv?q=%22%7C%22"),
            ("http://h/a%20b%2fc%zz%", "http://h/a%20b%2fc%25zz%25"),
            ("http://h/a\t\\\u{1}", "http://h/a%09%5C%01"),
        ] {
            assert_eq!(Address::parse(url).unwrap().as_str(), asked, "{url}");
        }
    }

    #[test]
    fn only_http_is_fetched() {
        for (url, reason) in [
            ("data.csv", "no URL"),
            ("//h/x", "no URL"),
            ("file:///etc/passwd", "not file"),
            ("ftp://h/x", "not ftp"),
            ("http:h", "no host"),
            ("http:///x", "no host"),
            ("http://user@:80/x", "no host"),
            ("http://münchen.de/", "ASCII"),
        ] {
            let problem = Address::parse(url).unwrap_err();
            assert!(problem.contains(reason), "{url}: {problem}");
        }
    }

    /// The examples of RFC 3986, 5.4, of which the ones with another scheme have a test of their own.
    #[test]
    fn a_redirect_leads_where_the_standard_says() {
        let base = Address::parse("http://a/b/c/d;p?q").unwrap();
        for (location, target) in [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g/"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q"),
            ("g#s", "http://a/b/c/g"),
            ("g?y#s", "http://a/b/c/g?y"),
            (";x", "http://a/b/c/;x"),
            ("g;x?y#s", "http://a/b/c/g;x?y"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../", "http://a/"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("..g", "http://a/b/c/..g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/../h", "http://a/b/c/h"),
            ("g;x=1/../y", "http://a/b/c/y"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("https://h/x", "https://h/x"),
        ] {
            assert_eq!(base.join(location).unwrap().as_str(), target, "{location}");
        }
        assert!(base.join("g:h").is_err());
        assert!(base.join("file:///etc/passwd").is_err());
    }

    #[test]
    fn a_login_stays_on_its_server() {
        let base = Address::parse("https://me:word@h/x").unwrap();
        for (location, target) in [
            ("/y", "https://me:word@h/y"),
            ("https://H:443/y", "https://me:word@H:443/y"),
            ("https://you@h/y", "https://you@h/y"),
            ("https://other/y", "https://other/y"),
            ("//other/y", "https://other/y"),
            ("http://h/y", "http://h/y"),
            ("https://h:444/y", "https://h:444/y"),
        ] {
            assert_eq!(base.join(location).unwrap().as_str(), target, "{location}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(without_password("http://me:a:b@h/x@y"), "http://me:***@h/x@y");
        for url in ["http://me@h/x", "http://h:80/x", "http://h/x:y@z", "file"] {
            assert_eq!(without_password(url), url);
        }
    }

    #[test]
    fn host_and_port() {
        for (url, host, port) in [
            ("http://h/x", "h", "80"),
            ("https://u:w@h/x:1", "h", "443"),
            ("http://h:/x", "h", "80"),
            ("http://h:8080", "h", "8080"),
            ("https://[::1]/x", "::1", "443"),
            ("http://u@[fe80::1]:81/x", "fe80::1", "81"),
        ] {
            let address = Address::parse(url).unwrap();
            assert_eq!((address.host(), address.port()), (host, port), "{url}");
        }
    }
}
