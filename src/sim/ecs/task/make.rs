//! Making a task from a task definition.
//!
//! Not placing it: that there is room for it has been decided before.

use serde_json::Value;

use super::{
    Container, ContainerState, Disk, Interface, LogOutlet, Owner, Plan, Status, Step, Task, Times,
};
use crate::sim::cloud::Cloud;
use crate::sim::ecs::arn;
use crate::sim::ecs::definition::{Definition, container_name, described};
use crate::sim::ecs::pace;
use crate::sim::ecs::tags::Tags;
use crate::sim::members::{self, Members};

/// What to make.
pub(in crate::sim::ecs) struct Order<'a> {
    pub(in crate::sim::ecs) cluster: String,
    pub(in crate::sim::ecs) owner: Owner,
    pub(in crate::sim::ecs) definition: &'a Definition,
    pub(in crate::sim::ecs) placement: Placement,
    /// The digests the revision resolved its images to, by container.
    pub(in crate::sim::ecs) digests: Vec<(String, Option<String>)>,
    pub(in crate::sim::ecs) tags: Tags,
    pub(in crate::sim::ecs) overrides: Members,
    pub(in crate::sim::ecs) plan: Plan,
}

/// Where a task is put.
#[derive(Debug, Clone, Default)]
pub(in crate::sim::ecs) struct Placement {
    /// `launchType` of the answer: that of the provider if a capacity provider was asked for.
    pub(in crate::sim::ecs) launch_type: String,
    /// `capacityProviderName`.
    pub(in crate::sim::ecs) provider: Option<String>,
    /// `platformVersion`, resolved; only on Fargate.
    pub(in crate::sim::ecs) platform: Option<String>,
    /// The subnets to choose from.
    pub(in crate::sim::ecs) subnets: Vec<String>,
    /// The names of the volumes that are made for it (`volumeConfigurations`).
    pub(in crate::sim::ecs) volumes: Vec<String>,
    /// `enableExecuteCommand`.
    pub(in crate::sim::ecs) execute_command: bool,
}

impl Placement {
    /// Reads `launchType`, `capacityProviderStrategy`, `platformVersion`, `networkConfiguration` and
    /// `enableExecuteCommand` of a service or of `RunTask`.
    pub(in crate::sim::ecs) fn read(settings: &Members) -> Self {
        let provider = members::list(settings, "capacityProviderStrategy")
            .first()
            .and_then(Value::as_object)
            .and_then(|item| members::text(item, "capacityProvider"));
        let launch_type = match provider {
            Some("FARGATE" | "FARGATE_SPOT") => "FARGATE",
            Some(_) => "EC2",
            None => members::text(settings, "launchType").unwrap_or("EC2"),
        };
        let platform =
            (launch_type == "FARGATE").then(|| match members::text(settings, "platformVersion") {
                None | Some("LATEST") => "1.4.0".to_owned(),
                Some(version) => version.to_owned(),
            });
        let subnets = members::object(settings, "networkConfiguration")
            .and_then(|network| members::object(network, "awsvpcConfiguration"))
            .map(|awsvpc| members::texts(awsvpc, "subnets"))
            .unwrap_or_default();
        Self {
            launch_type: launch_type.to_owned(),
            provider: provider.map(str::to_owned),
            platform,
            subnets: subnets.into_iter().map(str::to_owned).collect(),
            volumes: members::list(settings, "volumeConfigurations")
                .iter()
                .filter_map(Value::as_object)
                .filter_map(|volume| members::text(volume, "name"))
                .map(str::to_owned)
                .collect(),
            execute_command: members::flag(settings, "enableExecuteCommand").unwrap_or(false),
        }
    }
}

