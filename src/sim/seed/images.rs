//! The repositories of a seed and the images in them.

use std::collections::BTreeMap;

use crate::sim::cloud::Cloud;
use crate::sim::ecr::{self, Image, Repository, Scan};
use crate::sim::moment::Moment;
use crate::sim::seed::entry::Entry;

/// The most findings of one severity, so that an answer stays of a size that can be sent.
const MOST_FINDINGS: i64 = 1000;

/// Makes one repository with its images.
pub(super) fn add_repository(cloud: &mut Cloud, entry: &Entry<'_>) -> Result<(), String> {
    entry.only(&[
        "repositoryName",
        "imageTagMutability",
        "exclusionFilters",
        "scanOnPush",
        "images",
    ])?;
    let name = entry.need("repositoryName")?;
    let kinds = [
        "MUTABLE",
        "IMMUTABLE",
        "IMMUTABLE_WITH_EXCLUSION",
        "MUTABLE_WITH_EXCLUSION",
    ];
    let images = entry
        .objects("images")?
        .iter()
        .map(|image| read_image(image, &name, cloud.now))
        .collect::<Result<_, _>>()?;
    let repository = Repository {
        mutability: entry
            .one_of("imageTagMutability", &kinds)?
            .unwrap_or_else(|| "MUTABLE".to_owned()),
        exclusions: entry.texts("exclusionFilters")?,
        scan_on_push: entry.flag("scanOnPush")?.unwrap_or(false),
        since: cloud.now,
        images,
    };
    ecr::add(cloud, &name, repository);
    Ok(())
}

/// An image by its manifest, or by its tags alone: then the manifest is made up from the first.
fn read_image(entry: &Entry<'_>, repository: &str, now: Moment) -> Result<Image, String> {
    entry.only(&[
        "imageTags",
        "imageManifest",
        "imageManifestMediaType",
        "imageStatus",
        "scan",
    ])?;
    let tags = entry.texts("imageTags")?;
    let mut image = match (entry.text("imageManifest")?, tags.first()) {
        (Some(manifest), _) => Image::new(manifest, entry.text("imageManifestMediaType")?, now),
        (None, Some(tag)) => Image::made_up(repository, tag, now),
        (None, None) => return Err(entry.error("", "an image needs imageTags or imageManifest")),
    };
    let status = entry.one_of("imageStatus", &["ACTIVE", "ARCHIVED", "ACTIVATING"])?;
    let scan = entry
        .object("scan")?
        .map(|scan| read_scan(&scan))
        .transpose()?;
    image.tags = tags;
    image.status = status.unwrap_or_else(|| "ACTIVE".to_owned());
    image.scan = scan;
    Ok(image)
}

fn read_scan(entry: &Entry<'_>) -> Result<Scan, String> {
    entry.only(&["status", "findingSeverityCounts"])?;
    let ends = [
        "COMPLETE",
        "FAILED",
        "UNSUPPORTED_IMAGE",
        "ACTIVE",
        "SCAN_ELIGIBILITY_EXPIRED",
        "FINDINGS_UNAVAILABLE",
    ];
    let mut counts = BTreeMap::new();
    if let Some(entry) = entry.object("findingSeverityCounts")? {
        entry.only(&[
            "INFORMATIONAL",
            "LOW",
            "MEDIUM",
            "HIGH",
            "CRITICAL",
            "UNDEFINED",
        ])?;
        for severity in entry.members.keys() {
            let count = entry
                .count(severity)?
                .filter(|count| *count <= MOST_FINDINGS);
            let count = count
                .ok_or_else(|| entry.error(severity, &format!("is more than {MOST_FINDINGS}")))?;
            counts.insert(severity.clone(), count);
        }
    }
    Ok(Scan {
        status: entry
            .one_of("status", &ends)?
            .unwrap_or_else(|| "COMPLETE".to_owned()),
        counts,
    })
}
