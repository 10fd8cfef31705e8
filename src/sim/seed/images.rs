//! The repositories of a seed and the images in them, and pushes that are asked for on the control path in the same form.

use std::collections::BTreeMap;

use crate::sim::cloud::{ACCOUNT, Cloud};
use crate::sim::ecr::{self, Arrival, Image, Part, Place, Repository, Scan};
use crate::sim::members::Members;
use crate::sim::moment::Moment;
use crate::sim::seed::PAST;
use crate::sim::seed::entry::Entry;

/// The most findings of one severity, so that an answer stays of a size that can be sent.
const MOST_FINDINGS: i64 = 1000;
/// The most images of one index.
const MOST_PARTS: usize = 20;

/// What an image is made of, in a seed and on the control path.
const IMAGE: [&str; 9] = [
    "imageTags",
    "imageManifest",
    "imageManifestMediaType",
    "imageStatus",
    "build",
    "platform",
    "platforms",
    "pushedAfter",
    "scan",
];

/// Makes one repository with its images. Those with `pushedAfter` come so long after the simulator has started.
pub(super) fn add_repository(cloud: &mut Cloud, entry: &Entry<'_>) -> Result<(), String> {
    entry.only(&[
        "registryId",
        "repositoryName",
        "imageTagMutability",
        "exclusionFilters",
        "scanOnPush",
        "images",
    ])?;
    let place = Place {
        registry: registry(entry)?,
        name: entry.need("repositoryName")?,
    };
    let kinds = [
        "MUTABLE",
        "IMMUTABLE",
        "IMMUTABLE_WITH_EXCLUSION",
        "MUTABLE_WITH_EXCLUSION",
    ];
    let mut images = Vec::new();
    let mut later = Vec::new();
    for entry in entry.objects("images")? {
        entry.only(&IMAGE)?;
        let read = read_images(&entry, &place.name, None, cloud.now)?;
        match entry.seconds("pushedAfter")? {
            None => images.extend(read),
            Some(seconds) => later.push((seconds, read)),
        }
    }
    let repository = Repository {
        mutability: entry
            .one_of("imageTagMutability", &kinds)?
            .unwrap_or_else(|| "MUTABLE".to_owned()),
        exclusions: entry.texts("exclusionFilters")?,
        scan_on_push: entry.flag("scanOnPush")?.unwrap_or(false),
        since: cloud.now,
        images,
    };
    let ready = cloud.now.plus(PAST);
    ecr::add(cloud, place.clone(), repository);
    for (seconds, images) in later {
        cloud.ecr.expect(Arrival {
            at: ready.plus(seconds),
            place: place.clone(),
            images,
        });
    }
    Ok(())
}

/// Lets an image be pushed: `{"repositoryName": "web", "imageTags": ["v1"], "pushedAfter": 30}` and what else an image of
/// a seed has. Without `build` it is an image that was never pushed before. Gives its digest.
///
/// # Errors
/// The form is not what it should be, there is no such repository, or a tag may not be moved.
pub(crate) fn push(cloud: &mut Cloud, form: &Members) -> Result<String, String> {
    let entry = Entry::named("push", form);
    let known: Vec<&str> = ["registryId", "repositoryName"]
        .into_iter()
        .chain(IMAGE)
        .collect();
    entry.only(&known)?;
    let place = Place {
        registry: registry(&entry)?,
        name: entry.need("repositoryName")?,
    };
    if !cloud.ecr.has(&place) {
        return Err(entry.error("repositoryName", "there is no such repository"));
    }
    let build = format!("push {}", cloud.ecr.next_push());
    let images = read_images(&entry, &place.name, Some(build), cloud.now)?;
    let digest = images.last().map(|image| image.digest.clone());
    let seconds = entry.seconds("pushedAfter")?;
    let arrival = Arrival {
        at: cloud.now.plus(seconds.unwrap_or_default()),
        place,
        images,
    };
    if let (None, Some(tag)) = (seconds, cloud.ecr.immovable(&arrival)) {
        return Err(entry.error("imageTags", &format!("the tag is immutable: `{tag}`")));
    }
    cloud.ecr.expect(arrival);
    digest.ok_or_else(|| entry.error("", "there is no image"))
}

