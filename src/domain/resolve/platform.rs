//! The operating system and the processor an image is built for.
use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use super::super::malformed::Malformed;

/// `OS/ARCHITECTURE`, perhaps with a variant: `linux/amd64`, `linux/arm64`, `linux/arm/v7`.
///
/// Names are those of the OCI image specification; what ECS and others call them (`LINUX/X86_64`, `aarch64`) is understood.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Platform {
    os: String,
    architecture: String,
    variant: Option<String>,
}

impl Platform {
    /// Whether an image for `built` is one for this platform. Without a variant here any variant will do.
    #[must_use]
    pub fn accepts(&self, built: &Self) -> bool {
        self.os == built.os
            && self.architecture == built.architecture
            && (self.variant.is_none() || self.variant == built.variant)
    }

    /// Whether nothing runs on it: what `BuildKit` says of attestations in an index.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.os == "unknown" && self.architecture == "unknown"
    }

    /// The platform that a JSON object names by `os`, `architecture` and `variant`: an image's configuration, or the entry
    /// of an index. `None` if it names none.
    #[must_use]
    pub fn of_json(object: &Value) -> Option<Self> {
        let text = |name: &str| object.get(name).and_then(Value::as_str);
        let variant = text("variant").filter(|variant| !variant.is_empty());
        Self::new(text("os")?, text("architecture")?, variant)
    }

    fn new(os: &str, architecture: &str, variant: Option<&str>) -> Option<Self> {
        let architecture = match word(architecture)?.as_str() {
            "x86_64" | "x64" => "amd64".to_owned(),
            "aarch64" => "arm64".to_owned(),
            "386" | "i386" | "x86" => "386".to_owned(),
            other => other.to_owned(),
        };
        let variant = match variant {
            Some(variant) => Some(word(variant)?),
            None => None,
        };
        // The only variant of arm64 that there is for most builders; some write it down.
        let variant = variant.filter(|variant| !(architecture == "arm64" && variant == "v8"));
        Some(Self {
            os: word(os)?,
            architecture,
            variant,
        })
    }
}

fn word(text: &str) -> Option<String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    (!text.is_empty() && text.bytes().all(fits)).then(|| text.to_ascii_lowercase())
}

impl FromStr for Platform {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split('/').collect();
        let platform = match parts.as_slice() {
            [os, architecture] => Self::new(os, architecture, None),
            [os, architecture, variant] => Self::new(os, architecture, Some(variant)),
            _ => None,
        };
        platform.ok_or_else(|| {
            Malformed::new("a platform is `OS/ARCHITECTURE`, as in `linux/amd64` or `linux/arm64`")
        })
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        match &self.variant {
            Some(variant) => write!(f, "/{variant}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn platform(text: &str) -> Platform {
        text.parse().unwrap()
    }

    #[test]
    fn the_names_of_ecs_and_of_kernels_mean_those_of_oci() {
        for (text, meant) in [
            ("linux/amd64", "linux/amd64"),
            ("LINUX/X86_64", "linux/amd64"),
            ("Linux/aarch64", "linux/arm64"),
            ("linux/arm64/v8", "linux/arm64"),
            ("linux/arm/v7", "linux/arm/v7"),
        ] {
            assert_eq!(platform(text).to_string(), meant);
        }
    }

    #[test]
    fn what_names_no_platform_is_refused() {
        for text in [
            "",
            "linux",
            "linux/",
            "/amd64",
            "linux/amd64/v1/x",
            "linux/am d64",
            "linux/amd64/",
        ] {
            assert!(text.parse::<Platform>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_platform_without_a_variant_takes_any() {
        assert!(platform("linux/arm").accepts(&platform("linux/arm/v7")));
        assert!(!platform("linux/arm/v6").accepts(&platform("linux/arm/v7")));
        assert!(!platform("linux/arm/v6").accepts(&platform("linux/arm")));
        assert!(!platform("linux/amd64").accepts(&platform("windows/amd64")));
        assert!(!platform("linux/amd64").accepts(&platform("linux/arm64")));
    }

    #[test]
    fn a_configuration_names_its_platform() {
        let config = json!({"os": "linux", "architecture": "arm", "variant": "v7", "config": {}});
        assert_eq!(
            Platform::of_json(&config).unwrap().to_string(),
            "linux/arm/v7"
        );
        assert_eq!(
            Platform::of_json(&json!({"os": "", "architecture": ""})),
            None
        );
        assert_eq!(Platform::of_json(&json!({"os": "linux"})), None);
    }
}
