//! XEP-0030: what there is here and what it can do. The official SDKs never ask; other XMPP clients do first of all.

use std::sync::Arc;

use cubist_protocol::ext::xep0030_disco_info::DiscoInfo;
use cubist_protocol::ext::xep0030_disco_items::DiscoItems;
use cubist_protocol::ids::DialogId;
use cubist_protocol::jid::Jid;
use cubist_protocol::ns;
use cubist_protocol::stanza::{Condition, Iq, IqPayload};
use futures::FutureExt;

use crate::state::DialogKind;
use crate::xmpp::handlers::{Work, answer_iq, finished, refuse_iq, refuse_iq_for, room};
use crate::xmpp::names::Addressee;
use crate::xmpp::router::Router;
use crate::xmpp::session::Session;

/// What the server does for an account, by the names under which clients look for it.
const ACCOUNT: [&str; 8] = [
    ns::DISCO_INFO,
    ns::DISCO_ITEMS,
    ns::PING,
    ns::LAST_ACTIVITY,
    ns::PRIVACY,
    ns::CARBONS,
    ns::MOBILE,
    ns::STATUS_STREAMING,
];

/// XEP-0160 §5: messages wait for who is away.
const OFFLINE: &str = "msgoffline";

/// Answers what something is and can do.
pub(super) fn info(
    router: &Router,
    session: &Arc<Session>,
    iq: Iq,
    to: Addressee,
    question: &DiscoInfo,
) -> Work {
    if question.node.is_some() {
        return finished(refuse_iq(
            &iq,
            Condition::ItemNotFound,
            "Nothing here has parts.",
        ));
    }
    let answer = match to {
        Addressee::Server => {
            let features = ACCOUNT.into_iter().chain([OFFLINE]);
            DiscoInfo::of("server", "im", Some("Cubist".to_owned()), features)
        }
        Addressee::Rooms => {
            let features = [ns::DISCO_INFO, ns::DISCO_ITEMS, ns::MUC];
            DiscoInfo::of("conference", "text", None, features)
        }
        // RFC 6120 §10.3.3: for one's own account the server answers.
        Addressee::User(user) if user == session.user => {
            DiscoInfo::of("account", "registered", None, ACCOUNT)
        }
        Addressee::Room(dialog) if iq.to.as_ref().is_none_or(Jid::is_bare) => {
            return room_info(router, session, iq, dialog);
        }
        // Of other people nobody learns anything this way.
        Addressee::User(_) | Addressee::Room(_) | Addressee::Nobody | Addressee::Elsewhere => {
            return finished(refuse_iq(
                &iq,
                Condition::ServiceUnavailable,
                "Service not available.",
            ));
        }
    };
    finished(answer_iq(&iq, Some(IqPayload::DiscoInfo(answer))))
}

/// XEP-0045 §6.4: a room, for those who are in its dialog.
fn room_info(router: &Router, session: &Arc<Session>, iq: Iq, dialog: DialogId) -> Work {
    let router = router.clone();
    let user = session.user;
    async move {
        if let Err(refused) = room::admit(&router, user, dialog).await {
            return room::refuse(&iq, refused);
        }
        let dialog = match router.state().dialog(user, dialog).await {
            Ok(dialog) => dialog,
            Err(error) => return refuse_iq_for(&iq, &error),
        };
        let (entry, listing, speech) = match dialog.kind {
            DialogKind::Broadcast => ("muc_membersonly", "muc_hidden", "muc_moderated"),
            DialogKind::Public => ("muc_open", "muc_public", "muc_unmoderated"),
            DialogKind::Group | DialogKind::Private => {
                ("muc_membersonly", "muc_hidden", "muc_unmoderated")
            }
        };
        let features = [
            ns::DISCO_INFO,
            ns::DISCO_ITEMS,
            ns::PING,
            ns::MUC,
            "muc_persistent",
            // An occupant sees the numbers of the others, their addresses nobody does.
            "muc_semianonymous",
            "muc_unsecured",
            entry,
            listing,
            speech,
        ];
        let answer = DiscoInfo::of("conference", "text", dialog.name, features);
        answer_iq(&iq, Some(IqPayload::DiscoInfo(answer)))
    }
    .boxed()
}

/// Answers what something consists of.
pub(super) fn items(router: &Router, session: &Arc<Session>, iq: Iq, to: Addressee) -> Work {
    let items = match to {
        Addressee::Server => DiscoItems::of([router.names().rooms()]),
        // Which rooms there are is for REST to say, page by page. One's own account has no parts.
        Addressee::Rooms => DiscoItems::query(),
        Addressee::User(user) if user == session.user => DiscoItems::query(),
        Addressee::Room(dialog) => return room::items(router, session, iq, dialog),
        Addressee::User(_) | Addressee::Nobody | Addressee::Elsewhere => {
            return finished(refuse_iq(
                &iq,
                Condition::ServiceUnavailable,
                "Service not available.",
            ));
        }
    };
    finished(answer_iq(&iq, Some(IqPayload::DiscoItems(items))))
}
