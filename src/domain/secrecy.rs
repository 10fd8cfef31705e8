//! What looks like a secret: by the name it goes under, or by its own form.
//!
//! Messages, diffs and source lines are masked with this; a check warns about a password in a plain variable. It is a
//! guess made to be wrong on the safe side when masking. It finds no secret that looks like an ordinary word, so values
//! that may be secrets (environment values, log options) are not shown at all, whatever they look like.
mod mark;
mod masked;
mod name;
mod shown;
mod token;

pub use mark::{KEY_BYTES, Mark, MarkKey};
pub use masked::masked;
pub use name::name_looks_secret;
pub use shown::shown;
pub use token::value_looks_secret;

/// Whether a variable, option or label looks like a credential: its value has the form of one, or its name says so and
/// its value could be one.
#[must_use]
pub fn looks_secret(name: &str, value: &str) -> bool {
    value_looks_secret(value) || (name_looks_secret(name) && could_be_secret(value))
}

/// Whether a value could be a secret at all: not empty, not a switch or a small number, not a reference to where the
/// secret is kept, not a mark that is filled in later.
fn could_be_secret(value: &str) -> bool {
    let value = value.trim();
    let is_switch = [
        "true", "false", "yes", "no", "on", "off", "none", "null", "enabled", "disabled",
    ]
    .iter()
    .any(|word| value.eq_ignore_ascii_case(word));
    let is_small_number = value.len() <= 5 && value.bytes().all(|byte| byte.is_ascii_digit());
    !is_switch && !is_small_number && !is_reference(value) && !is_mark(value)
}

/// An ARN, a path, or an address without a password: where a secret is, not what it is.
fn is_reference(value: &str) -> bool {
    value.starts_with("arn:")
        || value.starts_with('/')
        || value.starts_with("./")
        || value.contains("://")
}

/// `<NAME>`, `${NAME}`, `{{ name }}`, `$NAME`: filled in later.
fn is_mark(value: &str) -> bool {
    let name = |text: &str| {
        !text.trim().is_empty()
            && text.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' ')
            })
    };
    [
        ("<", ">"),
        ("${{", "}}"),
        ("${", "}"),
        ("{{", "}}"),
        ("$", ""),
    ]
    .iter()
    .any(|(start, end)| {
        value
            .strip_prefix(start)
            .and_then(|rest| rest.strip_suffix(end))
            .is_some_and(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_plain_variable_looks_secret() {
        for (name, value) in [
            ("DB_PASSWORD", "correct horse"),
            ("dbPassword", "hunter2"),
            ("SESSION_SECRET", "0123456789"),
            ("splunk-token", "0000-1111"),
            ("API_KEY", "k"),
            ("ApiKey", "k"),
            ("PASSWORD", "12345678"),
        ] {
            assert!(looks_secret(name, value), "{name}");
        }
    }

    #[test]
    fn a_form_of_a_token_looks_secret_whatever_its_name_is() {
        assert!(looks_secret(
            "GREETING",
            "postgres://web:hunter2@db.example.com/web"
        ));
    }

    #[test]
    fn an_ordinary_variable_does_not_look_secret() {
        for (name, value) in [
            ("GREETING", "hello"),
            ("TOKEN_TTL", "3600"),
            ("KEYBOARD", "de"),
            ("DB_HOST", "db.example.com"),
            ("MONKEY", "banana"),
            ("AUTHOR", "Ada"),
        ] {
            assert!(!looks_secret(name, value), "{name}");
        }
    }

    #[test]
    fn a_name_that_says_secret_with_a_value_that_cannot_be_one_does_not() {
        for value in [
            "",
            " ",
            "true",
            "Disabled",
            "3600",
            "arn:aws:ssm:us-east-1:123456789012:parameter/x",
            "/run/secrets/db",
            "https://auth.example.com/token",
            "<DB_PASSWORD>",
            "${DB_PASSWORD}",
            "{{ password }}",
            "$DB_PASSWORD",
        ] {
            assert!(!looks_secret("DB_PASSWORD", value), "{value}");
        }
        assert!(looks_secret("DB_PASSWORD", "<a b>!"));
        assert!(looks_secret("DB_PASSWORD", "123456"));
    }
}
