//! The host names of private registries of Amazon ECR, in all their forms.
use std::fmt;
use std::str::FromStr;

use super::super::malformed::Malformed;

/// A private registry of Amazon ECR: `ACCOUNT.dkr.ecr.REGION.amazonaws.com` and its kin.
///
/// Kin are the FIPS hosts (`dkr.ecr-fips`), the dual-stack hosts (`ACCOUNT.dkr-ecr.REGION.on.aws`) and the suffixes of
/// other partitions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EcrRegistry {
    account: String,
    region: String,
    suffix: &'static str,
    fips: bool,
    dual_stack: bool,
}

/// Suffixes of the hosts of one network, by partition.
const SUFFIXES: [&str; 7] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "c2s.ic.gov",
    "sc2s.sgov.gov",
    "cloud.adc-e.uk",
    "csp.hci.ic.gov",
];

/// Suffixes of the dual-stack hosts, by partition.
const DUAL_STACK_SUFFIXES: [&str; 2] = ["on.aws", "on.amazonwebservices.com.cn"];

impl EcrRegistry {
    /// The account that owns the registry, twelve digits.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The Region the registry is in.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// What follows the Region: `amazonaws.com`, `amazonaws.com.cn`, `on.aws`, …
    #[must_use]
    pub fn suffix(&self) -> &str {
        self.suffix
    }

    /// Whether the host is a FIPS endpoint.
    #[must_use]
    pub fn is_fips(&self) -> bool {
        self.fips
    }

    /// Whether the host answers on IPv4 and IPv6.
    #[must_use]
    pub fn is_dual_stack(&self) -> bool {
        self.dual_stack
    }
}

impl FromStr for EcrRegistry {
    type Err = Malformed;

    fn from_str(host: &str) -> Result<Self, Self::Err> {
        let other = || Malformed::new("not a private registry of Amazon ECR");
        let (account, rest) = host.split_once('.').ok_or_else(other)?;
        let forms = [
            ("dkr.ecr.", false, false),
            ("dkr.ecr-fips.", true, false),
            ("dkr-ecr.", false, true),
            ("dkr-ecr-fips.", true, true),
        ];
        let (rest, fips, dual_stack) = forms
            .iter()
            .find_map(|(form, fips, dual)| Some((rest.strip_prefix(form)?, *fips, *dual)))
            .ok_or_else(other)?;
        let (region, suffix) = rest.split_once('.').ok_or_else(other)?;
        let suffixes: &[&'static str] = if dual_stack {
            &DUAL_STACK_SUFFIXES
        } else {
            &SUFFIXES
        };
        let suffix = suffixes
            .iter()
            .find(|known| **known == suffix)
            .ok_or_else(other)?;
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let is_region = !region.is_empty()
            && region
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !is_account || !is_region {
            return Err(other());
        }
        Ok(Self {
            account: account.to_owned(),
            region: region.to_owned(),
            suffix,
            fips,
            dual_stack,
        })
    }
}

impl fmt::Display for EcrRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = match (self.dual_stack, self.fips) {
            (false, false) => "dkr.ecr",
            (false, true) => "dkr.ecr-fips",
            (true, false) => "dkr-ecr",
            (true, true) => "dkr-ecr-fips",
        };
        write!(f, "{}.{form}.{}.{}", self.account, self.region, self.suffix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_host_names_account_and_region() {
        for (host, region, fips, dual_stack) in [
            (
                "123456789012.dkr.ecr.us-east-1.amazonaws.com",
                "us-east-1",
                false,
                false,
            ),
            (
                "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
                "cn-north-1",
                false,
                false,
            ),
            (
                "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu",
                "eusc-de-east-1",
                false,
                false,
            ),
            (
                "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
                "us-gov-west-1",
                true,
                false,
            ),
            (
                "123456789012.dkr-ecr.eu-west-1.on.aws",
                "eu-west-1",
                false,
                true,
            ),
            (
                "123456789012.dkr-ecr-fips.us-east-2.on.aws",
                "us-east-2",
                true,
                true,
            ),
            (
                "123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov",
                "us-iso-east-1",
                false,
                false,
            ),
        ] {
            let ecr: EcrRegistry = host.parse().unwrap();
            assert_eq!(ecr.account(), "123456789012");
            assert_eq!(ecr.region(), region);
            assert_eq!(
                (ecr.is_fips(), ecr.is_dual_stack()),
                (fips, dual_stack),
                "{host}"
            );
            assert_eq!(ecr.to_string(), host);
        }
    }

    #[test]
    fn hosts_that_only_look_like_one_are_not_one() {
        for host in [
            "12345678901.dkr.ecr.us-east-1.amazonaws.com",
            "12345678901x.dkr.ecr.us-east-1.amazonaws.com",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com.evil.example",
            "123456789012.dkr.ecr.us-east-1.on.aws",
            "123456789012.dkr-ecr.us-east-1.amazonaws.com",
            "123456789012.dkr.ecr.amazonaws.com",
            "public.ecr.aws",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com:443",
        ] {
            assert!(host.parse::<EcrRegistry>().is_err(), "{host}");
        }
    }
}
