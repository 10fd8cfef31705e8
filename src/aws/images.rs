//! Images in private registries: the port of images, translated to Amazon ECR. A registry is asked in its own Region, and by
//! the id of its account.
use std::time::Duration;

use aws_sdk_ecr::config::Region;
use aws_sdk_ecr::types::{
    DescribeImagesFilter, ImageDetail, ImageFailure, ImageIdentifier, ImageScanFindings,
    ImageStatusFilter, ListImagesFilter, TagStatus,
};
use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::byte_stream::ByteStream;

use super::Aws;
use super::refusal::port_error;
use crate::domain::image::{Digest, Repository};
use crate::domain::malformed::Malformed;
use crate::domain::resolve::{
    Counts, EcrRepository, ImageFacts, ImageName, ImageStatus, Scan, ScanStatus, Severity,
};
use crate::ports::images::{MOST_TAGS, ReadImages};
use crate::ports::{PortError, Refused};

const FIND: &str = "DescribeRepositories";
const DESCRIBE: &str = "DescribeImages";
const GET: &str = "BatchGetImage";
const LAYER: &str = "GetDownloadUrlForLayer";
const SCAN: &str = "DescribeImageScanFindings";
const LIST: &str = "ListImages";

/// Every manifest there is but Docker's schema 1; without this list ECR may convert, and a digest would not fit its bytes.
const MANIFESTS: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// The longest configuration that is read: real ones have some kilobytes.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// How long fetching one may take.
const FETCH_TIME: Duration = Duration::from_secs(30);

impl Aws {
    /// A client for the Region a repository is in.
    fn registry(&self, repository: &EcrRepository) -> aws_sdk_ecr::Client {
        let region = Region::new(repository.region().to_owned());
        let config = aws_sdk_ecr::config::Builder::from(&self.config).region(region);
        aws_sdk_ecr::Client::from_conf(config.build())
    }
}

impl ReadImages for Aws {
    async fn repository(&self, name: &str) -> Result<Repository, PortError> {
        let answer = aws_sdk_ecr::Client::new(&self.config)
            .describe_repositories()
            .repository_names(name)
            .send()
            .await
            .map_err(|error| port_error(FIND, &error))?;
        let uri = answer
            .repositories()
            .first()
            .and_then(|one| one.repository_uri());
        uri.ok_or_else(|| unreadable(FIND, "no `repositoryUri`"))?
            .parse()
            .map_err(|error: Malformed| unreadable(FIND, error.reason()))
    }

    async fn image(
        &self,
        repository: &EcrRepository,
        name: &ImageName,
    ) -> Result<Option<ImageFacts>, PortError> {
        let any = DescribeImagesFilter::builder()
            .image_status(ImageStatusFilter::Any)
            .build();
        let sent = self
            .registry(repository)
            .describe_images()
            .registry_id(repository.account())
            .repository_name(repository.name())
            .image_ids(identifier(name))
            .filter(any)
            .send()
            .await
            .map_err(|error| port_error(DESCRIBE, &error));
        let answer = match sent {
            Ok(answer) => answer,
            Err(error) if error.code() == Some("ImageNotFoundException") => return Ok(None),
            Err(error) => return Err(error),
        };
        answer.image_details().first().map(facts).transpose()
    }

    async fn manifest(
        &self,
        repository: &EcrRepository,
        digest: &Digest,
    ) -> Result<Option<String>, PortError> {
        let answer = self
            .registry(repository)
            .batch_get_image()
            .registry_id(repository.account())
            .repository_name(repository.name())
            .image_ids(identifier(&ImageName::Digest(digest.clone())))
            .set_accepted_media_types(Some(MANIFESTS.map(str::to_owned).to_vec()))
            .send()
            .await
            .map_err(|error| port_error(GET, &error))?;
        if let Some(failure) = answer.failures().first() {
            return failed(failure);
        }
        let image = answer.images().first();
        Ok(image
            .and_then(|image| image.image_manifest())
            .map(str::to_owned))
    }

    async fn configuration(
        &self,
        repository: &EcrRepository,
        digest: &Digest,
    ) -> Result<String, PortError> {
        let answer = self
            .registry(repository)
            .get_download_url_for_layer()
            .registry_id(repository.account())
            .repository_name(repository.name())
            .layer_digest(digest.as_str())
            .send()
            .await
            .map_err(|error| port_error(LAYER, &error))?;
        let url = answer
            .download_url()
            .ok_or_else(|| unreadable(LAYER, "no `downloadUrl`"))?;
        let text = match tokio::time::timeout(FETCH_TIME, fetch(&self.fetcher, url)).await {
            Ok(text) => text,
            Err(_) => Err("it took too long".to_owned()),
        };
        // The address is signed, so it is not shown.
        text.map_err(|reason| PortError::Unreachable {
            operation: LAYER,
            reason: format!("what its answer leads to could not be read: {reason}"),
            throttled: false,
        })
    }

