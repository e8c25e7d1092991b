//! The order of what comes directly and what comes from the disk, and the bounds.

use std::sync::Arc;

use cubist_protocol::ids::UserId;
use cubist_protocol::xml::Framing;
use tokio::time::Instant;

use crate::config::Config;
use crate::state::QueueId;
use crate::xmpp::bounds::Bounds;
use crate::xmpp::session::{Custody, Kick, Link, Outgoing, Pushed, Session};

const RESUMED: fn(u32) -> String = |h| format!("<resumed h=\"{h}\"/>");

fn user() -> UserId {
    UserId::new(7).unwrap()
}

/// A session that may hold `most` stanzas, without anything on disk.
fn session(most: usize) -> Session {
    let mut config = Config::default();
    config.limits.unacknowledged_stanzas = most;
    let jid = "7-21@localhost/r".parse().unwrap();
    Session::new(user(), jid, 1, Framing::Tcp, &Bounds::new(&config))
}

/// The same, with its presence sent and the offline queue found empty.
fn ready(most: usize) -> Session {
    let session = session(most);
    assert!(session.set_available(true));
    read(&session, &[], true);
    session
}

fn stanza(text: &str, row: Option<i64>) -> Outgoing {
    let text: Arc<str> = text.into();
    let custody = Custody::new(user(), Arc::clone(&text), row.map(QueueId));
    Outgoing {
        text,
        to_resource: false,
        custody: Some(custody),
    }
}

fn push(session: &Session, text: &str, row: Option<i64>) -> Pushed {
    session.push(stanza(text, row), row.map(QueueId))
}

/// A page of the offline queue arrives.
fn read(session: &Session, page: &[(i64, &str)], is_last: bool) {
    let due = futures::FutureExt::now_or_never(session.backlog_due());
    assert!(due.is_some(), "the offline queue is to be read");
    finish_reading(session, page, is_last);
}

fn finish_reading(session: &Session, page: &[(i64, &str)], is_last: bool) {
    let page = page
        .iter()
        .map(|(row, text)| (QueueId(*row), Some(stanza(text, Some(*row)))));
    session.take_backlog(page.collect(), is_last);
}

fn is_reading_due(session: &Session) -> bool {
    futures::FutureExt::now_or_never(session.backlog_due()).is_some()
}

fn written(session: &Session) -> Vec<String> {
    let mut frames = session.take_batch(Instant::now()).frames;
    session.batch_written();
    frames.retain(|frame| !frame.starts_with("<r "));
    frames
}

fn queued_again(session: &Session) -> Vec<String> {
    session
        .end()
        .iter()
        .map(|custody| custody.text().to_owned())
        .collect()
}

fn enable(session: &Session) {
    assert!(session.enable_flow(Some("name".to_owned()), "<enabled/>".to_owned()));
    assert_eq!(written(session), ["<enabled/>"]);
}

#[test]
fn nothing_is_taken_before_the_presence() {
    let session = session(10);
    assert!(!session.is_ready());
    assert_eq!(push(&session, "<a/>", None), Pushed::Refused);
}

#[test]
fn what_comes_while_the_disk_is_read_follows_what_was_there() {
    let session = session(10);
    session.set_available(true);
    assert!(is_reading_due(&session));
    assert!(
        session.is_ready(),
        "a login does not send messages round by the disk"
    );
    assert_eq!(push(&session, "<live/>", None), Pushed::Taken);
    assert_eq!(written(&session), Vec::<String>::new());
    finish_reading(&session, &[(1, "<one/>"), (2, "<two/>")], true);
    assert_eq!(written(&session), ["<one/>", "<two/>", "<live/>"]);
}

#[test]
fn what_went_to_disk_after_a_held_message_comes_after_it() {
    let session = session(10);
    session.set_available(true);
    assert!(is_reading_due(&session));
    assert_eq!(push(&session, "<live/>", None), Pushed::Taken);
    assert_eq!(push(&session, "<three/>", Some(3)), Pushed::LeftOnDisk);
    assert!(
        !session.is_ready(),
        "until it has read them, further ones take the same way"
    );
    finish_reading(&session, &[(1, "<one/>"), (3, "<three/>")], true);
    read(&session, &[], true);
    assert_eq!(written(&session), ["<one/>", "<live/>", "<three/>"]);
    assert!(session.is_ready());
}

