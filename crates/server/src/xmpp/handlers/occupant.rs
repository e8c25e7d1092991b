//! What a room says about somebody in it (XEP-0045).

use std::sync::Arc;

use cubist_protocol::ext::xep0045_muc::{Affiliation, MucActor, MucItem, MucUser, Role, status};
use cubist_protocol::ids::{DialogId, UserId};
use cubist_protocol::stanza::{Presence, PresenceKind};
use cubist_protocol::xml::Framing;

use crate::state::{DialogCard, Passage, PrivacyScope, StanzaKind};

use crate::xmpp::router::Router;
use crate::xmpp::session::{Outgoing, Session};

/// What a person is in the room, by what they are in the dialog.
pub(super) fn here(card: &DialogCard, user: UserId) -> MucItem {
    let (affiliation, role) = if user == card.owner {
        (Affiliation::Owner, Role::Moderator)
    } else if card.admins.contains(&user) {
        (Affiliation::Admin, Role::Moderator)
    } else if card.may_write(user) {
        (Affiliation::Member, Role::Participant)
    } else {
        (Affiliation::Member, Role::Visitor)
    };
    MucItem {
        affiliation,
        role,
        ..MucItem::default()
    }
}

/// What a person is who is no longer in the room, and by whose hand.
pub(super) fn gone(affiliation: Affiliation, actor: Option<MucActor>) -> MucItem {
    MucItem {
        affiliation,
        role: Role::None,
        actor,
        ..MucItem::default()
    }
}

/// Whose hand it was.
pub(super) fn actor(router: &Router, by: UserId) -> MucActor {
    MucActor {
        jid: Some(router.names().user(by)),
        nick: Some(by.to_string()),
    }
}

/// Whether `viewer` may see that `user` comes and goes.
pub(super) fn sees(router: &Router, viewer: UserId, user: UserId) -> bool {
    let passage = router
        .state()
        .may_pass(PrivacyScope::Room, StanzaKind::Presence, user, viewer);
    passage == Passage::Free
}

/// What others in the room see of a person, to be addressed to each of them.
pub(super) fn presence_of(
    router: &Router,
    dialog: DialogId,
    user: UserId,
    kind: PresenceKind,
    item: MucItem,
    codes: &[u16],
) -> Arc<str> {
    let said = MucUser {
        item: Some(item),
        statuses: codes.to_vec(),
    };
    let presence = Presence {
        from: Some(router.names().occupant(dialog, user)),
        ..said.presence(kind)
    };
    presence.to_xml(Framing::Tcp).into()
}

/// Tells a person's own sessions that they are out.
pub(super) fn say_farewell(
    router: &Router,
    dialog: DialogId,
    user: UserId,
    item: &MucItem,
    codes: &[u16],
    sessions: &[Arc<Session>],
) {
    if sessions.is_empty() {
        return;
    }
    let codes: Vec<u16> = std::iter::once(status::SELF_PRESENCE)
        .chain(codes.iter().copied())
        .collect();
    let text = presence_of(
        router,
        dialog,
        user,
        PresenceKind::Unavailable,
        item.clone(),
        &codes,
    );
    for session in sessions {
        session.offer(Outgoing {
            text: Arc::clone(&text),
            to_resource: true,
            custody: None,
        });
    }
}
