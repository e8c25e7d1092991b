//! New versions of the program.

use serde::Serialize;
use specta::Type;

/// Who brings new versions to this computer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum UpdateOrigin {
    /// Whoever gave the program to the person; it asks nobody.
    #[default]
    Nobody,
    /// The system's packages, which know the program.
    Packages,
    /// The address that the person's organisation has set.
    Organisation,
}

/// What is being done about a new version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum UpdateStep {
    /// Nothing.
    #[default]
    Idle,
    /// The address is asked.
    Looking,
    /// It comes over the network.
    Loading,
    /// It is here and its signature is right.
    Loaded,
    /// It takes the place of this one.
    Installing,
    /// The next start is one of it.
    Installed,
}

/// Why there is no new version, where there may be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum UpdateProblem {
    /// The address does not answer, or the file is not there.
    Unreachable,
    /// What it answers is no description of a version.
    Answer,
    /// There is a new version, and none for this system.
    NotForThisSystem,
    /// It was not signed with the organisation's key, or for another version.
    Signature,
    /// It could not take the place of this one.
    Install,
}

/// A version that is newer than this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// Its number.
    pub version: String,
    /// What is new in it, in the words of whoever made it.
    pub notes: Option<String>,
}

/// How it stands with new versions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UpdateState {
    /// Who brings them.
    pub origin: UpdateOrigin,
    /// What is being done.
    pub step: UpdateStep,
    /// How much is here while it is loaded, in percent; `null` while that is not known.
    pub percent: Option<u8>,
    /// When the address answered last, in milliseconds since 1970.
    pub looked_at: Option<i64>,
    /// The one that is there.
    pub release: Option<Release>,
    /// What went wrong last.
    pub problem: Option<UpdateProblem>,
}
