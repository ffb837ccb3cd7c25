//! The token: what tells those who were given the address from all others.

use std::ffi::OsStr;

use subtle::ConstantTimeEq;

use crate::exit::Failed;

/// The variable that fixes it.
pub(crate) const VARIABLE: &str = "LOOM_UI_TOKEN";
/// Fewer characters than that could be tried out.
const SHORTEST: usize = 16;

/// A secret of this process. It has no `Debug` and no `Display`, so that no message shows it by accident.
pub(crate) struct Token(String);

impl Token {
    /// The one that was given, else 256 bits from the system.
    pub(crate) fn new(given: Option<&OsStr>) -> Result<Self, Failed> {
        let Some(given) = given else {
            let mut bytes = [0u8; 32];
            getrandom::fill(&mut bytes)
                .map_err(|error| Failed::cannot(format!("the system gives no random numbers for a token: {error}")))?;
            return Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()));
        };
        // It goes into an address and into a header, so it must be the same in both.
        let is_plain = |text: &&str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        match given.to_str().filter(is_plain) {
            Some(text) if text.len() >= SHORTEST => Ok(Self(text.to_owned())),
            Some(_) => {
                Err(Failed::wrong(format!("{VARIABLE} has fewer than {SHORTEST} characters, which can be guessed"))
                    .help(format!("make one with `openssl rand -hex 32`, or unset {VARIABLE} to have one made")))
            }
            None => Err(Failed::wrong(format!("{VARIABLE} has characters other than letters, digits and -._~"))
                .help(format!("make one with `openssl rand -hex 32`, or unset {VARIABLE} to have one made"))),
        }
    }

    /// Whether this is it. How long the answer takes says nothing of where they differ.
    pub(crate) fn is(&self, text: &str) -> bool {
        bool::from(self.0.as_bytes().ct_eq(text.as_bytes()))
    }

    /// The address to open: behind the `#`, it reaches no server and no log.
    pub(crate) fn address(&self, base: &str) -> String {
        format!("{base}/#token={}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_new_and_none_is_another() {
        let tokens = [(); 2].map(|()| Token::new(None).ok().unwrap());
        assert_ne!(tokens[0].0, tokens[1].0);
        assert_eq!(tokens[0].0.len(), 64);
        assert!(tokens[0].is(&tokens[0].0) && !tokens[0].is(&tokens[1].0));
        assert!(!tokens[0].is("") && !tokens[0].is(&tokens[0].0[..63]));
    }

    #[test]
    fn one_that_can_be_guessed_or_is_no_part_of_an_address_is_refused() {
        let new = |text: &str| Token::new(Some(OsStr::new(text))).is_ok();
        assert!(new("0123456789abcdef"));
        assert!(!new("0123456789abcde"));
        assert!(!new(""));
        assert!(!new("0123456789abcdef#"));
        assert!(!new("0123456789abcdef,"));
        assert!(!new("0123456789abcdéf"));
    }
}
