//! Which references are images, and what they are made of.
use super::*;

const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn image(text: &str) -> ImageRef {
    text.parse().unwrap()
}

#[test]
fn a_reference_comes_apart_and_together_again() {
    let digest = format!("sha256:{HEX}");
    for (text, registry, name, tag) in [
        ("nginx", None, "nginx", None),
        ("nginx:1.27", None, "nginx", Some("1.27")),
        ("library/nginx", None, "library/nginx", None),
        ("localhost/web:a", Some("localhost"), "web", Some("a")),
        ("localhost:5000/web", Some("localhost:5000"), "web", None),
        (
            "localhost:5000/web:a",
            Some("localhost:5000"),
            "web",
            Some("a"),
        ),
        (
            "10.0.0.1:5000/team/web:A_b.c-d",
            Some("10.0.0.1:5000"),
            "team/web",
            Some("A_b.c-d"),
        ),
        (
            "public.ecr.aws/nginx/nginx:stable",
            Some("public.ecr.aws"),
            "nginx/nginx",
            Some("stable"),
        ),
        (
            "ghcr.io/a--b/c__d/e.f_g",
            Some("ghcr.io"),
            "a--b/c__d/e.f_g",
            None,
        ),
    ] {
        let plain = image(text);
        assert_eq!(plain.repository().registry(), registry, "{text}");
        assert_eq!(plain.repository().name(), name, "{text}");
        assert_eq!(plain.tag().map(Tag::as_str), tag, "{text}");
        assert_eq!(plain.digest(), None);
        assert_eq!(plain.to_string(), text);
        let pinned = format!("{text}@{digest}");
        assert_eq!(
            image(&pinned).digest().map(Digest::as_str),
            Some(digest.as_str())
        );
        assert_eq!(image(&pinned).to_string(), pinned);
    }
}

#[test]
fn what_is_no_reference_is_refused() {
    for text in [
        "",
        "a b",
        " nginx",
        "nginx\n",
        "nginx:",
        "nginx:-a",
        "nginx:.a",
        "nginx:a/b:c:d",
        "nginx:a:b",
        "nginx::a",
        ":a",
        "Nginx",
        "a//b",
        "/a",
        "a/",
        "-a",
        "a-",
        "a___b",
        "a..b",
        "a._b",
        "a/_b",
        "https://ghcr.io/a",
        "ghcr.io/",
        "ghcr.io:x/a",
        "ghcr.io:99999/a",
        "-x.io/a",
        "a@sha256:abc",
        "a@md5:0123",
        "a@",
        "@",
        "é",
        "<IMAGE1_NAME>",
        "a#b",
        "${IMAGE}",
    ] {
        assert!(text.parse::<ImageRef>().is_err(), "{text:?}");
    }
    let upper = format!("a@sha256:{}", HEX.to_uppercase());
    assert!(upper.parse::<ImageRef>().is_err());
    assert!(
        format!("a:{}", "t".repeat(129))
            .parse::<ImageRef>()
            .is_err()
    );
    assert!("a".repeat(256).parse::<ImageRef>().is_err());
}

#[test]
fn a_long_digest_does_not_count_towards_the_length() {
    assert!(
        format!("{}@sha256:{HEX}", "a".repeat(255))
            .parse::<ImageRef>()
            .is_ok()
    );
}

#[test]
fn another_tag_or_digest_replaces_both() {
    let digest: Digest = format!("sha256:{HEX}").parse().unwrap();
    let image = image("ghcr.io/a/b:old");
    assert_eq!(
        image.with_tag("new".parse().unwrap()).to_string(),
        "ghcr.io/a/b:new"
    );
    let pinned = image.with_digest(digest.clone());
    assert_eq!(pinned.to_string(), format!("ghcr.io/a/b@{digest}"));
    assert_eq!(
        pinned.with_tag("new".parse().unwrap()).to_string(),
        "ghcr.io/a/b:new"
    );
}

#[test]
fn a_repository_has_neither_tag_nor_digest() {
    let repository: Repository = "localhost:5000/team/web".parse().unwrap();
    assert_eq!(repository.to_string(), "localhost:5000/team/web");
    assert_eq!(
        repository.with_tag("v1".parse().unwrap()).to_string(),
        "localhost:5000/team/web:v1"
    );
    assert!(
        "team/web:v1"
            .parse::<Repository>()
            .unwrap_err()
            .reason()
            .contains("without a tag")
    );
    assert!(format!("web@sha256:{HEX}").parse::<Repository>().is_err());
}

#[test]
fn a_private_ecr_registry_is_recognised() {
    let image = image("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web:v1");
    let ecr = image.repository().ecr().unwrap();
    assert_eq!((ecr.account(), ecr.region()), ("123456789012", "eu-west-1"));
    assert_eq!(
        "nginx:1".parse::<ImageRef>().unwrap().repository().ecr(),
        None
    );
}

#[test]
fn a_binding_is_split_at_the_first_equals_sign() {
    let binding: ImageBinding = "web = ghcr.io/a/b:v1".parse().unwrap();
    assert_eq!(binding.container.as_str(), "web");
    assert_eq!(binding.to_string(), "web=ghcr.io/a/b:v1");
    for text in ["web", "=a", "web=", "web=a=b", "we b=a"] {
        assert!(text.parse::<ImageBinding>().is_err(), "{text}");
    }
}
