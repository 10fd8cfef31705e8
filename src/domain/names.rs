//! Names ECS and IAM give to things, each with its rule; a value of these types is valid for ever.
//! What an ARN is made of is in `arn`.
use std::fmt;
use std::str::FromStr;

use super::arn::Arn;
use super::malformed::Malformed;

/// The rule of most names in ECS: `^[A-Za-z0-9_-]{1,255}$`.
fn is_ecs_name(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// Reads a text by the rule of most names in ECS; `what` is the thing it names.
fn ecs_name(text: &str, what: &str) -> Result<String, Malformed> {
    if text.is_empty() {
        return Err(Malformed::new(format!("{what} must not be empty")));
    }
    if !is_ecs_name(text) {
        return Err(Malformed::new(format!(
            "{what} holds letters, digits, `_` and `-` only, at most 255 of them"
        )));
    }
    Ok(text.to_owned())
}

macro_rules! ecs_names {
    ($($(#[$documentation:meta])* $name:ident: $what:literal;)*) => {$(
        $(#[$documentation])*
        ///
        /// Letters, digits, `_` and `-`, 1 to 255 of them.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Malformed;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                ecs_name(text, $what).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ecs_names! {
    /// The name of a container in a task definition (API shape `ContainerDefinition`, member `name`).
    ContainerName: "a container name";
    /// The family of a task definition (API shape `RegisterTaskDefinitionRequest`, member `family`).
    Family: "a family";
    /// The short name of a cluster (API shape `CreateClusterRequest`, member `clusterName`).
    ClusterName: "a cluster name";
    /// The short name of a service (API shape `CreateServiceRequest`, member `serviceName`).
    ServiceName: "a service name";
}

/// A cluster as the user names it: by short name or by ARN (`arn:…:cluster/NAME`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterRef {
    text: String,
    name: ClusterName,
    arn: Option<Arn>,
}

impl ClusterRef {
    /// What the user wrote, which is also what ECS takes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The short name, also of an ARN.
    #[must_use]
    pub fn name(&self) -> &ClusterName {
        &self.name
    }

    /// The ARN, if the user gave one.
    #[must_use]
    pub fn arn(&self) -> Option<&Arn> {
        self.arn.as_ref()
    }
}

impl FromStr for ClusterRef {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let arn = Arn::if_arn(text)?;
        let name = match &arn {
            None => text.parse()?,
            Some(arn) => arn
                .resource_of("ecs", "cluster")
                .ok_or_else(|| {
                    Malformed::new("not the ARN of a cluster: `arn:…:ecs:…:cluster/NAME`")
                })?
                .parse()?,
        };
        Ok(Self {
            text: text.to_owned(),
            name,
            arn,
        })
    }
}

impl From<ClusterName> for ClusterRef {
    fn from(name: ClusterName) -> Self {
        Self {
            text: name.as_str().to_owned(),
            name,
            arn: None,
        }
    }
}

impl fmt::Display for ClusterRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A service as the user names it: by short name or by ARN.
///
/// The ARN is `arn:…:service/CLUSTER/NAME`, or `arn:…:service/NAME` for a service older than the long form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceRef {
    text: String,
    name: ServiceName,
    cluster: Option<ClusterName>,
    arn: Option<Arn>,
}

impl ServiceRef {
    /// What the user wrote, which is also what ECS takes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The short name, also of an ARN.
    #[must_use]
    pub fn name(&self) -> &ServiceName {
        &self.name
    }

    /// The cluster a long ARN names.
    #[must_use]
    pub fn cluster(&self) -> Option<&ClusterName> {
        self.cluster.as_ref()
    }

    /// The ARN, if the user gave one.
    #[must_use]
    pub fn arn(&self) -> Option<&Arn> {
        self.arn.as_ref()
    }
}

impl FromStr for ServiceRef {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let arn = Arn::if_arn(text)?;
        let (cluster, name) = match &arn {
            None => (None, text),
            Some(arn) => {
                let resource = arn.resource_of("ecs", "service").ok_or_else(|| {
                    Malformed::new("not the ARN of a service: `arn:…:ecs:…:service/CLUSTER/NAME`")
                })?;
                match resource.split_once('/') {
                    Some((cluster, name)) => (Some(cluster), name),
                    None => (None, resource),
                }
            }
        };
        Ok(Self {
            text: text.to_owned(),
            name: name.parse()?,
            cluster: cluster.map(str::parse).transpose()?,
            arn,
        })
    }
}

impl From<ServiceName> for ServiceRef {
    fn from(name: ServiceName) -> Self {
        Self {
            text: name.as_str().to_owned(),
            name,
            cluster: None,
            arn: None,
        }
    }
}

impl fmt::Display for ServiceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An IAM role as a task definition names it: by ARN in any partition, or by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleRef(String);

impl RoleRef {
    /// What the user wrote, which is also what ECS takes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RoleRef {
    type Err = Malformed;

    /// A name follows IAM's rule (API shape `roleNameType`): 1 to 64 of letters, digits and `_+=,.@-`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = match Arn::if_arn(text)? {
            Some(arn) => is_role(&arn),
            None => is_role_name(text),
        };
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed::new(
                "neither the ARN of a role (`arn:PARTITION:iam::ACCOUNT:role/NAME`) nor a role name (letters, digits \
                 and `_+=,.@-`, at most 64)",
            ))
        }
    }
}

