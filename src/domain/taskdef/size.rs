//! The size of a task as ECS takes it. Which sizes exist on Fargate is not known here.
use std::fmt;
use std::str::FromStr;

use super::super::malformed::Malformed;

/// Task CPU: units (`1024`) or virtual CPUs (`1 vCPU`, `.5 vCPU`), as text (API shape `RegisterTaskDefinitionRequest`, `cpu`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskCpu(String);

/// Task memory: MiB (`2048`) or gigabytes (`2 GB`), as text (API shape `RegisterTaskDefinitionRequest`, `memory`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskMemory(String);

impl TaskCpu {
    /// The text that stands in a task definition.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TaskMemory {
    /// The text that stands in a task definition.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TaskCpu {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if is_size(text, "vcpu") {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed::new(
                "must be CPU units (`1024`) or virtual CPUs (`1 vCPU`)",
            ))
        }
    }
}

impl FromStr for TaskMemory {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if is_size(text, "gb") {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed::new("must be MiB (`2048`) or gigabytes (`2 GB`)"))
        }
    }
}

impl fmt::Display for TaskCpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for TaskMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A whole number, or a decimal one with the unit behind it, in any case and perhaps after a space.
fn is_size(text: &str, unit: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let lower = text.to_ascii_lowercase();
    match lower.strip_suffix(unit) {
        None => !text.is_empty() && digits(text),
        Some(amount) => {
            let amount = amount.strip_suffix(' ').unwrap_or(amount);
            match amount.split_once('.') {
                None => !amount.is_empty() && digits(amount),
                Some((whole, fraction)) => {
                    !fraction.is_empty() && digits(whole) && digits(fraction)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_is_units_or_virtual_cpus() {
        for text in ["256", "1 vCPU", "1vcpu", ".5 vCPU", "0.25 vCPU"] {
            assert_eq!(text.parse::<TaskCpu>().unwrap().as_str(), text);
        }
        for text in [
            "", "vCPU", " vCPU", "1 GB", "1.5", "-1", "3x", "1  vCPU", "1. vCPU", ". vCPU", " 256",
        ] {
            assert!(text.parse::<TaskCpu>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn memory_is_mebibytes_or_gigabytes() {
        for text in ["512", "2 GB", "2GB", "0.5 gb"] {
            assert_eq!(text.parse::<TaskMemory>().unwrap().as_str(), text);
        }
        for text in ["", "GB", "2 vCPU", "2048M", "2 GiB"] {
            assert!(text.parse::<TaskMemory>().is_err(), "{text:?}");
        }
    }
}
