//! What can be read from the registry: repositories, images, manifests. Nothing here changes anything.

use serde_json::{Value, json};

use crate::sim::cloud::{ACCOUNT, Cloud, REGION};
use crate::sim::ecr::identity::{ImageId, NotFound};
use crate::sim::ecr::{Image, Place, Repository, invalid, no_repository, repository};
use crate::sim::members::{self, Members};
use crate::sim::paging::{self, InvalidToken};
use crate::sim::refusal::Refusal;

pub(super) fn describe_repositories(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let wanted = members::texts(input, "repositoryNames");
    no_pages_by_name(input, !wanted.is_empty())?;
    if let Some(missing) = wanted
        .iter()
        .find(|name| !cloud.ecr.repositories.contains_key(&Place::ours(name)))
    {
        return Err(no_repository(&Place::ours(missing)));
    }
    let found = cloud
        .ecr
        .repositories
        .iter()
        .filter(|(place, _)| place.registry == ACCOUNT)
        .map(|(place, found)| (place.name.as_str(), found))
        .filter(|(name, _)| wanted.is_empty() || wanted.contains(name));
    paged(
        input,
        "repositories",
        found
            .map(|(name, found)| describe(cloud, name, found))
            .collect(),
    )
}

/// By id archived images are found only if the filter asks for them, as in a list.
pub(super) fn describe_images(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let (place, repository) = repository(cloud, input)?;
    let wanted: Vec<_> = members::list(input, "imageIds")
        .iter()
        .map(ImageId::read)
        .collect();
    no_pages_by_name(input, !wanted.is_empty())?;
    let filter = Filter::read(input);
    let mut found = Vec::new();
    for id in &wanted {
        let image = id
            .find(cloud, &place, repository)
            .map_err(|why| id.refusal(&place, why))?;
        if !filter.has_status(&image) {
            return Err(id.refusal(&place, NotFound::Missing));
        }
        found.push(image);
    }
    if wanted.is_empty() {
        found = repository
            .map(|repository| repository.images.clone())
            .unwrap_or_default();
        found.retain(|image| filter.has(image));
    }
    paged(
        input,
        "imageDetails",
        found
            .iter()
            .map(|image| image.describe(&place, cloud.now))
            .collect(),
    )
}

/// One id for every tag, and one for an image without any.
pub(super) fn list_images(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let (_, repository) = repository(cloud, input)?;
    let filter = Filter::read(input);
    let images = repository.map_or(&[][..], |repository| repository.images.as_slice());
    let ids = images
        .iter()
        .filter(|image| filter.has(image))
        .flat_map(|image| {
            let id = |tag: Option<&String>| {
                ImageId {
                    digest: Some(image.digest.clone()),
                    tag: tag.cloned(),
                }
                .describe()
            };
            if image.tags.is_empty() {
                vec![id(None)]
            } else {
                image.tags.iter().map(|tag| id(Some(tag))).collect()
            }
        });
    paged(input, "imageIds", ids.collect())
}

/// The manifests of images; an archived one cannot be got (`ImageInaccessible`).
pub(super) fn batch_get_image(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let (place, repository) = repository(cloud, input)?;
    let (mut images, mut failures) = (Vec::new(), Vec::new());
    for id in members::list(input, "imageIds").iter().map(ImageId::read) {
        let failure = match id.find(cloud, &place, repository) {
            Ok(image) if image.is_archived() => ("ImageInaccessible", "The image is archived"),
            Ok(image) => {
                images.push(describe_manifest(&place, &image, id.tag.as_deref()));
                continue;
            }
            Err(why) => why.failure(),
        };
        failures.push(json!({ "imageId": id.describe(), "failureCode": failure.0, "failureReason": failure.1 }));
    }
    Ok(json!({ "images": images, "failures": failures }))
}

/// As `BatchGetImage` and `PutImage` have an image, with the tag that was asked for.
pub(super) fn describe_manifest(place: &Place, image: &Image, tag: Option<&str>) -> Value {
    let id = ImageId {
        digest: Some(image.digest.clone()),
        tag: tag.map(str::to_owned),
    };
    json!({
        "registryId": place.registry,
        "repositoryName": place.name,
        "imageId": id.describe(),
        "imageManifest": image.manifest,
        "imageManifestMediaType": image.media_type,
    })
}

fn describe(cloud: &Cloud, name: &str, repository: &Repository) -> Value {
    let mut described = json!({
        "repositoryArn": cloud.arn("ecr", &format!("repository/{name}")),
        "registryId": ACCOUNT,
        "repositoryName": name,
        "repositoryUri": format!("{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{name}"),
        "createdAt": repository.since.epoch_seconds(),
        "imageTagMutability": repository.mutability,
        "imageScanningConfiguration": { "scanOnPush": repository.scan_on_push },
        "encryptionConfiguration": { "encryptionType": "AES256" },
    });
    if !repository.exclusions.is_empty() {
        let filters = repository
            .exclusions
            .iter()
            .map(|filter| json!({ "filterType": "WILDCARD", "filter": filter }));
        described["imageTagMutabilityExclusionFilters"] = filters.collect();
    }
    described
}

/// `tagStatus` and `imageStatus`: without the second only active images are seen (`ListImagesFilter`).
struct Filter<'a> {
    tagged: Option<bool>,
    status: &'a str,
}

impl<'a> Filter<'a> {
    fn read(input: &'a Members) -> Self {
        let of =
            |name| members::object(input, "filter").and_then(|filter| members::text(filter, name));
        let tagged = match of("tagStatus") {
            Some("TAGGED") => Some(true),
            Some("UNTAGGED") => Some(false),
            _ => None,
        };
        Self {
            tagged,
            status: of("imageStatus").unwrap_or("ACTIVE"),
        }
    }

    fn has_status(&self, image: &Image) -> bool {
        self.status == "ANY" || self.status == image.status
    }

    fn has(&self, image: &Image) -> bool {
        self.has_status(image)
            && self
                .tagged
                .is_none_or(|tagged| tagged != image.tags.is_empty())
    }
}

fn no_pages_by_name(input: &Members, named: bool) -> Result<(), Refusal> {
    if named && (members::given(input, "maxResults") || members::given(input, "nextToken")) {
        return Err(invalid(
            "maxResults and nextToken cannot be used together with names or ids",
        ));
    }
    Ok(())
}

fn paged(input: &Members, name: &str, found: Vec<Value>) -> Result<Value, Refusal> {
    let size = members::number(input, "maxResults")
        .and_then(|size| usize::try_from(size).ok())
        .unwrap_or(100);
    let named = !members::list(input, "imageIds").is_empty()
        || !members::list(input, "repositoryNames").is_empty();
    let size = if named { usize::MAX } else { size };
    let page =
        paging::page(found, size, members::text(input, "nextToken")).map_err(|InvalidToken| {
            invalid("Invalid parameter at 'nextToken': the token was not given out")
        })?;
    let mut answer = json!({ name: page.items });
    if let Some(next) = page.next {
        answer["nextToken"] = json!(next);
    }
    Ok(answer)
}
