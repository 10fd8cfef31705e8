//! Finds the image of a commit or a tag, and gives its digest.
use std::process::ExitCode;

use wharfie::aws::Aws;
use wharfie::stage::resolve_image::ResolveImage;

fn main() -> ExitCode {
    wharfie::main::<ResolveImage, Aws>()
}
