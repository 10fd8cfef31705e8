//! The request rates of ECS: a bucket of tokens for each category of operations, as the page on request throttling gives them. A
//! call that finds its bucket empty is refused and takes nothing.
//!
//! Off unless a seed turns it on. Buckets fill in real time, for clients that live in it, or in virtual time, for those whose
//! clock runs as fast as the simulator's.

use crate::sim::refusal::Refusal;
use crate::sim::service::Service;

/// Whether and in which time rates are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Throttling {
    /// Not at all.
    #[default]
    Off,
    /// Buckets fill with the seconds of the machine.
    Real,
    /// Buckets fill with the seconds of the simulated world.
    Virtual,
}

/// The operations that share a bucket, how many calls it holds, and how many come back in a second [D].
const CATEGORIES: &[(&[&str], f64, f64)] = &[
    (
        &["RegisterTaskDefinition", "DeregisterTaskDefinition"],
        20.0,
        1.0,
    ),
    (&["DeleteTaskDefinitions"], 5.0, 1.0),
    (
        &[
            "DescribeTaskDefinition",
            "ListTaskDefinitions",
            "ListTaskDefinitionFamilies",
        ],
        50.0,
        20.0,
    ),
    (
        &["CreateService", "UpdateService", "DeleteService"],
        50.0,
        5.0,
    ),
    (&["DescribeServices", "ListServices"], 100.0, 20.0),
    (
        &["DescribeServiceDeployments", "ListServiceDeployments"],
        50.0,
        20.0,
    ),
    (&["DescribeServiceRevisions"], 50.0, 20.0),
    // Not on the page [A].
    (
        &["StopServiceDeployment", "ContinueServiceDeployment"],
        10.0,
        2.0,
    ),
    (
        &["RunTask", "StartTask", "StopTask", "ExecuteCommand"],
        100.0,
        40.0,
    ),
    (
        &["DescribeTasks", "ListTasks", "DescribeContainerInstances"],
        100.0,
        20.0,
    ),
    (&["TagResource", "UntagResource"], 20.0, 10.0),
    (&["ListTagsForResource"], 50.0, 20.0),
    (&["DescribeClusters", "ListClusters"], 50.0, 20.0),
];

/// The buckets of the account.
#[derive(Debug)]
pub(crate) struct Buckets(Vec<Bucket>);

#[derive(Debug)]
struct Bucket {
    left: f64,
    filled: f64,
}

impl Buckets {
    /// All of them full.
    pub(crate) fn full() -> Self {
        let bucket = |(_, most, _): &(&[&str], f64, f64)| Bucket {
            left: *most,
            filled: 0.0,
        };
        Self(CATEGORIES.iter().map(bucket).collect())
    }

    /// Takes a call out of its bucket, at a time in seconds; gives the refusal if there is none in it.
    pub(crate) fn take(&mut self, service: Service, operation: &str, now: f64) -> Option<Refusal> {
        if service != Service::Ecs {
            return None;
        }
        let category = CATEGORIES
            .iter()
            .position(|(operations, ..)| operations.contains(&operation))?;
        let ((_, most, per_second), bucket) =
            (CATEGORIES.get(category)?, self.0.get_mut(category)?);
        bucket.left = (bucket.left + (now - bucket.filled).max(0.0) * per_second).min(*most);
        bucket.filled = now;
        if bucket.left < 1.0 {
            return Some(Refusal::new("ThrottlingException", "Rate exceeded"));
        }
        bucket.left -= 1.0;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::model::{Known, Models};

    fn through(buckets: &mut Buckets, operation: &str, now: f64) -> bool {
        buckets.take(Service::Ecs, operation, now).is_none()
    }

    #[test]
    fn a_burst_goes_through_and_then_one_call_for_each_that_came_back() {
        let mut buckets = Buckets::full();
        for _ in 0..20 {
            assert!(through(&mut buckets, "RegisterTaskDefinition", 10.0));
        }
        assert!(!through(&mut buckets, "RegisterTaskDefinition", 10.5));
        assert!(through(&mut buckets, "RegisterTaskDefinition", 11.5));
        assert!(!through(&mut buckets, "RegisterTaskDefinition", 11.6));
    }

    #[test]
    fn operations_of_one_category_share_a_bucket_and_others_do_not() {
        let mut buckets = Buckets::full();
        for _ in 0..50 {
            assert!(through(&mut buckets, "ListServiceDeployments", 1.0));
        }
        assert!(!through(&mut buckets, "DescribeServiceDeployments", 1.0));
        assert!(through(&mut buckets, "DescribeServices", 1.0));
        assert!(buckets.take(Service::Ecr, "DescribeImages", 1.0).is_none());
    }

    #[test]
    fn every_operation_of_a_category_exists() {
        let model = Models::shared().of(Service::Ecs).unwrap();
        for operation in CATEGORIES.iter().flat_map(|(operations, ..)| *operations) {
            assert!(
                !matches!(model.operation(operation), Known::Unknown),
                "{operation}"
            );
        }
    }
}
