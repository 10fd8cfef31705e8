//! CPU and memory of the task and of its containers.
use super::Group;
use crate::domain::check::finding::Findings;
use crate::domain::check::size::{cpu_units, mebibytes};
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{Subject, TaskDefinition, called};
use crate::domain::secrecy::shown;

mod rows;
#[cfg(test)]
mod tests;

use rows::{TD020, TD021, TD022, TD023, TD024, TD025, TD026, TD027, TD028, TD029, TD030, TD031};

pub(super) static GROUP: Group = Group {
    title: "CPU and memory",
    rules: &[
        &TD020, &TD021, &TD022, &TD023, &TD024, &TD025, &TD026, &TD027, &TD028, &TD029, &TD030,
        &TD031,
    ],
    check,
};

/// The least memory Docker gives a container, in MiB.
const LEAST_MEMORY: i64 = 6;

/// The memory that goes with each amount of CPU on Fargate: from, to, step; in MiB.
const FARGATE: [(u64, Memory); 8] = [
    (256, Memory::These(&[512, 1024, 2048])),
    (512, Memory::Steps(1024, 4096, 1024)),
    (1024, Memory::Steps(2048, 8192, 1024)),
    (2048, Memory::Steps(4096, 16384, 1024)),
    (4096, Memory::Steps(8192, 30720, 1024)),
    (8192, Memory::Steps(16384, 61440, 4096)),
    (16384, Memory::Steps(32768, 122_880, 8192)),
    (32768, Memory::These(&[61440, 122_880, 249_856])),
];

/// Amounts of memory, in MiB.
#[derive(Clone, Copy)]
enum Memory {
    These(&'static [u64]),
    /// From, to, and how far apart.
    Steps(u64, u64, u64),
}

impl Memory {
    fn allows(self, memory: u64) -> bool {
        match self {
            Self::These(list) => list.contains(&memory),
            Self::Steps(from, to, step) => {
                (from..=to).contains(&memory) && (memory - from).is_multiple_of(step)
            }
        }
    }

    fn told(self) -> String {
        match self {
            Self::These(list) => {
                let list: Vec<String> = list.iter().map(|memory| format!("`{memory}`")).collect();
                list.join(", ")
            }
            Self::Steps(from, to, step) => format!("`{from}` to `{to}` in steps of {step}"),
        }
    }
}

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(definition) = &subject.task_definition else {
        return;
    };
    let cpu = size(definition.spot().get("cpu"), cpu_units, findings);
    let memory = size(definition.spot().get("memory"), mebibytes, findings);
    if definition.is_fargate() {
        fargate(definition, &cpu, &memory, findings);
    } else if let Size::Of(spot, units) = &cpu
        && !(128..=196_608).contains(units)
    {
        findings.at(
            &TD023,
            spot,
            format!("the task has 128 to 196608 CPU units, not: `{units}`"),
        );
    }
    together(definition, &cpu, &memory, findings);
    for container in definition.containers() {
        each(definition, container, &memory, findings);
    }
    let sized = |container: &Spot<'_>| {
        ["cpu", "memory", "memoryReservation"]
            .iter()
            .any(|key| container.integer_of(key).is_some_and(|value| value > 0))
    };
    if definition.is_windows()
        && !matches!((&cpu, &memory), (Size::Absent, Size::Absent))
        && !definition.containers().iter().any(sized)
    {
        let key = definition
            .spot()
            .get("cpu")
            .or_else(|| definition.spot().get("memory"));
        findings.at_key(
            &TD030,
            &key.unwrap_or_else(|| definition.spot().clone()),
            "sizes of the task are ignored for Windows containers, and no container has its own",
        );
    }
}

/// A size of the task.
enum Size<'a> {
    Absent,
    /// A placeholder, or of a form that was already reported.
    Unknown,
    Of(Spot<'a>, u64),
}

fn size<'a>(
    spot: Option<Spot<'a>>,
    read: fn(&str) -> Option<u64>,
    findings: &mut Findings,
) -> Size<'a> {
    let Some(spot) = spot else {
        return Size::Absent;
    };
    let Some(text) = spot.settled() else {
        return Size::Unknown;
    };
    let Some(value) = read(text) else {
        let key = spot.key().unwrap_or_default();
        findings.at(
            &TD031,
            &spot,
            format!("`{key}` of the task is no size: {}", shown(text)),
        );
        return Size::Unknown;
    };
    Size::Of(spot, value)
}

