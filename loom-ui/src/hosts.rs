//! What this server is called: the only names that a request may give it.

/// The names that a request may be for.
pub(crate) struct Hosts {
    /// With the port.
    own: Vec<String>,
    /// What `--allow-host` named. Behind a proxy the page may have come by TLS.
    named: Vec<String>,
}

impl Hosts {
    /// Those of a server at this port: loopback, the address that it was told to listen at, and those that were allowed.
    pub(crate) fn new(port: u16, host: Option<&str>, allowed: &[String]) -> Self {
        let mut own: Vec<String> = ["127.0.0.1", "localhost", "[::1]"].map(|name| format!("{name}:{port}")).into();
        if let Some(host) = host {
            let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
            own.push(format!("{host}:{port}"));
        }
        let has_port = |name: &str| name.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let named = allowed.iter().flat_map(|name| {
            let with_port = (!has_port(name)).then(|| format!("{name}:{port}"));
            [Some(name.clone()), with_port].into_iter().flatten()
        });
        Self { own, named: named.collect() }
    }

    /// Whether a request with this `Host` is for this server, and not for somebody's name that leads here.
    pub(crate) fn has(&self, host: &str) -> bool {
        self.own.iter().chain(&self.named).any(|name| name.eq_ignore_ascii_case(host))
    }

    /// Whether a page with this origin is the one that this server gave out under that name.
    pub(crate) fn is_origin(&self, origin: &str, host: &str) -> bool {
        let same = |scheme: &str| origin.strip_prefix(scheme).is_some_and(|name| name.eq_ignore_ascii_case(host));
        let is_named = || self.named.iter().any(|name| name.eq_ignore_ascii_case(host));
        self.has(host) && (same("http://") || (same("https://") && is_named()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_names_are_ours() {
        let hosts = Hosts::new(8765, Some("192.168.1.5"), &["box.example".to_owned(), "at.example:443".to_owned()]);
        let ours = [
            "127.0.0.1:8765",
            "LOCALHOST:8765",
            "[::1]:8765",
            "192.168.1.5:8765",
            "box.example",
            "box.example:8765",
            "at.example:443",
        ];
        for name in ours {
            assert!(hosts.has(name), "{name}");
            assert!(hosts.is_origin(&format!("http://{name}"), name), "{name}");
            assert!(!hosts.is_origin(&format!("http://{name}/"), name), "{name}");
        }
        let foreign = [
            "",
            "127.0.0.1",
            "localhost",
            "localhost:8766",
            "localhost:8765:8765",
            "xlocalhost:8765",
            "localhost.:8765",
            "127.0.0.1:8765.evil.example",
            "0.0.0.0:8765",
            "evil.example:8765",
            "user@localhost:8765",
            "at.example",
        ];
        for name in foreign {
            assert!(!hosts.has(name), "{name}");
            assert!(!hosts.is_origin(&format!("http://{name}"), name), "{name}");
        }
    }

    #[test]
    fn an_origin_is_that_of_the_name_asked_for() {
        let hosts = Hosts::new(8765, None, &["box.example".to_owned()]);
        assert!(!hosts.is_origin("http://localhost:8765", "127.0.0.1:8765"));
        assert!(!hosts.is_origin("https://localhost:8765", "localhost:8765"));
        assert!(hosts.is_origin("https://box.example", "box.example"));
        assert!(!hosts.is_origin("null", "localhost:8765"));
    }
}
