//! Forms of credentials. They are put together here from parts, so that scanners of this repository find none.
use super::*;

fn joined(parts: &[&str]) -> String {
    parts.concat()
}

#[test]
fn a_token_with_a_known_beginning_is_found_wherever_it_stands() {
    for token in [
        joined(&["AKIA", "IOSFODNN7", "EXAMPLE"]),
        joined(&["ghp", "_", &"a1B2".repeat(9)]),
        joined(&["github", "_pat_", &"a1_B".repeat(10)]),
        joined(&["xox", "b-", &"1234567890-".repeat(3)]),
        joined(&["sk", "_live_", &"a1B2".repeat(6)]),
        joined(&["glpat", "-", &"a1B2".repeat(5)]),
    ] {
        assert!(value_looks_secret(&token), "{token}");
        assert!(value_looks_secret(&format!("use {token}.")), "{token}");
    }
}

#[test]
fn a_beginning_without_enough_behind_it_or_inside_a_word_is_no_token() {
    for text in [
        joined(&["AKIA", "IOSFODNN7", "EXAMPL"]),
        joined(&["XAKIA", "IOSFODNN7", "EXAMPLE"]),
        "ghp_short".to_owned(),
        "npm_config_registry".to_owned(),
        "pypi-mirror".to_owned(),
    ] {
        assert!(!value_looks_secret(&text), "{text}");
    }
}

#[test]
fn a_private_key_is_found_and_a_certificate_is_not() {
    let key = joined(&["-----BEGIN RSA ", "PRIVATE KEY-----\nMII"]);
    assert!(value_looks_secret(&key));
    assert!(!value_looks_secret("-----BEGIN CERTIFICATE-----\nMII"));
    assert!(!value_looks_secret("PRIVATE KEY"));
}

#[test]
fn a_web_token_is_found_and_three_words_with_dots_are_not() {
    let token = joined(&[
        "eyJ",
        "hbGciOiJub25lIn0",
        ".eyJzdWIiOiIxIn0xx",
        ".c2lnbmF0dXJl",
    ]);
    assert!(value_looks_secret(&token));
    assert!(value_looks_secret(&format!("Bearer {token}")));
    assert!(!value_looks_secret("eyJ.example.com"));
    assert!(!value_looks_secret("registry.internal.example"));
}

#[test]
fn a_password_in_an_address_is_found_and_a_user_alone_is_not() {
    assert!(value_looks_secret("amqp://web:hunter2@mq:5672/"));
    assert!(value_looks_secret("see redis://:hunter2@cache"));
    for text in [
        "amqp://web@mq:5672/",
        "https://example.com:8080/a@b:c",
        "https://example.com/?next=a:b@c",
        "postgres://web:${DB_PASSWORD}@db/web",
        "postgres://web:@db/web",
    ] {
        assert!(!value_looks_secret(text), "{text}");
    }
}

#[test]
fn a_password_in_a_connection_string_is_found() {
    assert!(value_looks_secret(
        "Server=db;User Id=web;Password=hunter2;"
    ));
    assert!(value_looks_secret("host=db password=hunter2"));
    assert!(!value_looks_secret("Server=db;Password=;"));
    assert!(!value_looks_secret("Server=db;Password=<PASSWORD>;"));
    assert!(!value_looks_secret("passwordless=true"));
}

#[test]
fn a_long_text_made_of_beginnings_is_read_in_little_time() {
    let text = "eyJ.xoxb-AKIA://:@;password=".repeat(50_000);
    let _ = value_looks_secret(&text);
    assert!(!value_looks_secret(&"eyJ".repeat(500_000)));
}