/// Makes a task that has just been created.
pub(in crate::sim::ecs) fn make(order: Order<'_>, around: &mut Cloud) -> Task {
    let id = around.ids.hex(32);
    let awsvpc = order.definition.awsvpc();
    let document = described(order.definition);
    let size = |name: &str| {
        let own = members::text(&order.overrides, name);
        own.or_else(|| document.get(name).and_then(Value::as_str))
            .map(str::to_owned)
    };
    let containers = order
        .definition
        .containers()
        .map(|container| {
            let digest = order
                .digests
                .iter()
                .find(|(name, _)| name == container_name(container))
                .and_then(|(_, digest)| digest.clone());
            make_container(container, &order.cluster, &id, digest, around)
        })
        .collect();
    let mut task = Task {
        cluster: order.cluster,
        owner: order.owner,
        definition: order.definition.arn(),
        family: order.definition.family.clone(),
        size: (size("cpu"), size("memory")),
        containers,
        interface: awsvpc.then(|| interface(&order.placement.subnets, around)),
        disks: disks(&order.placement.volumes, around),
        placement: order.placement,
        tags: order.tags,
        overrides: order.overrides,
        status: if awsvpc {
            Status::Provisioning
        } else {
            Status::Pending
        },
        condemned: false,
        healthy: false,
        end: None,
        times: Times::new(around.now),
        version: 1,
        plan: order.plan,
        agenda: Vec::new(),
        id,
    };
    let jitter = task.plan.jitter;
    if awsvpc {
        let wait = pace::PROVISION * task.plan.slowness + jitter;
        task.schedule(around.now.plus(wait), Step::Attach);
    } else {
        task.schedule(around.now.plus(pace::PREPARE + jitter), Step::Pull);
    }
    task
}

fn make_container(
    container: &Members,
    cluster: &str,
    task: &str,
    digest: Option<String>,
    around: &mut Cloud,
) -> Container {
    let name = container_name(container);
    Container {
        name: name.to_owned(),
        image: members::text(container, "image")
            .unwrap_or_default()
            .to_owned(),
        digest,
        arn: arn::container(cluster, task, &around.ids.uuid()),
        runtime_id: None,
        state: ContainerState::Pending,
        exit_code: None,
        reason: None,
        has_health_check: members::given(container, "healthCheck"),
        limits: (
            members::number(container, "cpu").unwrap_or(0),
            members::number(container, "memory"),
            members::number(container, "memoryReservation"),
        ),
        ports: members::list(container, "portMappings")
            .iter()
            .filter_map(Value::as_object)
            .filter_map(|mapping| members::number(mapping, "containerPort"))
            .collect(),
        log: outlet(container, name, task),
    }
}

/// Where the `awslogs` driver writes: `<prefix>/<container>/<task>`, or the container's id without a prefix (API shape
/// `LogConfiguration`). Other drivers write elsewhere.
fn outlet(container: &Members, name: &str, task: &str) -> Option<LogOutlet> {
    let log = members::object(container, "logConfiguration")?;
    if members::text(log, "logDriver") != Some("awslogs") {
        return None;
    }
    let options = members::object(log, "options")?;
    let stream = match members::text(options, "awslogs-stream-prefix") {
        Some(prefix) => format!("{prefix}/{name}/{task}"),
        None => format!("{task}-{name}"),
    };
    Some(LogOutlet {
        group: members::text(options, "awslogs-group")?.to_owned(),
        stream,
        create_group: members::text(options, "awslogs-create-group") == Some("true"),
    })
}

fn disks(volumes: &[String], around: &mut Cloud) -> Vec<Disk> {
    let mut disk = |volume: &String| Disk {
        attachment: around.ids.uuid(),
        volume: volume.clone(),
        id: format!("vol-{}", around.ids.hex(17)),
    };
    volumes.iter().map(&mut disk).collect()
}

fn interface(subnets: &[String], around: &mut Cloud) -> Interface {
    let digits = around.ids.hex(12);
    let byte = |at: usize| {
        digits
            .get(at..at + 2)
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
            .unwrap_or(0)
    };
    let choice = usize::from(byte(0)).checked_rem(subnets.len()).unwrap_or(0);
    Interface {
        attachment: around.ids.uuid(),
        eni: format!("eni-{}", around.ids.hex(17)),
        subnet: subnets
            .get(choice)
            .cloned()
            .unwrap_or_else(|| "subnet-00000000000000000".to_owned()),
        address: format!("10.0.{}.{}", byte(2), byte(4).clamp(4, 250)),
        mac: format!(
            "0a:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}",
            byte(2),
            byte(4),
            byte(6),
            byte(8),
            byte(10)
        ),
    }
}
