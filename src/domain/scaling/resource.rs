//! Names of what is scaled: a service as Application Auto Scaling names it, a group as EC2 does.
//!
//! Not for services in general.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// A service as a scalable resource: `service/<cluster>/<service>` (API shape `ScalableTarget`, `ResourceId`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServiceResource {
    cluster: String,
    service: String,
}

impl ServiceResource {
    /// The resource of a service, from the names (not ARNs) of its cluster and its own.
    #[must_use]
    pub fn new(cluster: impl Into<String>, service: impl Into<String>) -> Self {
        Self {
            cluster: cluster.into(),
            service: service.into(),
        }
    }

    /// The resource of an id as AWS answers it; none if it is not a service's.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        let (cluster, service) = id.strip_prefix("service/")?.split_once('/')?;
        let whole = !cluster.is_empty() && !service.is_empty() && !service.contains('/');
        whole.then(|| Self::new(cluster, service))
    }

    /// The name of the cluster.
    #[must_use]
    pub fn cluster(&self) -> &str {
        &self.cluster
    }

    /// The name of the service.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The command that gives its scaling back, for a person to run.
    #[must_use]
    pub fn repair(&self) -> String {
        let (cluster, service) = (word(&self.cluster), word(&self.service));
        format!("wharfie-resume-scaling --cluster {cluster} --service {service}")
    }
}

impl fmt::Display for ServiceResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "service/{}/{}", self.cluster, self.service)
    }
}

/// What matters of a service while its scaling is held still (API shape `Service`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScaledService {
    /// `desiredCount`, tasks.
    pub desired_count: i64,
    /// More than one deployment or task set, or one that is not completed.
    pub is_deploying: bool,
}

/// The name of an EC2 Auto Scaling group: 1 to 255 characters, no control characters and no colon (API shape
/// `AutoScalingGroupName`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupName(String);

impl GroupName {
    /// A name as AWS answered it.
    #[must_use]
    pub fn answered(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The command that gives its scaling back, for a person to run.
    #[must_use]
    pub fn repair(&self) -> String {
        let name = word(&self.0);
        format!("wharfie-resume-scaling --auto-scaling-group {name}")
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for GroupName {
    type Err = GroupNameError;

    fn from_str(text: &str) -> Result<Self, GroupNameError> {
        let fits = (1..=255).contains(&text.chars().count());
        if fits && !text.chars().any(|c| c == ':' || c.is_control()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(GroupNameError)
        }
    }
}

/// A text that cannot be a group's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupNameError;

impl fmt::Display for GroupNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a group name has 1 to 255 characters, no colon and no control character (give the name, not the ARN)")
    }
}

impl std::error::Error for GroupNameError {}

/// A name as one word of a shell's command line.
fn word(name: &str) -> String {
    // Only a text with a NUL cannot be quoted, and no name has one.
    shlex::try_quote(name).map_or_else(|_| "?".to_owned(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_that_repairs_can_be_pasted() {
        assert_eq!(
            ServiceResource::new("demo", "web").repair(),
            "wharfie-resume-scaling --cluster demo --service web"
        );
        let odd: GroupName = "blue; rm -rf ~".parse().unwrap();
        assert_eq!(
            odd.repair(),
            "wharfie-resume-scaling --auto-scaling-group 'blue; rm -rf ~'"
        );
    }

    #[test]
    fn a_resource_is_read_as_it_is_written() {
        let resource = ServiceResource::new("demo", "web");
        assert_eq!(resource.to_string(), "service/demo/web");
        assert_eq!(ServiceResource::from_id("service/demo/web"), Some(resource));
    }

    #[test]
    fn other_kinds_of_resource_are_no_services() {
        for id in [
            "table/demo",
            "service/demo",
            "service//web",
            "service/a/b/c",
        ] {
            assert_eq!(ServiceResource::from_id(id), None, "{id}");
        }
    }

    #[test]
    fn an_arn_is_no_group_name() {
        let arn =
            "arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:x:autoScalingGroupName/demo-asg";
        assert_eq!(arn.parse::<GroupName>(), Err(GroupNameError));
        assert_eq!("".parse::<GroupName>(), Err(GroupNameError));
        assert_eq!(
            "demo asg, blue".parse::<GroupName>().unwrap().as_str(),
            "demo asg, blue"
        );
    }
}