#[test]
fn an_entry_that_was_read_before_its_announcement_comes_once() {
    let session = ready(10);
    session.look_on_disk();
    read(&session, &[(5, "<five/>")], true);
    assert_eq!(push(&session, "<five/>", Some(5)), Pushed::LeftOnDisk);
    assert!(!is_reading_due(&session));
    assert_eq!(written(&session), ["<five/>"]);
}

#[test]
fn a_full_session_is_not_ready_and_reads_the_disk_once_it_has_room() {
    let session = ready(4);
    for _ in 0..4 {
        assert!(session.is_ready());
        assert_eq!(push(&session, "<a/>", None), Pushed::Taken);
    }
    assert!(!session.is_ready());
    assert_eq!(push(&session, "<b/>", Some(1)), Pushed::LeftOnDisk);
    assert!(!is_reading_due(&session), "there is no room");
    assert_eq!(written(&session).len(), 4);
    read(&session, &[(1, "<b/>")], true);
    assert_eq!(written(&session), ["<b/>"]);
    assert!(session.is_ready());
}

#[test]
fn unacknowledged_stanzas_fill_a_session_too() {
    let session = ready(4);
    enable(&session);
    for _ in 0..4 {
        push(&session, "<a/>", None);
    }
    assert_eq!(written(&session).len(), 4);
    assert!(!session.is_ready());
    session.acknowledge(2);
    assert!(session.is_ready());
}

#[test]
fn far_beyond_its_bound_a_session_must_leave_its_connection() {
    let session = ready(2);
    for _ in 0..4 {
        assert_eq!(push(&session, "<a/>", None), Pushed::Taken);
    }
    assert_eq!(push(&session, "<a/>", None), Pushed::Refused);
    let kicked = futures::FutureExt::now_or_never(session.kicked());
    assert_eq!(kicked, Some(Kick::Overflow));
}

#[test]
fn a_sleeping_session_gets_its_own_copy_and_skips_it_on_disk() {
    let session = ready(10);
    enable(&session);
    push(&session, "<one/>", None);
    assert_eq!(written(&session), ["<one/>"]);
    assert!(session.hibernate());
    assert!(!session.is_ready());
    assert_eq!(push(&session, "<two/>", Some(2)), Pushed::Taken);
    assert!(session.resume(0, Framing::Tcp, RESUMED).is_some());
    assert_eq!(
        written(&session),
        ["<resumed h=\"0\"/>", "<one/>", "<two/>"]
    );
    session.look_on_disk();
    read(&session, &[(2, "<two/>"), (3, "<three/>")], true);
    assert_eq!(written(&session), ["<three/>"]);
}

#[test]
fn resuming_repeats_what_the_client_lacks_and_confirms_what_it_has() {
    let session = session(10);
    session.set_available(true);
    read(&session, &[(1, "<one/>"), (2, "<two/>")], true);
    enable_before(&session);
    assert_eq!(written(&session).len(), 2);
    session.count_handled();
    assert!(session.hibernate());
    let confirmed = session.resume(1, Framing::Tcp, RESUMED);
    assert_eq!(confirmed, Some(vec![QueueId(1)]));
    assert_eq!(written(&session), ["<resumed h=\"1\"/>", "<two/>"]);
    assert_eq!(session.acknowledge(2), [QueueId(2)]);
}

/// Enables stream management in front of what is queued already.
fn enable_before(session: &Session) {
    let mut inner = session.lock();
    let queue = std::mem::take(&mut inner.queue);
    drop(inner);
    enable(session);
    session.lock().queue = queue;
}

#[test]
fn only_one_connection_can_resume() {
    let session = ready(10);
    enable(&session);
    assert!(
        session.resume(0, Framing::Tcp, RESUMED).is_none(),
        "it has a connection"
    );
    assert!(session.hibernate());
    assert!(session.resume(0, Framing::Tcp, RESUMED).is_some());
    assert!(session.resume(0, Framing::Tcp, RESUMED).is_none());
    assert!(
        session.end_hibernation().is_none(),
        "it does not end under its client"
    );
    assert_eq!(session.link(), Link::Attached(Framing::Tcp));
}

