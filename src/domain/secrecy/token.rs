//! Values that have the form of a credential: tokens with a known beginning, keys in PEM, passwords in addresses.
//! The forms are those their makers publish, so that scanners can find them.

/// How a token goes on behind its known beginning.
#[derive(Clone, Copy)]
enum Body {
    /// Capital letters and digits.
    Capitals,
    /// Letters and digits.
    Word,
    /// Letters, digits, `_`, `-`.
    Url,
}

impl Body {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Capitals => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Word => byte.is_ascii_alphanumeric(),
            Self::Url => byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-',
        }
    }
}

/// Beginnings of tokens, what follows, and how much of it at least.
const TOKENS: [(&str, Body, usize); 32] = [
    ("AKIA", Body::Capitals, 16),
    ("ASIA", Body::Capitals, 16),
    ("ghp_", Body::Word, 30),
    ("gho_", Body::Word, 30),
    ("ghu_", Body::Word, 30),
    ("ghs_", Body::Word, 30),
    ("ghr_", Body::Word, 30),
    ("github_pat_", Body::Url, 30),
    ("glpat-", Body::Url, 20),
    ("gldt-", Body::Url, 20),
    ("glrt-", Body::Url, 20),
    ("xoxb-", Body::Url, 20),
    ("xoxp-", Body::Url, 20),
    ("xoxa-", Body::Url, 20),
    ("xoxs-", Body::Url, 20),
    ("xapp-", Body::Url, 20),
    ("sk_live_", Body::Word, 16),
    ("sk_test_", Body::Word, 16),
    ("rk_live_", Body::Word, 16),
    ("whsec_", Body::Word, 16),
    ("sk-ant-", Body::Url, 20),
    ("sk-proj-", Body::Url, 20),
    ("AIza", Body::Url, 35),
    ("npm_", Body::Word, 36),
    ("pypi-", Body::Url, 40),
    ("dckr_pat_", Body::Url, 20),
    ("dop_v1_", Body::Word, 40),
    ("hvs.", Body::Url, 20),
    ("SG.", Body::Url, 20),
    ("shpat_", Body::Word, 32),
    ("lin_api_", Body::Word, 32),
    ("ya29.", Body::Url, 20),
];

/// Members of connection strings that hold a password; what follows the `=` is the secret.
const ASSIGNMENTS: [&str; 5] = [
    "password=",
    "pwd=",
    "accountkey=",
    "sharedaccesskey=",
    "sharedaccesssignature=",
];

/// Whether a text holds a credential, told by its form alone.
#[must_use]
pub fn value_looks_secret(value: &str) -> bool {
    TOKENS
        .iter()
        .any(|(start, body, least)| holds_token(value, start, *body, *least))
        || holds_private_key(value)
        || holds_web_token(value)
        || holds_password_in_address(value)
        || holds_assignment(value)
}

fn holds_token(value: &str, start: &str, body: Body, least: usize) -> bool {
    value.match_indices(start).any(|(at, _)| {
        let begins = value
            .as_bytes()
            .get(..at)
            .and_then(<[u8]>::last)
            .is_none_or(|before| !before.is_ascii_alphanumeric());
        let behind = value.as_bytes().get(at + start.len()..).unwrap_or_default();
        begins
            && behind
                .iter()
                .take(least)
                .filter(|byte| body.has(**byte))
                .count()
                >= least
    })
}

fn holds_private_key(value: &str) -> bool {
    value.split("-----BEGIN ").skip(1).any(|behind| {
        behind
            .lines()
            .next()
            .is_some_and(|line| line.contains("PRIVATE KEY"))
    })
}

/// A JSON web token: three parts in base64, of which the first begins an object.
fn holds_web_token(value: &str) -> bool {
    let part = |text: &str, least: usize| {
        text.len() >= least && text.bytes().all(|byte| Body::Url.has(byte))
    };
    value
        .split(|character: char| !(character.is_ascii_alphanumeric() || "-_.".contains(character)))
        .any(|word| {
            let mut parts = word.split('.');
            match (parts.next(), parts.next(), parts.next()) {
                (Some(head), Some(body), Some(signature)) => {
                    head.starts_with("eyJ")
                        && part(head, 10)
                        && part(body, 10)
                        && part(signature, 10)
                }
                _ => false,
            }
        })
}

/// `scheme://user:password@host`, where the password is no mark to be filled in.
fn holds_password_in_address(value: &str) -> bool {
    value.split("://").skip(1).any(|behind| {
        let end = behind
            .find(['/', '?', '#', ' ', '\t', '\r', '\n', '"', '\''])
            .unwrap_or(behind.len());
        let authority = behind.get(..end).unwrap_or_default();
        authority
            .rsplit_once('@')
            .and_then(|(user, _)| user.split_once(':'))
            .is_some_and(|(_, password)| is_password(password))
    })
}

/// `Server=db;Password=hunter2;` and its kin.
fn holds_assignment(value: &str) -> bool {
    value
        .split(|c: char| c.is_whitespace() || matches!(c, ';' | '&'))
        .any(|member| {
            ASSIGNMENTS.iter().any(|start| {
                let head = member.get(..start.len());
                head.is_some_and(|head| head.eq_ignore_ascii_case(start))
                    && member.get(start.len()..).is_some_and(is_password)
            })
        })
}

fn is_password(text: &str) -> bool {
    !text.is_empty() && !super::is_mark(text)
}

#[cfg(test)]
mod tests;