    async fn scan(&self, repository: &EcrRepository, digest: &Digest) -> Result<Scan, PortError> {
        let sent = self
            .registry(repository)
            .describe_image_scan_findings()
            .registry_id(repository.account())
            .repository_name(repository.name())
            .image_id(identifier(&ImageName::Digest(digest.clone())))
            // Whether the counts are of more than the page is not documented, so the page is as long as it can be.
            .max_results(1000)
            .send()
            .await
            .map_err(|error| port_error(SCAN, &error));
        let answer = match sent {
            Ok(answer) => answer,
            Err(error) if error.code() == Some("ScanNotFoundException") => {
                return Ok(Scan::Missing);
            }
            Err(error) => return Err(error),
        };
        let Some(status) = answer.image_scan_status() else {
            return Ok(Scan::Missing);
        };
        let Some(code) = status.status() else {
            return Ok(Scan::Missing);
        };
        Ok(Scan::Seen {
            status: ScanStatus::from(code.as_str()),
            description: status
                .description()
                .filter(|text| !text.is_empty())
                .map(str::to_owned),
            counts: answer.image_scan_findings().and_then(counts),
        })
    }

    async fn tags(&self, repository: &EcrRepository) -> Result<Vec<String>, PortError> {
        let tagged = ListImagesFilter::builder()
            .tag_status(TagStatus::Tagged)
            .build();
        let client = self.registry(repository);
        let mut tags = Vec::new();
        let mut page = None;
        loop {
            let answer = client
                .list_images()
                .registry_id(repository.account())
                .repository_name(repository.name())
                .filter(tagged.clone())
                .max_results(1000)
                .set_next_token(page)
                .send()
                .await
                .map_err(|error| port_error(LIST, &error))?;
            tags.extend(
                answer
                    .image_ids()
                    .iter()
                    .filter_map(|id| id.image_tag())
                    .map(str::to_owned),
            );
            page = answer.next_token;
            if page.is_none() || tags.len() >= MOST_TAGS {
                tags.truncate(MOST_TAGS);
                return Ok(tags);
            }
        }
    }
}

fn identifier(name: &ImageName) -> ImageIdentifier {
    let builder = ImageIdentifier::builder();
    match name {
        ImageName::Tag(tag) => builder.image_tag(tag.as_str()),
        ImageName::Digest(digest) => builder.image_digest(digest.as_str()),
    }
    .build()
}

fn facts(detail: &ImageDetail) -> Result<ImageFacts, PortError> {
    let digest = detail.image_digest().and_then(|text| text.parse().ok());
    Ok(ImageFacts {
        digest: digest.ok_or_else(|| unreadable(DESCRIBE, "no `imageDigest` of SHA-256"))?,
        tags: detail.image_tags().to_vec(),
        pushed_at: detail
            .image_pushed_at()
            .map(aws_smithy_types::DateTime::secs),
        status: detail
            .image_status()
            .map(|status| ImageStatus::from(status.as_str())),
    })
}

/// A failure within a batch: an image that is not there, or a refusal with a code of its own (`ImageFailureCode`).
fn failed(failure: &ImageFailure) -> Result<Option<String>, PortError> {
    let code = failure
        .failure_code()
        .map_or("unknown failure", |code| code.as_str());
    if code == "ImageNotFound" {
        return Ok(None);
    }
    Err(PortError::Refused(Refused {
        operation: GET,
        code: code.to_owned(),
        message: failure.failure_reason().unwrap_or("no reason").to_owned(),
        request_id: None,
    }))
}

/// The counts of an answer. Without a count but with a list that is empty there was nothing to count.
fn counts(findings: &ImageScanFindings) -> Option<Counts> {
    if let Some(counts) = findings.finding_severity_counts() {
        let counted = counts.iter().map(|(severity, count)| {
            let severity = Severity::from(severity.as_str());
            (severity, u64::try_from(*count).unwrap_or_default())
        });
        return Some(counted.collect());
    }
    let listed = findings.findings.is_some() || findings.enhanced_findings.is_some();
    let nothing = findings.findings().is_empty() && findings.enhanced_findings().is_empty();
    (listed && nothing).then(Counts::default)
}

/// Fetches a text from an address that needs no signature of ours.
async fn fetch(connector: &Connector, url: &str) -> Result<String, String> {
    let request = HttpRequest::get(url).map_err(|_| "it is no address".to_owned())?;
    let response = connector
        .call(request)
        .await
        .map_err(|error| error.to_string())?;
    let status = response.status();
    if !status.is_success() {
        return Err(format!("HTTP status {}", status.as_u16()));
    }
    let mut body = ByteStream::new(response.into_body());
    let mut bytes = Vec::new();
    while let Some(part) = body.next().await {
        bytes.extend_from_slice(&part.map_err(|error| error.to_string())?);
        if bytes.len() > MOST_BYTES {
            return Err("it is too long".to_owned());
        }
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

fn unreadable(operation: &'static str, reason: &str) -> PortError {
    PortError::Unreachable {
        operation,
        reason: format!("its answer cannot be read: {reason}"),
        throttled: false,
    }
}
