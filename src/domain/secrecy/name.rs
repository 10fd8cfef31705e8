//! Names that say "secret": by the words they are made of.

/// Words that say it alone.
const SAYS_SO: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "secrets",
    "token",
    "apikey",
    "credential",
    "credentials",
    "authtoken",
    "secretkey",
    "accesskey",
    "privatekey",
    "passcode",
];

/// Words that say it before `key`: `API_KEY`, but not `PRIMARY_KEY`.
const KEY_KINDS: [&str; 14] = [
    "api",
    "access",
    "private",
    "secret",
    "signing",
    "encryption",
    "crypt",
    "auth",
    "master",
    "account",
    "storage",
    "session",
    "license",
    "shared",
];

/// Words that, as the last one, say that the value is about a secret and none itself: `TOKEN_TTL`, `SECRET_NAME`.
const ABOUT_ONE: [&str; 63] = [
    "algorithm",
    "arn",
    "audience",
    "backend",
    "bucket",
    "claim",
    "claims",
    "class",
    "cookie",
    "count",
    "dir",
    "directory",
    "domain",
    "driver",
    "duration",
    "enabled",
    "endpoint",
    "engine",
    "expiration",
    "expires",
    "expiry",
    "field",
    "file",
    "folder",
    "format",
    "header",
    "host",
    "id",
    "interval",
    "issuer",
    "length",
    "lifetime",
    "limit",
    "manager",
    "max",
    "min",
    "mode",
    "name",
    "param",
    "parameter",
    "path",
    "pattern",
    "policy",
    "port",
    "prefix",
    "provider",
    "rate",
    "region",
    "required",
    "scope",
    "scopes",
    "service",
    "size",
    "source",
    "store",
    "strategy",
    "table",
    "timeout",
    "ttl",
    "type",
    "uri",
    "url",
    "version",
];

/// Whether a name says that what goes under it is a secret.
///
/// The words of a name are parted by anything but letters and digits, and where small letters become capitals.
#[must_use]
pub fn name_looks_secret(name: &str) -> bool {
    let words = words(name);
    let about = words
        .last()
        .is_some_and(|last| ABOUT_ONE.contains(&last.as_str()));
    if about {
        return false;
    }
    // `PGPASSWORD`, `dbpasswd`: written together, no other word ends like that.
    let said = |word: &String| {
        SAYS_SO.contains(&word.as_str())
            || ["password", "passwd"].iter().any(|end| word.ends_with(end))
    };
    let keyed = words.windows(2).any(|pair| match pair {
        [kind, key] => key == "key" && KEY_KINDS.contains(&kind.as_str()),
        _ => false,
    });
    // `PWD` alone is the working directory, `DB_PWD` a password; `PASS_THROUGH` is none, `DB_PASS` is one.
    let short = words.len() > 1 && words.iter().any(|word| word == "pwd" || word == "pw");
    let ends = words.last().is_some_and(|last| last == "pass");
    keyed || short || ends || words.iter().any(said)
}

/// The words of a name in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut before_was_small = false;
    for character in name.chars() {
        let ends = !character.is_alphanumeric() || (character.is_uppercase() && before_was_small);
        if ends && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if character.is_alphanumeric() {
            word.extend(character.to_lowercase());
        }
        before_was_small = character.is_lowercase() || character.is_numeric();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_by_its_words() {
        assert_eq!(words("DB_PASSWORD"), ["db", "password"]);
        assert_eq!(words("dbPassword2"), ["db", "password2"]);
        assert_eq!(
            words("com.example.api-key"),
            ["com", "example", "api", "key"]
        );
        assert!(words("__").is_empty());
    }

    #[test]
    fn a_name_that_says_secret_is_known() {
        for name in [
            "PASSWORD",
            "DB_PASSWD",
            "SMTP_PASS",
            "SECRET_KEY_BASE",
            "JWT_SECRET",
            "GITHUB_TOKEN",
            "stripeApiKey",
            "AWS_SECRET_ACCESS_KEY",
            "PRIVATE-KEY",
            "registry.credentials",
            "MYSQL_ROOT_PW",
            "DB_PWD",
            "PGPASSWORD",
        ] {
            assert!(name_looks_secret(name), "{name}");
        }
    }

    #[test]
    fn a_name_about_a_secret_or_of_something_else_is_not() {
        for name in [
            "PWD",
            "TOKEN_TTL",
            "SECRET_ARN",
            "PASSWORD_FILE",
            "OAUTH_TOKEN_URL",
            "PRIMARY_KEY",
            "KEYSPACE",
            "PASSENGER_ENV",
            "PASS_THROUGH_HEADERS",
            "SECRETS_BACKEND",
            "TOKEN_PROVIDER",
            "COMPASS",
            "",
        ] {
            assert!(!name_looks_secret(name), "{name}");
        }
    }
}