fn is_role(arn: &Arn) -> bool {
    let printable = |name: &str| name.bytes().all(|byte| (b'!'..=b'~').contains(&byte));
    arn.resource_of("iam", "role").is_some_and(printable)
        && arn.region().is_empty()
        && arn.account().len() == 12
}

fn is_role_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

impl fmt::Display for RoleRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_name_holds_letters_digits_underscore_and_hyphen() {
        for text in ["web", "Web_1-a", "-", &"a".repeat(255)] {
            assert_eq!(text.parse::<ContainerName>().unwrap().as_str(), text);
        }
        for text in ["", "we b", "web:1", "a/b", "wéb", "web\n", &"a".repeat(256)] {
            assert!(text.parse::<ContainerName>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_refused_name_says_what_it_should_hold() {
        let error = "we b".parse::<Family>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "a family holds letters, digits, `_` and `-` only, at most 255 of them"
        );
        let error = "".parse::<ServiceName>().unwrap_err();
        assert_eq!(error.to_string(), "a service name must not be empty");
    }

    #[test]
    fn a_cluster_has_a_short_name_whichever_way_it_is_named() {
        let cluster: ClusterRef = "demo".parse().unwrap();
        assert_eq!(cluster.name().as_str(), "demo");
        let arn = "arn:aws-cn:ecs:cn-north-1:123456789012:cluster/demo";
        let cluster: ClusterRef = arn.parse().unwrap();
        assert_eq!((cluster.as_str(), cluster.name().as_str()), (arn, "demo"));
        for text in [
            "arn:aws:ecs:us-east-1:123456789012:service/demo",
            "arn:aws:ecs:us-east-1:123456789012:cluster/de/mo",
            "arn:aws:ecs:us-east-1:12345:cluster/demo",
            "arn:aws:ecs",
            "demo/web",
        ] {
            assert!(text.parse::<ClusterRef>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_service_arn_names_its_cluster_in_the_long_form() {
        let long: ServiceRef = "arn:aws:ecs:us-east-1:123456789012:service/demo/web"
            .parse()
            .unwrap();
        assert_eq!(long.cluster().map(ClusterName::as_str), Some("demo"));
        assert_eq!(long.name().as_str(), "web");
        let short: ServiceRef = "arn:aws:ecs:us-east-1:123456789012:service/web"
            .parse()
            .unwrap();
        assert_eq!((short.cluster(), short.name().as_str()), (None, "web"));
        let name: ServiceRef = "web".parse().unwrap();
        assert_eq!(
            (name.cluster(), name.name().as_str(), name.arn()),
            (None, "web", None)
        );
        assert!(
            "arn:aws:ecs:us-east-1:123456789012:service/a/b/c"
                .parse::<ServiceRef>()
                .is_err()
        );
    }

    #[test]
    fn a_role_is_an_arn_in_any_partition_or_a_name() {
        for text in [
            "arn:aws:iam::123456789012:role/task",
            "arn:aws:iam::123456789012:role/path/to/task",
            "arn:aws-cn:iam::123456789012:role/task",
            "arn:aws-eusc:iam::123456789012:role/task",
            "arn:aws-iso-f:iam::123456789012:role/task",
            "ecsTaskExecutionRole",
            "role+=,.@-_1",
        ] {
            assert_eq!(text.parse::<RoleRef>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_is_no_role_is_refused() {
        for text in [
            "",
            "arn:aws:s3:::bucket",
            "arn:aws:iam::12345:role/task",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:user/task",
            "arn:aws:iam:us-east-1:123456789012:role/task",
            "arn:aws:iam:::role/task",
            "arn:aws:iam::aws:role/task",
            "arn:aws:iam::123456789012:role/a b",
            "role/task",
            "my role",
            &"a".repeat(65),
        ] {
            assert!(text.parse::<RoleRef>().is_err(), "{text:?}");
        }
    }
}
