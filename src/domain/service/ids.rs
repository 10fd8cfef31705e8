//! The ids by which a deployment is followed.
//! They come from AWS and are never refused: an id of an unknown form is only one that matches nothing.

use std::fmt;

/// The last part of an ARN: `web:12` of `…:task-definition/web:12`.
#[must_use]
pub fn tail(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes the id as AWS gave it.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The whole id.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// The id of an entry of `deployments`, `ecs-svc/<number>`; tasks carry it as `startedBy`.
    DeploymentId
}

id! {
    /// The ARN of a service revision, `…:service-revision/<cluster>/<service>/<number>`.
    RevisionArn
}

id! {
    /// The ARN of a service deployment, `…:service-deployment/<cluster>/<service>/<id>`; its id has no other meaning.
    ServiceDeploymentArn
}

id! {
    /// The id of a deployment of CodeDeploy, `d-…`; the task set it makes carries it as `externalId`.
    CodeDeployId
}

impl DeploymentId {
    /// The id of the entry that brings a revision.
    #[must_use]
    pub fn bringing(revision: &RevisionArn) -> Self {
        Self::new(format!("ecs-svc/{}", tail(revision.as_str())))
    }

    /// The number, if the id has the usual form.
    #[must_use]
    pub fn number(&self) -> Option<&str> {
        self.0
            .strip_prefix("ecs-svc/")
            .filter(|number| !number.is_empty() && !number.contains('/'))
    }

    /// Whether this revision is the one the deployment brings: both end in the same number.
    #[must_use]
    pub fn brings(&self, revision: &RevisionArn) -> bool {
        self.number()
            .is_some_and(|number| number == tail(revision.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_and_its_target_revision_share_the_number() {
        let id = DeploymentId::new("ecs-svc/7311");
        let arn = "arn:aws:ecs:us-east-1:123456789012:service-revision/demo/web/7311";
        assert!(id.brings(&RevisionArn::new(arn)));
        assert_eq!(DeploymentId::bringing(&RevisionArn::new(arn)), id);
        assert!(!id.brings(&RevisionArn::new(format!("{arn}0"))));
        assert!(!DeploymentId::new("ecs-svc/311").brings(&RevisionArn::new(arn)));
    }

    #[test]
    fn an_id_of_another_form_matches_nothing() {
        for text in ["", "ecs-svc/", "7311", "ecs-svc/a/7311"] {
            assert_eq!(DeploymentId::new(text).number(), None, "{text}");
            assert!(!DeploymentId::new(text).brings(&RevisionArn::new("")));
        }
    }
}
