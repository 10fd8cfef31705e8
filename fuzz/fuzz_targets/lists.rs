//! Any text is a list, a name, an image, an ARN, or is refused; what is read is written back as it was.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wharfie::domain::appspec::{CapacityProvider, HookBinding};
use wharfie::domain::arn::{Arn, TaskDefinitionArn, TaskDefinitionRef};
use wharfie::domain::assignment::Assignments;
use wharfie::domain::check::marks;
use wharfie::domain::image::{ImageBinding, ImageRef};
use wharfie::domain::secrecy::{looks_secret, masked, shown};

fuzz_target!(|text: &str| {
    if let Ok(list) = text.parse::<Assignments>() {
        for name in list.names() {
            assert!(!name.is_empty(), "a value without a name");
        }
    }
    for line in text.lines() {
        let _ = line.parse::<ImageBinding>();
        let _ = line.parse::<HookBinding>();
        let _ = line.parse::<CapacityProvider>();
        let _ = line.parse::<TaskDefinitionArn>();
        let _ = line.parse::<TaskDefinitionRef>();
        if let Ok(image) = line.parse::<ImageRef>() {
            assert_eq!(image.to_string(), line);
        }
        if let Ok(arn) = line.parse::<Arn>() {
            assert_eq!(arn.to_string(), line);
        }
        let _ = (looks_secret(line, line), shown(line), marks(line).count());
    }
    let once = masked(text).into_owned();
    assert_eq!(masked(&once), once);
});
