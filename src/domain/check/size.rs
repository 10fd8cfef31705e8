//! CPU and memory of a task as they may be written: `256`, `.25 vCPU`, `512`, `0.5 GB`.
//! Which sizes are allowed is decided by rules.

/// CPU units (1024 are one vCPU): a whole number, or vCPUs with their unit. `None` for anything else.
#[must_use]
pub(super) fn cpu_units(text: &str) -> Option<u64> {
    amount(text, "vcpu")
}

/// MiB: a whole number, or GB with their unit. `None` for anything else.
#[must_use]
pub(super) fn mebibytes(text: &str) -> Option<u64> {
    amount(text, "gb")
}

/// A whole number as it is, or a decimal with `unit` behind it times 1024.
fn amount(text: &str, unit: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let Some(number) = text.strip_suffix(unit) else {
        return digits(&text)?.parse().ok();
    };
    let (whole, part) = match number.trim_end().split_once('.') {
        Some((whole, part)) => (whole, digits(part).filter(|part| part.len() <= 6)?),
        None => (digits(number.trim_end())?, ""),
    };
    let whole: u64 = match whole {
        "" => 0,
        whole => digits(whole)?.parse().ok()?,
    };
    let scale = 10_u64.pow(u32::try_from(part.len()).ok()?);
    let part: u64 = match part {
        "" => 0,
        part => part.parse().ok()?,
    };
    whole.checked_mul(1024)?.checked_add(part * 1024 / scale)
}

/// The text, if it is digits and nothing else.
fn digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_units_and_decimals_need_their_unit() {
        for (text, units) in [
            ("256", 256),
            (" 1024 ", 1024),
            ("1 vCPU", 1024),
            ("1vcpu", 1024),
            (".25 vCPU", 256),
            ("0.5 vCPU", 512),
            ("16 VCPU", 16384),
            ("0", 0),
        ] {
            assert_eq!(cpu_units(text), Some(units), "{text}");
        }
        assert_eq!(mebibytes("0.5 GB"), Some(512));
        assert_eq!(mebibytes("2GB"), Some(2048));
        assert_eq!(mebibytes("244 GB"), Some(249_856));
    }

    #[test]
    fn anything_else_is_no_size() {
        for text in [
            "",
            "one",
            "1.5",
            "-1",
            "+1",
            "1 GB",
            "vCPU",
            ". vCPU",
            "1. vCPU",
            "1e3",
            "1 2 vCPU",
            "٣",
            "99999999999999999999",
            "99999999999999999999 vCPU",
            "18446744073709551615 vCPU",
            "0.1234567 vCPU",
        ] {
            assert_eq!(cpu_units(text), None, "{text}");
        }
        assert_eq!(mebibytes("512 MB"), None);
        assert_eq!(mebibytes("512M"), None);
    }
}
