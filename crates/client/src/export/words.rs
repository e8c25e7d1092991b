//! The words of an export: the engine has no catalogue of its own, so the screen that asks brings
//! them in the person's language.

use crate::model::{SystemLine, UserId};

/// Words in the person's language. Those about an event are sentences with `{who}`, `{people}` and
/// `{name}` where names go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is what its name says")]
pub struct ExportWords {
    /// The language (BCP 47).
    pub language: String,
    /// Whether it is written from right to left.
    pub right_to_left: bool,
    pub deleted: String,
    pub edited: String,
    pub forwarded: String,
    /// What stands for a file that is not in the folder.
    pub file_missing: String,
    /// What stands for somebody of whom no name is known.
    pub somebody: String,
    /// Said at the top where a part of the history could not be fetched.
    pub incomplete: String,
    /// The links between the parts.
    pub earlier: String,
    pub later: String,
    pub created: String,
    pub added: String,
    pub removed: String,
    pub left: String,
    pub renamed: String,
    pub photo: String,
    pub description: String,
    pub fields: String,
    pub admins_added: String,
    pub admins_removed: String,
    pub called: String,
    pub called_video: String,
}

impl ExportWords {
    /// The sentence for what happened in a dialog.
    pub(super) fn event(
        &self,
        line: &SystemLine,
        who: UserId,
        name_of: &impl Fn(UserId) -> String,
    ) -> String {
        let people = |users: &[UserId]| {
            let names: Vec<String> = users.iter().map(|&id| name_of(id)).collect();
            names.join(", ")
        };
        let (sentence, people, name) = match line {
            SystemLine::Created => (&self.created, String::new(), ""),
            SystemLine::Added { users } => (&self.added, people(users), ""),
            SystemLine::Removed { users } => (&self.removed, people(users), ""),
            SystemLine::Left => (&self.left, String::new(), ""),
            SystemLine::Renamed { name } => (&self.renamed, String::new(), name.as_str()),
            SystemLine::PhotoChanged => (&self.photo, String::new(), ""),
            SystemLine::DescriptionChanged => (&self.description, String::new(), ""),
            SystemLine::FieldsChanged => (&self.fields, String::new(), ""),
            SystemLine::AdminsAdded { users } => (&self.admins_added, people(users), ""),
            SystemLine::AdminsRemoved { users } => (&self.admins_removed, people(users), ""),
            SystemLine::Called { video: false } => (&self.called, String::new(), ""),
            SystemLine::Called { video: true } => (&self.called_video, String::new(), ""),
        };
        filled(
            sentence,
            &[
                ("{who}", &name_of(who)),
                ("{people}", &people),
                ("{name}", name),
            ],
        )
    }
}

/// A sentence with its places filled, each once: a name that looks like a place stays a name.
fn filled(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::new();
    let mut rest = sentence;
    loop {
        let next = values
            .iter()
            .filter_map(|&(place, value)| rest.split_once(place).map(|parts| (parts, value)))
            .min_by_key(|((before, _), _)| before.len());
        let Some(((before, after), value)) = next else {
            text.push_str(rest);
            return text;
        };
        text.push_str(before);
        text.push_str(value);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn places_are_filled_once() {
        let values = [("{who}", "{people}"), ("{people}", "Ann"), ("{name}", "")];
        assert_eq!(
            filled("{who} added {people}", &values),
            "{people} added Ann"
        );
        assert_eq!(filled("{people} by {who}", &values), "Ann by {people}");
        assert_eq!(filled("nothing", &values), "nothing");
    }
}