fn fargate(
    definition: &TaskDefinition<'_>,
    cpu: &Size<'_>,
    memory: &Size<'_>,
    findings: &mut Findings,
) {
    for (key, size) in [("cpu", cpu), ("memory", memory)] {
        if matches!(size, Size::Absent) {
            findings.at(
                &TD020,
                definition.spot(),
                format!("Fargate needs the size of the task, which lacks: `{key}`"),
            );
        }
    }
    let Size::Of(cpu_spot, units) = cpu else {
        return;
    };
    if definition.is_windows() && !(1024..=4096).contains(units) {
        findings.at(
            &TD022,
            cpu_spot,
            format!("Windows on Fargate has `1024`, `2048` or `4096` CPU units, not: `{units}`"),
        );
        return;
    }
    let Some((_, offered)) = FARGATE.iter().find(|(offered, _)| offered == units) else {
        let all: Vec<String> = FARGATE
            .iter()
            .map(|(units, _)| format!("`{units}`"))
            .collect();
        findings
            .at(
                &TD021,
                cpu_spot,
                format!("Fargate has no task with this many CPU units: `{units}`"),
            )
            .advise(format!("use one of: {}", all.join(", ")));
        return;
    };
    if let Size::Of(spot, mebibytes) = memory
        && !offered.allows(*mebibytes)
    {
        let mut hint = format!("with `{units}` CPU units, memory is {}", offered.told());
        let fitting = FARGATE
            .iter()
            .find(|(_, offered)| offered.allows(*mebibytes));
        if let Some((units, _)) = fitting {
            hint = format!("{hint}; `{mebibytes}` MiB go with `{units}` CPU units");
        }
        findings
            .at(
                &TD021,
                spot,
                format!(
                    "Fargate has no task with `{units}` CPU units and memory of: `{mebibytes}`"
                ),
            )
            .advise(hint);
    }
}

/// What the containers reserve together.
fn together(
    definition: &TaskDefinition<'_>,
    cpu: &Size<'_>,
    memory: &Size<'_>,
    findings: &mut Findings,
) {
    // For Windows containers on instances the sizes of the task do not count.
    if definition.is_windows() && !definition.is_fargate() {
        return;
    }
    let sum = |reserved: fn(&Spot<'_>) -> Option<i64>| -> u64 {
        definition
            .containers()
            .iter()
            .filter_map(|container| u64::try_from(reserved(container)?).ok())
            .fold(0, u64::saturating_add)
    };
    if let Size::Of(spot, has) = cpu {
        let reserved = sum(|container| container.integer_of("cpu"));
        if reserved > *has {
            findings.at(
                &TD024,
                spot,
                format!("containers reserve {reserved} CPU units, the task has: `{has}`"),
            );
        }
    }
    if let Size::Of(spot, has) = memory {
        let reserved = sum(|container| {
            container
                .integer_of("memoryReservation")
                .or_else(|| container.integer_of("memory"))
        });
        if reserved > *has {
            findings.at(
                &TD025,
                spot,
                format!("containers reserve {reserved} MiB, the task has: `{has}`"),
            );
        }
    }
}

fn each(
    definition: &TaskDefinition<'_>,
    container: &Spot<'_>,
    task: &Size<'_>,
    findings: &mut Findings,
) {
    let (hard, soft) = (container.get("memory"), container.get("memoryReservation"));
    let value = |spot: &Option<Spot<'_>>| spot.as_ref().and_then(|spot| spot.node().as_i64());
    let name = called(container);
    if let (Some(spot), Some(memory), Size::Of(_, has)) = (&hard, value(&hard), task)
        && u64::try_from(memory).is_ok_and(|memory| memory > *has)
    {
        findings.at(
            &TD026,
            spot,
            format!("container {name} may use {memory} MiB, the task has: `{has}`"),
        );
    }
    if let (Some(spot), Some(hard), Some(soft)) = (&hard, value(&hard), value(&soft))
        && hard <= soft
    {
        findings.at(&TD027, spot, format!("the hard limit of container {name}, {hard} MiB, is not above its soft limit: `{soft}`"));
    }
    if hard.is_none() && soft.is_none() && matches!(task, Size::Absent) && !definition.is_fargate()
    {
        findings.at(
            &TD028,
            container,
            format!("neither the task nor the container says how much memory it needs: {name}"),
        );
    }
    for spot in [&hard, &soft].into_iter().flatten() {
        if spot
            .node()
            .as_i64()
            .is_some_and(|memory| memory < LEAST_MEMORY)
        {
            let key = spot.key().unwrap_or_default();
            findings.at(&TD029, spot, format!("`{key}` of container {name} is below the {LEAST_MEMORY} MiB Docker reserves at least"));
        }
    }
}
