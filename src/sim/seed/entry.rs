//! Reading a seed strictly: every error names the place. Not for requests, which the API model checks.

use serde_json::Value;

use crate::sim::members::Members;

/// An object somewhere in the seed.
pub(super) struct Entry<'a> {
    pub(super) members: &'a Members,
    place: String,
}

impl<'a> Entry<'a> {
    /// The seed itself.
    pub(super) fn root(seed: &'a Value) -> Result<Self, String> {
        let members = seed.as_object().ok_or("seed: is not an object")?;
        Ok(Self {
            members,
            place: "seed".to_owned(),
        })
    }

    /// An object that is no part of a seed, but is read like one.
    pub(super) fn named(place: &str, members: &'a Members) -> Self {
        Self {
            members,
            place: place.to_owned(),
        }
    }

    /// An error at a member, or at the entry itself.
    pub(super) fn error(&self, member: &str, what: &str) -> String {
        format!("{}: {what}", self.place_of(member))
    }

    /// Refuses members that are not among these.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), String> {
        match self
            .members
            .keys()
            .find(|name| !known.contains(&name.as_str()))
        {
            Some(name) => Err(self.error(
                name,
                &format!("is not known; known are: {}", known.join(", ")),
            )),
            None => Ok(()),
        }
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, String> {
        self.read(name, "a string", |value| value.as_str().map(str::to_owned))
    }

    /// A string that has to be there.
    pub(super) fn need(&self, name: &str) -> Result<String, String> {
        self.text(name)?
            .ok_or_else(|| self.error(name, "is missing"))
    }

    /// A string that is one of these.
    pub(super) fn one_of(&self, name: &str, values: &[&str]) -> Result<Option<String>, String> {
        match self.text(name)? {
            Some(text) if !values.contains(&text.as_str()) => {
                Err(self.error(name, &format!("is none of: {}", values.join(", "))))
            }
            text => Ok(text),
        }
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, String> {
        self.read(name, "true or false", Value::as_bool)
    }

    /// A whole number, not negative.
    pub(super) fn count(&self, name: &str) -> Result<Option<i64>, String> {
        self.read(name, "a whole number from 0", |value| {
            value.as_i64().filter(|number| *number >= 0)
        })
    }

    /// Any number.
    pub(super) fn number(&self, name: &str) -> Result<Option<f64>, String> {
        self.read(name, "a number", Value::as_f64)
    }

    /// A number of seconds, not negative.
    pub(super) fn seconds(&self, name: &str) -> Result<Option<f64>, String> {
        self.read(name, "a number from 0", |value| {
            value.as_f64().filter(|seconds| *seconds >= 0.0)
        })
    }

    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        let texts = |value: &Value| {
            value
                .as_array()?
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect()
        };
        self.read(name, "a list of strings", texts)
            .map(Option::unwrap_or_default)
    }

    pub(super) fn object(&self, name: &str) -> Result<Option<Self>, String> {
        let members = self.read(name, "an object", Value::as_object)?;
        Ok(members.map(|members| Self {
            members,
            place: self.place_of(name),
        }))
    }

    pub(super) fn objects(&self, name: &str) -> Result<Vec<Self>, String> {
        let items = self
            .read(name, "a list", Value::as_array)?
            .into_iter()
            .flatten()
            .enumerate();
        items
            .map(|(index, item)| {
                let place = format!("{}[{index}]", self.place_of(name));
                let members = item
                    .as_object()
                    .ok_or(format!("{place}: is not an object"))?;
                Ok(Self { members, place })
            })
            .collect()
    }

    fn read<T>(
        &self,
        name: &str,
        what: &str,
        of: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, String> {
        match self.members.get(name) {
            None => Ok(None),
            Some(value) => of(value)
                .map(Some)
                .ok_or_else(|| self.error(name, &format!("is not {what}"))),
        }
    }

    fn place_of(&self, member: &str) -> String {
        if member.is_empty() {
            self.place.clone()
        } else {
            format!("{}.{member}", self.place)
        }
    }
}