#[test]
fn a_displaced_session_does_not_sleep() {
    let session = ready(10);
    enable(&session);
    session.kick(Kick::Displaced);
    assert!(!session.hibernate());
}

#[test]
fn the_end_gives_back_in_order_what_is_nowhere_else() {
    let session = ready(10);
    enable(&session);
    push(&session, "<one/>", None);
    push(&session, "<two/>", None);
    assert_eq!(written(&session).len(), 2);
    session.acknowledge(1);
    push(&session, "<three/>", None);
    assert!(session.hibernate());
    push(&session, "<four/>", Some(4));
    assert_eq!(queued_again(&session), ["<two/>", "<three/>"]);
    assert_eq!(push(&session, "<five/>", None), Pushed::Refused);
}

#[test]
fn without_stream_management_written_is_delivered() {
    let session = ready(10);
    push(&session, "<one/>", None);
    assert_eq!(written(&session), ["<one/>"]);
    push(&session, "<two/>", None);
    session.take_batch(Instant::now());
    // The write of the second one fails.
    assert_eq!(queued_again(&session), ["<two/>"]);
}

#[test]
fn many_questions_take_one_answer() {
    let session = ready(10);
    enable(&session);
    session.count_handled();
    session.answer_request();
    session.count_handled();
    session.answer_request();
    assert_eq!(written(&session), ["<a xmlns=\"urn:xmpp:sm:3\" h=\"2\"/>"]);
    assert_eq!(written(&session), Vec::<String>::new());
}

fn tell(session: &Session, of: u64, text: &str) {
    session.tell_status(UserId::new(of).unwrap(), &Arc::from(text));
}

#[test]
fn of_each_person_only_the_newest_status_is_kept_for_a_lost_client() {
    let session = ready(10);
    assert!(session.enable_flow(Some("s".to_owned()), "<enabled/>".to_owned()));
    written(&session);
    assert!(session.hibernate());
    for text in ["<iq n=\"1\"/>", "<iq n=\"2\"/>", "<iq n=\"3\"/>"] {
        tell(&session, 8, text);
    }
    tell(&session, 9, "<iq n=\"4\"/>");
    assert!(session.resume(0, Framing::Tcp, RESUMED).is_some());
    let to = |n: u8| format!("<iq to=\"7-21@localhost/r\" n=\"{n}\"/>");
    assert_eq!(
        written(&session),
        ["<resumed h=\"0\"/>".to_owned(), to(3), to(4)]
    );
    // They were written, so a client that lost them gets them again.
    assert!(session.hibernate());
    assert!(session.resume(0, Framing::Tcp, RESUMED).is_some());
    assert_eq!(
        written(&session),
        ["<resumed h=\"0\"/>".to_owned(), to(3), to(4)]
    );
}

#[test]
fn a_status_waits_for_room_and_for_nobody_who_is_no_longer_followed() {
    let session = ready(2);
    assert!(session.enable_flow(None, "<enabled/>".to_owned()));
    push(&session, "<a/>", None);
    push(&session, "<b/>", None);
    tell(&session, 8, "<iq/>");
    tell(&session, 9, "<iq/>");
    assert_eq!(written(&session), ["<enabled/>", "<a/>", "<b/>"]);
    session.forget_status(UserId::new(9).unwrap());
    session.acknowledge(2);
    assert_eq!(written(&session), ["<iq to=\"7-21@localhost/r\"/>"]);
}

#[test]
fn what_may_get_lost_is_not_taken_by_a_full_session_and_does_not_end_it() {
    let session = ready(2);
    push(&session, "<a/>", None);
    for _ in 0..10 {
        session.offer(Outgoing::passing("<presence/>".to_owned()));
    }
    assert_eq!(written(&session), ["<a/>", "<presence/>"]);
    assert!(!session.is_leaving());
}
