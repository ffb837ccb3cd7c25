//! The proxies that an environment names.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::net::Ipv4Addr;

use ureq::Proxy;

use super::address::Address;

/// A variable that is set, and its value.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: &'static str,
    pub(super) value: String,
}

/// The first of these variables that is set and not empty.
pub(super) fn first_set(environment: &HashMap<OsString, OsString>, names: &[&'static str]) -> Option<Variable> {
    names.iter().find_map(|name| {
        let value = environment.get(OsStr::new(name))?.to_string_lossy().trim().to_owned();
        (!value.is_empty()).then_some(Variable { name, value })
    })
}

/// Which proxy leads to which address.
#[derive(Debug)]
pub(super) struct Proxies {
    http: Option<Variable>,
    https: Option<Variable>,
    /// The hosts that are reached without one.
    direct: Vec<String>,
}

impl Proxies {
    /// As curl and Python's requests read them: small letters come first.
    pub(super) fn of(environment: &HashMap<OsString, OsString>) -> Self {
        let direct = first_set(environment, &["no_proxy", "NO_PROXY"]).map_or(String::new(), |variable| variable.value);
        Self {
            http: first_set(environment, &["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]),
            https: first_set(environment, &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
            direct: direct.split([',', ' ']).filter(|entry| !entry.is_empty()).map(str::to_lowercase).collect(),
        }
    }

    /// The proxy for an address, with the variable that names it.
    pub(super) fn toward(&self, address: &Address) -> Result<Option<(&Variable, Proxy)>, String> {
        let variable = if address.is_https() { &self.https } else { &self.http };
        let Some(variable) = variable else { return Ok(None) };
        if self.is_direct(address) {
            return Ok(None);
        }
        match Proxy::new(&variable.value) {
            Ok(proxy) => Ok(Some((variable, proxy))),
            // The value may hold a password.
            Err(_) => Err(format!(
                "the variable `{}` does not name a proxy; it should be like http://proxy.example.org:3128",
                variable.name
            )),
        }
    }

    fn is_direct(&self, address: &Address) -> bool {
        let host = address.host().to_lowercase();
        let with_port = format!("{host}:{}", address.port());
        self.direct.iter().any(|entry| {
            let name = entry.strip_prefix("*.").or(entry.strip_prefix('.')).unwrap_or(entry);
            let is_or_ends_in =
                |whole: &str| whole.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('.'));
            entry == "*" || is_or_ends_in(&host) || is_or_ends_in(&with_port) || is_in_network(&host, entry)
        })
    }
}

/// Whether a host is an address in a network that is written like `10.0.0.0/8`.
fn is_in_network(host: &str, network: &str) -> bool {
    let parse = || {
        let (base, bits) = network.split_once('/')?;
        let (base, host): (Ipv4Addr, Ipv4Addr) = (base.parse().ok()?, host.parse().ok()?);
        let shift = 32_u32.checked_sub(bits.parse().ok()?)?;
        Some((u64::from(base.to_bits()) >> shift, u64::from(host.to_bits()) >> shift))
    };
    parse().is_some_and(|(base, host)| base == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(environment: &[(&str, &str)], url: &str) -> Option<&'static str> {
        let environment = environment.iter().map(|(name, value)| (name.into(), value.into())).collect();
        let proxies = Proxies::of(&environment);
        let address = Address::parse(url).unwrap();
        proxies.toward(&address).unwrap().map(|(variable, _)| variable.name)
    }

    #[test]
    fn each_scheme_has_its_proxy() {
        let both = [("HTTP_PROXY", "http://a:1"), ("https_proxy", "b:2"), ("HTTPS_PROXY", "c:3")];
        assert_eq!(variable(&both, "http://h/"), Some("HTTP_PROXY"));
        assert_eq!(variable(&both, "https://h/"), Some("https_proxy"));
        let fallback = [("HTTP_PROXY", " "), ("ALL_PROXY", "socks5://a:1")];
        assert_eq!(variable(&fallback, "http://h/"), Some("ALL_PROXY"));
        assert_eq!(variable(&[("https_proxy", "b:2")], "http://h/"), None);
        assert_eq!(variable(&[], "http://h/"), None);
    }

    #[test]
    fn some_hosts_are_reached_without() {
        let reached_directly =
            |direct: &str, url: &str| variable(&[("http_proxy", "http://a:1"), ("no_proxy", direct)], url).is_none();
        for (direct, url) in [
            ("*", "http://h/"),
            ("other, example.org", "http://Example.org/"),
            ("example.org", "http://www.example.org:80/"),
            (".example.org", "http://www.example.org/"),
            ("*.example.org", "http://www.example.org/"),
            ("example.org:81", "http://example.org:81/"),
            ("10.0.0.0/8", "http://10.200.3.4/"),
            ("0.0.0.0/0", "http://10.200.3.4/"),
            ("::1", "http://[::1]:8080/"),
        ] {
            assert!(reached_directly(direct, url), "{direct} {url}");
        }
        for (direct, url) in [
            ("example.org", "http://notexample.org/"),
            ("example.org:81", "http://example.org/"),
            ("www.example.org", "http://example.org/"),
            ("10.0.0.0/8", "http://11.0.0.1/"),
            ("10.0.0.0/33", "http://10.0.0.1/"),
        ] {
            assert!(!reached_directly(direct, url), "{direct} {url}");
        }
    }

    #[test]
    fn what_is_no_proxy_is_told_by_its_variable() {
        let environment = HashMap::from([("http_proxy".into(), "gopher://a".into())]);
        let problem = Proxies::of(&environment).toward(&Address::parse("http://h/").unwrap()).unwrap_err();
        assert!(problem.contains("`http_proxy`"), "{problem}");
    }
}