fn registry(entry: &Entry<'_>) -> Result<String, String> {
    let is_account = |id: &String| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit());
    match entry.text("registryId")? {
        None => Ok(ACCOUNT.to_owned()),
        Some(id) if is_account(&id) => Ok(id),
        Some(_) => Err(entry.error("registryId", "is not an account of twelve digits")),
    }
}

/// An image by its manifest, or by its tags alone: then it is made up from the first, for one platform or for several. The
/// last image read is the one that has the tags; those before it are the ones its index names.
fn read_images(
    entry: &Entry<'_>,
    repository: &str,
    build: Option<String>,
    now: Moment,
) -> Result<Vec<Image>, String> {
    let tags = entry.texts("imageTags")?;
    let parts = read_parts(entry)?;
    let platform = read_platform(entry)?;
    let build = entry.text("build")?.or(build);
    let made_of = [
        entry.members.contains_key("imageManifest"),
        !parts.is_empty(),
        platform.is_some(),
    ];
    if made_of.iter().filter(|given| **given).count() > 1 {
        return Err(entry.error(
            "",
            "an image has one of imageManifest, platform and platforms",
        ));
    }
    let what = tags.first().map(|tag| match &build {
        None => format!("{repository}:{tag}"),
        Some(build) => format!("{repository}:{tag} {build}"),
    });
    let mut images = match (entry.text("imageManifest")?, what) {
        (Some(manifest), _) => vec![Image::new(
            manifest,
            entry.text("imageManifestMediaType")?,
            now,
        )],
        (None, Some(what)) if parts.is_empty() => vec![Image::built(
            &what,
            platform.as_deref().unwrap_or(ecr::USUAL_PLATFORM),
            now,
        )],
        (None, Some(what)) => Image::index(&what, &parts, now),
        (None, None) => return Err(entry.error("", "an image needs imageTags or imageManifest")),
    };
    let status = entry.one_of("imageStatus", &["ACTIVE", "ARCHIVED", "ACTIVATING"])?;
    let scan = entry
        .object("scan")?
        .map(|scan| read_scan(&scan))
        .transpose()?;
    if let Some(image) = images.last_mut() {
        image.tags = tags;
        image.status = status.unwrap_or_else(|| "ACTIVE".to_owned());
        image.scan = scan;
    }
    Ok(images)
}

fn read_platform(entry: &Entry<'_>) -> Result<Option<String>, String> {
    match entry.text("platform")? {
        Some(text) if !ecr::is_platform(&text) => {
            Err(entry.error("platform", "is not `os/architecture`"))
        }
        platform => Ok(platform),
    }
}

/// The images of an index: each an object with a `platform` and perhaps a `scan`.
fn read_parts(entry: &Entry<'_>) -> Result<Vec<Part>, String> {
    let entries = entry.objects("platforms")?;
    if entries.len() > MOST_PARTS {
        return Err(entry.error("platforms", &format!("are more than {MOST_PARTS}")));
    }
    let read = |entry: &Entry<'_>| {
        entry.only(&["platform", "scan"])?;
        let platform = read_platform(entry)?;
        let scan = entry.object("scan")?;
        Ok(Part {
            platform: platform.ok_or_else(|| entry.error("platform", "is missing"))?,
            scan: scan.map(|scan| read_scan(&scan)).transpose()?,
        })
    };
    entries.iter().map(read).collect()
}

fn read_scan(entry: &Entry<'_>) -> Result<Scan, String> {
    entry.only(&["status", "description", "findingSeverityCounts", "takes"])?;
    let ends = [
        "COMPLETE",
        "FAILED",
        "UNSUPPORTED_IMAGE",
        "ACTIVE",
        "PENDING",
        "IN_PROGRESS",
        "SCAN_ELIGIBILITY_EXPIRED",
        "FINDINGS_UNAVAILABLE",
        "LIMIT_EXCEEDED",
        "IMAGE_SIZE_EXCEEDED",
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
        description: entry.text("description")?,
        counts,
        takes: entry.seconds("takes")?.unwrap_or(ecr::SCAN_TAKES),
    })
}
