//! The EC2 Auto Scaling groups of a seed.

use crate::sim::cloud::Cloud;
use crate::sim::groups::{self, Group, PROCESSES, Tag};
use crate::sim::seed::entry::Entry;

/// Makes one group.
pub(super) fn add_group(cloud: &mut Cloud, entry: &Entry<'_>) -> Result<(), String> {
    entry.only(&[
        "AutoScalingGroupName",
        "MinSize",
        "MaxSize",
        "DesiredCapacity",
        "SuspendedProcesses",
        "Tags",
    ])?;
    let name = entry.need("AutoScalingGroupName")?;
    let min = entry.count("MinSize")?.unwrap_or(0);
    let max = entry.count("MaxSize")?.unwrap_or(min.max(1));
    let desired = entry.count("DesiredCapacity")?.unwrap_or(min);
    if !(min..=max).contains(&desired) {
        return Err(entry.error("DesiredCapacity", "is not between MinSize and MaxSize"));
    }
    let suspended = entry.texts("SuspendedProcesses")?;
    if suspended
        .iter()
        .any(|process| !PROCESSES.contains(&process.as_str()))
    {
        return Err(entry.error(
            "SuspendedProcesses",
            &format!("can have: {}", PROCESSES.join(", ")),
        ));
    }
    let since = cloud.now;
    let mut group = Group::new((min, max, desired), since);
    group.suspended = suspended
        .into_iter()
        .map(|process| (process, since))
        .collect();
    for tag in entry.objects("Tags")? {
        tag.only(&["Key", "Value", "PropagateAtLaunch"])?;
        let value = tag.text("Value")?.unwrap_or_default();
        let propagate = tag.flag("PropagateAtLaunch")?.unwrap_or(false);
        group
            .tags
            .insert(tag.need("Key")?, Tag { value, propagate });
    }
    groups::add(cloud, &name, group);
    Ok(())
}
