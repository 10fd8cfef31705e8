//! Task sizes: what `cpu` and `memory` may say, and which pairs Fargate has.
//!
//! Source of the table: cfn-lint's data and the model text of `RegisterTaskDefinitionRequest.memory`.

/// CPU units of a task size: `1024`, `1 vCPU`, `.5 vcpu`. Nothing if it is neither.
pub(super) fn cpu_units(text: &str) -> Option<u32> {
    in_units(text, "vcpu")
}

/// MiB of a task size: `2048`, `2 GB`, `0.5GB`. Nothing if it is neither.
pub(super) fn memory_mib(text: &str) -> Option<u32> {
    in_units(text, "gb")
}

/// A plain number, or a decimal number of units of 1024, computed without binary fractions.
fn in_units(text: &str, unit: &str) -> Option<u32> {
    let text = text.trim();
    if let Ok(number) = text.parse::<u32>() {
        return Some(number);
    }
    let lower = text.to_ascii_lowercase();
    let number = lower.strip_suffix(unit)?.trim_end();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.len() > 6 {
        return None;
    }
    let digits = |text: &str| -> Option<u64> {
        if text.is_empty() {
            return Some(0);
        }
        text.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse().ok())
            .flatten()
    };
    let scale = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let units = digits(whole)?
        .checked_mul(scale)?
        .checked_add(digits(fraction)?)?
        .checked_mul(1024)?;
    u32::try_from(units / scale).ok()
}

/// Whether Fargate has this size (CPU units, MiB).
pub(super) const fn on_fargate(cpu: u32, memory: u32) -> bool {
    match cpu {
        256 => matches!(memory, 512 | 1024 | 2048),
        512 => between(memory, 1024, 4096, 1024),
        1024 => between(memory, 2048, 8192, 1024),
        2048 => between(memory, 4096, 16_384, 1024),
        4096 => between(memory, 8192, 30_720, 1024),
        8192 => between(memory, 16_384, 61_440, 4096),
        16_384 => between(memory, 32_768, 122_880, 8192),
        32_768 => matches!(memory, 61_440 | 122_880 | 249_856),
        _ => false,
    }
}

const fn between(value: u32, low: u32, high: u32, step: u32) -> bool {
    value >= low && value <= high && value.is_multiple_of(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_both_spellings() {
        assert_eq!(cpu_units("1024"), Some(1024));
        assert_eq!(cpu_units("1 vCPU"), Some(1024));
        assert_eq!(cpu_units(".5 vcpu"), Some(512));
        assert_eq!(cpu_units("0.25vCPU"), Some(256));
        assert_eq!(memory_mib("2 GB"), Some(2048));
        assert_eq!(memory_mib("0.5GB"), Some(512));
        assert_eq!(memory_mib("two GB"), None);
        assert_eq!(memory_mib("GB"), None);
        assert_eq!(cpu_units("-1"), None);
    }

    #[test]
    fn fargate_has_only_the_pairs_of_its_table() {
        assert!(on_fargate(256, 512));
        assert!(on_fargate(8192, 20_480));
        assert!(!on_fargate(256, 4096));
        assert!(!on_fargate(1024, 2560));
        assert!(!on_fargate(300, 600));
    }
}
