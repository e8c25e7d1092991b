//! Who gets what somebody says in a dialog.

use cubist_protocol::ids::UserId;

use crate::state::{DialogCard, Passage, PrivacyScope, StanzaKind, StateError};

use crate::xmpp::router::Router;

/// Everyone but the sender who is in the dialog and whom no privacy list keeps from the sender; of an open dialog,
/// which may have everybody in it, only those who are connected.
pub(in crate::xmpp) async fn audience(
    router: &Router,
    card: &DialogCard,
    sender: UserId,
) -> Result<Vec<UserId>, StateError> {
    if !card.is_open() {
        return Ok(closed(router, card, sender));
    }
    let connected = router.present_people();
    let mut members = router.state().members_among(card, connected).await?;
    members.retain(|user| *user != sender && reaches(router, PrivacyScope::Room, sender, *user));
    Ok(members)
}

/// [`audience`] of a group or a private dialog, whose occupants are known without asking.
pub(super) fn closed(router: &Router, card: &DialogCard, sender: UserId) -> Vec<UserId> {
    let scope = if card.pair.is_some() {
        PrivacyScope::Person
    } else {
        PrivacyScope::Room
    };
    card.occupants
        .iter()
        .copied()
        .filter(|user| *user != sender && reaches(router, scope, sender, *user))
        .collect()
}

/// Whether a message of `sender` may come to `user`. It always may to the sender's own devices.
pub(in crate::xmpp) fn reaches(
    router: &Router,
    scope: PrivacyScope,
    sender: UserId,
    user: UserId,
) -> bool {
    let passage = || {
        router
            .state()
            .may_pass(scope, StanzaKind::Message, sender, user)
    };
    user == sender || passage() == Passage::Free
}
