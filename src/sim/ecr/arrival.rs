//! Pushes that nobody's call makes: those of the seed and of the control path, at once or after a while, and in a rehearsal
//! those of whoever names an image.

use crate::sim::cloud::Cloud;
use crate::sim::ecr::{Ecr, Image, Place, Repository};
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;

/// A push that is still to come.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    /// When it comes.
    pub(crate) at: Moment,
    /// Where to.
    pub(crate) place: Place,
    /// What is pushed; the last one gets the tags it has.
    pub(crate) images: Vec<Image>,
}

impl Ecr {
    /// Lets a push come at its moment; one whose moment has come, with the next step of the clock.
    pub(crate) fn expect(&mut self, arrival: Arrival) {
        self.arrivals.push(arrival);
    }

    /// Whether there is such a repository.
    pub(crate) fn has(&self, place: &Place) -> bool {
        self.repositories.contains_key(place)
    }

    /// A number that no push had before.
    pub(crate) fn next_push(&mut self) -> u64 {
        self.pushes += 1;
        self.pushes
    }

    /// The tag of a push that its repository would not take at the moment, because it is on another image for good.
    pub(crate) fn immovable(&self, arrival: &Arrival) -> Option<String> {
        let repository = self.repositories.get(&arrival.place)?;
        let pushed = arrival.images.last()?;
        repository.immovable(pushed).cloned()
    }
}

/// When the next push comes.
pub(crate) fn next_due(cloud: &Cloud) -> Option<Moment> {
    cloud.ecr.arrivals.iter().map(|arrival| arrival.at).min()
}

/// Carries out every push that is due at `cloud.now`. One that an immutable tag forbids is refused as a whole, as the
/// client that pushes would see.
pub(crate) fn run_due(cloud: &mut Cloud) {
    let now = cloud.now;
    let (mut due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut cloud.ecr.arrivals)
        .into_iter()
        .partition(|arrival| arrival.at <= now);
    cloud.ecr.arrivals = later;
    due.sort_by_key(|arrival| arrival.at);
    for Arrival { at, place, images } in due {
        if let Some(repository) = cloud.ecr.repositories.get_mut(&place) {
            repository.take(images, at);
        }
    }
}

/// In a rehearsal every image exists that is named by a tag: whoever builds it pushes it just then.
pub(super) fn push_what_is_named(cloud: &mut Cloud, input: &Members) {
    let ids = members::list(input, "imageIds")
        .iter()
        .chain(input.get("imageId"));
    let tags: Vec<String> = ids
        .filter_map(|id| id.get("imageTag")?.as_str())
        .map(str::to_owned)
        .collect();
    let place = Place::of(input);
    let began = cloud.began;
    for tag in tags {
        let repository = cloud
            .ecr
            .repositories
            .entry(place.clone())
            .or_insert_with(|| Repository {
                mutability: "MUTABLE".to_owned(),
                exclusions: Vec::new(),
                scan_on_push: true,
                since: began,
                images: Vec::new(),
            });
        if !repository
            .images
            .iter()
            .any(|image| image.tags.contains(&tag))
        {
            repository.take(vec![Image::made_up(&place.name, &tag, began)], began);
        }
    }
}

impl Repository {
    /// A tag of an image that is on another one and may not be taken from it.
    fn immovable<'a>(&self, pushed: &'a Image) -> Option<&'a String> {
        pushed.tags.iter().find(|tag| {
            let elsewhere =
                |image: &Image| image.digest != pushed.digest && image.tags.contains(tag);
            self.images.iter().any(elsewhere) && !self.may_move(tag)
        })
    }

    /// Takes what a build pushes: tags move to the last image, images that are there already stay as they are.
    fn take(&mut self, images: Vec<Image>, at: Moment) {
        if images
            .last()
            .is_some_and(|last| self.immovable(last).is_some())
        {
            return;
        }
        for mut image in images {
            for stored in &mut self.images {
                stored.tags.retain(|tag| !image.tags.contains(tag));
            }
            let stored = self
                .images
                .iter_mut()
                .find(|stored| stored.digest == image.digest);
            if let Some(stored) = stored {
                stored.tags.append(&mut image.tags);
                continue;
            }
            image.pushed = at;
            if self.scan_on_push && image.scan.is_none() && image.children().is_empty() {
                image.scan = Some(super::Scan::clean());
            }
            self.images.push(image);
        }
    }
}
