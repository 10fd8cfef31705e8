//! The names that application and deployment group have if nobody names them: those that the ECS console gives and
//! `aws ecs deploy` expects.

use crate::domain::service::tail;

/// How much of the names of cluster and service is used, in characters.
const LONGEST: usize = 46;

/// The application of a service: `AppECS-<cluster>-<service>`. The cluster may be an ARN.
#[must_use]
pub fn default_application(cluster: &str, service: &str) -> String {
    name("AppECS", cluster, service)
}

/// The deployment group of a service: `DgpECS-<cluster>-<service>`. The cluster may be an ARN.
#[must_use]
pub fn default_group(cluster: &str, service: &str) -> String {
    name("DgpECS", cluster, service)
}

fn name(prefix: &str, cluster: &str, service: &str) -> String {
    let cut = |text: &str| text.chars().take(LONGEST).collect::<String>();
    format!("{prefix}-{}-{}", cut(tail(cluster)), cut(service))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cluster_and_service_are_cut_each_for_itself_and_an_arn_counts_by_its_name() {
        assert_eq!(default_application("demo", "web"), "AppECS-demo-web");
        let arn = "arn:aws:ecs:us-east-1:123456789012:cluster/demo";
        assert_eq!(default_group(arn, "web"), "DgpECS-demo-web");
        let long = "a".repeat(60);
        let name = default_group(&long, &"b".repeat(47));
        assert_eq!(
            name,
            format!("DgpECS-{}-{}", "a".repeat(46), "b".repeat(46))
        );
        // The longest names CodeDeploy takes.
        assert_eq!(name.len(), 100);
    }
}
