//! The scan of an image: not there at first, then running, then finished. What is found comes from the seed; an image
//! that was pushed into a repository that scans is clean.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sim::cloud::Cloud;
use crate::sim::ecr::identity::ImageId;
use crate::sim::ecr::repository;
use crate::sim::members::Members;
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

/// Virtual seconds from the push to the scan's start (assumed: AWS publishes none).
const STARTS_AFTER: f64 = 2.0;
/// Virtual seconds from the push to the scan's end, unless the seed says otherwise (assumed as well).
pub(crate) const SCAN_TAKES: f64 = 20.0;

/// What a scan comes to.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
    /// The status it ends with (`ScanStatus`); it may be one that is no end.
    pub(crate) status: String,
    /// What is said of that status.
    pub(crate) description: Option<String>,
    /// How many findings there are of each severity (`FindingSeverity`).
    pub(crate) counts: BTreeMap<String, i64>,
    /// Virtual seconds from the push to its end.
    pub(crate) takes: f64,
}

impl Scan {
    /// One that ends without a finding.
    pub(crate) fn clean() -> Self {
        Self {
            status: "COMPLETE".to_owned(),
            description: None,
            counts: BTreeMap::new(),
            takes: SCAN_TAKES,
        }
    }

    /// Status and summary as seen now; nothing before the scan has begun.
    pub(super) fn seen(&self, pushed: Moment, now: Moment) -> Option<(Value, Option<Value>)> {
        let age = now.seconds_since(pushed);
        if age < STARTS_AFTER.min(self.takes) {
            return None;
        }
        if age < self.takes {
            return Some((json!({ "status": "IN_PROGRESS" }), None));
        }
        let ended = pushed.plus(self.takes).epoch_seconds();
        let has_findings = ["COMPLETE", "ACTIVE"].contains(&self.status.as_str());
        let summary = json!({
            "imageScanCompletedAt": ended,
            "vulnerabilitySourceUpdatedAt": ended,
            "findingSeverityCounts": self.counts,
        });
        let mut status = json!({ "status": self.status });
        if let Some(description) = &self.description {
            status["description"] = json!(description);
        }
        Some((status, has_findings.then_some(summary)))
    }
}

/// `DescribeImageScanFindings`.
pub(super) fn describe_findings(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let (place, repository) = repository(cloud, input)?;
    let id = ImageId::read(input.get("imageId").unwrap_or(&Value::Null));
    let image = id
        .find(cloud, &place, repository)
        .map_err(|why| id.refusal(&place, why))?;
    let seen = if image.is_archived() {
        Some((json!({ "status": "IMAGE_ARCHIVED" }), None))
    } else {
        image
            .scan
            .as_ref()
            .and_then(|scan| scan.seen(image.pushed, cloud.now))
    };
    let Some((status, summary)) = seen else {
        let message = format!(
            "Image scan does not exist for the image with '{{imageDigest:'{}', imageTag:'{}'}}' in {place}",
            image.digest,
            id.tag.as_deref().unwrap_or("null")
        );
        return Err(Refusal::new("ScanNotFoundException", message));
    };
    let id = ImageId {
        digest: Some(image.digest.clone()),
        tag: id.tag,
    };
    let mut answer = json!({
        "registryId": place.registry,
        "repositoryName": place.name,
        "imageId": id.describe(),
        "imageScanStatus": status,
    });
    if let Some(mut findings) = summary {
        findings["findings"] = findings_of(&image.scan.map(|scan| scan.counts).unwrap_or_default());
        answer["imageScanFindings"] = findings;
    }
    Ok(answer)
}

/// As many made-up findings as the counts say.
fn findings_of(counts: &BTreeMap<String, i64>) -> Value {
    let findings = counts.iter().flat_map(|(severity, count)| {
        (0..*count).map(move |number| {
            json!({
                "name": format!("CVE-0000-{severity}-{number}"),
                "severity": severity,
                "attributes": [
                    { "key": "package_name", "value": "example" },
                    { "key": "package_version", "value": format!("0.0.{number}") },
                ],
            })
        })
    });
    findings.collect()
}
