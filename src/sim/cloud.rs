//! Everything that exists in the simulated account, on one virtual clock. Only the clock and calls change it; a read
//! changes nothing. Not the endpoint, which knows the wire and real time, and not any service's rules.

use serde_json::Value;

use crate::sim::members::Members;
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;
use crate::sim::service::Service;
use crate::sim::{alarms, codedeploy, ecr, ecs, elb, groups, ids, logs, scaling, sts, throttle};

/// The account everything is in.
pub(crate) const ACCOUNT: &str = "123456789012";
/// The Region everything is in.
pub(crate) const REGION: &str = "us-east-1";

/// How the simulator is to behave where AWS's own behaviour is a choice or an open question.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// Refuse members the API model does not know; `false` lets them through in task definitions, as the next release
    /// of ECS would.
    pub(crate) strict: bool,
    /// Every image of the account's registry exists as soon as it is named.
    pub(crate) images_on_demand: bool,
    /// What `RegisterScalableTarget` does with the flags of `SuspendedState` that were not sent.
    pub(crate) omitted_flags: scaling::OmittedFlags,
    /// Virtual seconds until `ListServiceDeployments` shows a new deployment.
    pub(crate) deployment_lag: f64,
    /// Virtual seconds until `DescribeTasks` and `ListTasks` show a task of `RunTask`.
    pub(crate) task_lag: f64,
    /// Virtual seconds until a log line can be read.
    pub(crate) log_lag: f64,
    /// Whether the request rates of ECS are kept.
    pub(crate) throttling: throttle::Throttling,
    /// By how many seconds its clock is ahead of the machine's; behind if negative.
    pub(crate) clock_ahead: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            strict: true,
            images_on_demand: false,
            omitted_flags: scaling::OmittedFlags::Kept,
            deployment_lag: 2.0,
            task_lag: 0.0,
            log_lag: 3.0,
            throttling: throttle::Throttling::Off,
            clock_ahead: 0.0,
        }
    }
}

/// The simulated account. It can be cloned: a stale read is answered from an older copy.
#[derive(Clone, Debug)]
pub(crate) struct Cloud {
    /// What time it is. Only [`Cloud::advance`] changes it.
    pub(crate) now: Moment,
    /// When this world began; everything it was seeded with is older.
    pub(crate) began: Moment,
    /// How it behaves.
    pub(crate) rules: Rules,
    /// Where new identifiers come from.
    pub(crate) ids: ids::Ids,
    /// Amazon ECS.
    pub(crate) ecs: ecs::Ecs,
    /// AWS CodeDeploy.
    pub(crate) codedeploy: codedeploy::CodeDeploy,
    /// Application Auto Scaling.
    pub(crate) scaling: scaling::Scaling,
    /// EC2 Auto Scaling groups.
    pub(crate) groups: groups::Groups,
    /// Amazon ECR.
    pub(crate) ecr: ecr::Ecr,
    /// CloudWatch Logs.
    pub(crate) logs: logs::Logs,
    /// CloudWatch alarms.
    pub(crate) alarms: alarms::Alarms,
}

impl Cloud {
    /// An account with nothing in it.
    pub(crate) fn empty(rules: Rules, began: Moment) -> Self {
        Self {
            now: began,
            began,
            rules,
            ids: ids::Ids::default(),
            ecs: ecs::Ecs::default(),
            codedeploy: codedeploy::CodeDeploy::default(),
            scaling: scaling::Scaling::default(),
            groups: groups::Groups::default(),
            ecr: ecr::Ecr::default(),
            logs: logs::Logs::default(),
            alarms: alarms::Alarms::default(),
        }
    }

    /// Answers one call at the present moment. The members have passed the front door: no unknown ones (but see
    /// [`Rules::strict`]), right types, known enum values, nothing required missing.
    ///
    /// # Errors
    /// The service's refusal.
    pub(crate) fn call(
        &mut self,
        service: Service,
        operation: &str,
        input: &Members,
    ) -> Result<Value, Refusal> {
        match service {
            Service::Ecs => ecs::call(self, operation, input),
            Service::CodeDeploy => codedeploy::call(self, operation, input),
            Service::Scaling => scaling::call(self, operation, input),
            Service::Ecr => ecr::call(self, operation, input),
            Service::Logs => logs::call(self, operation, input),
            Service::Groups => groups::call(self, operation, input),
            Service::Sts => sts::call(self, operation, input),
            Service::Balancers => elb::call(self, operation, input),
            Service::Alarms => alarms::call(self, operation, input),
        }
    }

    /// Lets time pass until `to`: every event that falls due happens at its own moment, in order. Never goes back.
    pub(crate) fn advance(&mut self, to: Moment) {
        let next = |cloud: &Self| {
            let due = [
                ecr::next_due(cloud),
                scaling::next_due(cloud),
                groups::next_due(cloud),
                ecs::next_due(cloud),
                codedeploy::next_due(cloud),
            ];
            due.into_iter().flatten().min()
        };
        while let Some(due) = next(self).filter(|due| *due <= to) {
            self.now = self.now.max(due);
            // An image that comes now can be pulled now.
            ecr::run_due(self);
            scaling::run_due(self);
            groups::run_due(self);
            ecs::run_due(self);
            // What it waits for has come about by now.
            codedeploy::run_due(self);
        }
        self.now = self.now.max(to);
    }

    /// An ARN of this account and Region: `arn:aws:<service>:us-east-1:123456789012:<resource>`.
    #[expect(clippy::unused_self, reason = "an ARN belongs to an account")]
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
    }
}
