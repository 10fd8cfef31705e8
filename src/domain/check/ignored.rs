//! A rule the user chose not to be told of, and why.
use std::str::FromStr;

use super::rule;
use super::rule::Rule;

/// A rule to be ignored: `TD083`, with a reason behind a space or an equals sign: `TD083 tags are immutable here`.
#[derive(Debug, Clone)]
pub struct Ignored {
    /// The rule.
    pub rule: &'static Rule,
    /// Why, as the user wrote it.
    pub reason: Option<String>,
}

impl FromStr for Ignored {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let end = text.find(|c: char| c == '=' || c.is_whitespace());
        let (id, reason) = text.split_at(end.unwrap_or(text.len()));
        let reason = reason.trim().trim_start_matches('=').trim();
        let Some(rule) = rule(id) else {
            return Err(unknown(id));
        };
        Ok(Self {
            rule,
            reason: (!reason.is_empty()).then(|| reason.to_owned()),
        })
    }
}

fn unknown(id: &str) -> String {
    if id.contains([',', ';']) {
        return "one rule a line: what follows a rule is the reason to ignore it".to_owned();
    }
    "no such rule; docs/rules.md lists all of them".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_stands_behind_a_space_or_an_equals_sign() {
        for (text, reason) in [
            ("TD021", None),
            ("td021 ", None),
            (
                "TD021 sizes = a matter of taste",
                Some("sizes = a matter of taste"),
            ),
            ("TD021=sizes", Some("sizes")),
            ("TD021 = sizes", Some("sizes")),
            ("TD021=", None),
        ] {
            let ignored: Ignored = text.parse().unwrap();
            assert_eq!(ignored.rule.id, "TD021");
            assert_eq!(ignored.reason.as_deref(), reason, "{text}");
        }
    }

    #[test]
    fn a_rule_that_does_not_exist_cannot_be_ignored() {
        let error = |text: &str| text.parse::<Ignored>().unwrap_err();
        assert_eq!(
            error("XY999 x"),
            "no such rule; docs/rules.md lists all of them"
        );
        assert!(error("TD0211").starts_with("no such rule"));
        assert!(error("TD021,TD022").starts_with("one rule a line"));
    }
}
