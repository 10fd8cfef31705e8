//! Reads the scan of every part of an image, and lets the image through only if all of them pass. An index has no findings
//! of its own, so its parts are asked.
use super::manifests::Part;
use super::patience::Patience;
use super::resolve::{ImageRequest, refused};
use crate::domain::image::ImageRef;
use crate::domain::resolve::{Gate, MaxSeverity, Scan, Unresolved, judge};
use crate::error::Error;
use crate::ports::images::ReadImages;
use crate::ports::{Clock, Interruption};
use crate::report::{Event, Report};

/// Judges every part, and says of each what was found.
///
/// # Errors
/// A part has findings above the gate; if none has, a part about which nobody knows.
pub(super) async fn pass<W: ReadImages + Clock + Interruption>(
    world: &W,
    request: &ImageRequest,
    image: &ImageRef,
    parts: &[Part],
    max: MaxSeverity,
    patience: &mut Patience<'_>,
    report: &mut dyn Report,
) -> Result<(), Error> {
    let mut failed = None;
    let mut unknown = None;
    for part in parts {
        let scanned = match &part.platform {
            Some(platform) if parts.len() > 1 => format!("`{image}` for `{platform}`"),
            _ => format!("`{image}`"),
        };
        match judged(world, request, part, max, patience, report).await? {
            Gate::Pass(counts) => report.tell(Event::Found {
                name: "scan",
                value: match &part.platform {
                    Some(platform) => format!("{platform}: {counts}"),
                    None => counts.to_string(),
                },
            }),
            Gate::Fail(counts) => {
                failed.get_or_insert(Unresolved::Findings {
                    scanned,
                    max,
                    counts,
                });
            }
            Gate::Unknown(doubt) => {
                let waited = patience.waited(world);
                unknown.get_or_insert(Unresolved::Doubtful {
                    scanned,
                    doubt,
                    waited,
                });
            }
        }
    }
    match failed.or(unknown) {
        Some(why) => Err(why.into()),
        None => Ok(()),
    }
}

/// What the gate says of one part, at the latest when the time is over.
async fn judged<W: ReadImages + Clock + Interruption>(
    world: &W,
    request: &ImageRequest,
    part: &Part,
    max: MaxSeverity,
    patience: &mut Patience<'_>,
    report: &mut dyn Report,
) -> Result<Gate, Error> {
    loop {
        let scan: Scan = match world.scan(&request.repository, &part.digest).await {
            Ok(scan) => scan,
            Err(error) => {
                if patience.bear(world, &error, report).await? {
                    continue;
                }
                return Err(refused(&request.repository, error));
            }
        };
        let gate = judge(max, &scan);
        let waits = matches!(&gate, Gate::Unknown(doubt) if doubt.may_end());
        if !waits || !patience.pause(world, "not scanned yet", report).await? {
            return Ok(gate);
        }
    }
}
