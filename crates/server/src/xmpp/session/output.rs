//! What a session's connection writes, and what the client says it has.

use cubist_protocol::ext::xep0198_stream_management::StreamManagement;
use cubist_protocol::xml::Framing;
use tokio::time::Instant;

use crate::state::QueueId;
use crate::xmpp::session::backlog::Backlog;
use crate::xmpp::session::{Flow, Inner, Item, Link, Outgoing, Session};

/// Bytes that are handed to a socket at once, so that many small stanzas share one write.
const BATCH_BYTES: usize = 64 * 1024;

/// A piece of output and what to do when it is written.
#[derive(Debug, Default)]
pub(in crate::xmpp) struct Batch {
    /// One string per element, in order.
    pub(in crate::xmpp) frames: Vec<String>,
}

impl Session {
    /// XEP-0198 §3: begins to count. `id` allows resumption. `false` if it had begun before.
    pub(in crate::xmpp) fn enable_flow(&self, id: Option<String>, enabled: String) -> bool {
        let mut inner = self.lock();
        if inner.flow.is_some() {
            return false;
        }
        inner.flow = Some(Flow::new(id));
        inner.queue.push_back(Item::Enabled(enabled));
        drop(inner);
        self.output.notify_one();
        true
    }

    /// A stanza of the client is dealt with, on disk where it had to be.
    pub(in crate::xmpp) fn count_handled(&self) {
        if let Some(flow) = &mut self.lock().flow {
            flow.handled = flow.handled.wrapping_add(1);
        }
    }

    /// XEP-0198 `h`: stanzas of the client dealt with so far. `None` without stream management.
    pub(in crate::xmpp) fn handled(&self) -> Option<u32> {
        self.lock().flow.as_ref().map(|flow| flow.handled)
    }

    /// XEP-0198 §4: the client asked for our count. Answered with the next write, so that many questions at once
    /// take one answer and no memory.
    pub(in crate::xmpp) fn answer_request(&self) {
        let mut inner = self.lock();
        if let Some(flow) = &mut inner.flow {
            flow.owes_count = true;
            drop(inner);
            self.output.notify_one();
        }
    }

    /// XEP-0198 `<a/>`: the client has everything up to `h`. Returns entries of the offline queue to remove.
    pub(in crate::xmpp) fn acknowledge(&self, h: u32) -> Vec<QueueId> {
        let mut inner = self.lock();
        let acknowledged = inner
            .flow
            .as_mut()
            .map(|flow| flow.acknowledge(h))
            .unwrap_or_default();
        let rows = inner.settle(acknowledged);
        drop(inner);
        // There may be a further `<r/>` to send, and there is room now.
        self.output.notify_one();
        self.backlog.notify_one();
        rows
    }

    /// Waits until there may be something to write.
    pub(in crate::xmpp) async fn output_due(&self) {
        self.output.notified().await;
    }

    /// Takes the next elements to write, none if there is nothing or no socket.
    pub(in crate::xmpp) fn take_batch(&self, now: Instant) -> Batch {
        let mut guard = self.lock();
        let inner = &mut *guard;
        let mut batch = Batch::default();
        let Link::Attached(framing) = inner.link else {
            return batch;
        };
        let with_namespace = framing == Framing::WebSocket;
        let mut taken = 0;
        while taken < BATCH_BYTES
            && let Some(item) = inner.queue.pop_front()
        {
            match item {
                Item::Plain(text) => {
                    taken += text.len();
                    batch.frames.push(text);
                }
                Item::Enabled(text) => {
                    taken += text.len();
                    batch.frames.push(text);
                    if let Some(flow) = &mut inner.flow {
                        flow.start();
                    }
                }
                Item::Stanza(stanza) => {
                    taken += self.write(inner, stanza, with_namespace, &mut batch);
                }
            }
        }
        while taken < BATCH_BYTES
            && !self.is_full(inner, 1)
            && let Some((_, text)) = inner.statuses.pop_first()
        {
            let stanza = Outgoing {
                text,
                to_resource: true,
                custody: None,
            };
            inner.bytes += stanza.size();
            taken += self.write(inner, stanza, with_namespace, &mut batch);
        }
        if let Some(flow) = &mut inner.flow {
            if std::mem::take(&mut flow.owes_count) {
                let count = StreamManagement::Ack { h: flow.handled };
                batch.frames.push(count.to_element().to_xml(framing));
            }
            batch.frames.extend(flow.request(now));
        }
        batch
    }

    /// Adds a stanza to the batch; returns its bytes.
    fn write(
        &self,
        inner: &mut Inner,
        stanza: Outgoing,
        with_namespace: bool,
        batch: &mut Batch,
    ) -> usize {
        let mut text = String::with_capacity(stanza.size() + 128);
        stanza.write(with_namespace, &self.address, &mut text);
        let size = text.len();
        batch.frames.push(text);
        match &mut inner.flow {
            Some(flow) if flow.has_started() => flow.sent(stanza),
            Some(_) | None => {
                inner.bytes = inner.bytes.saturating_sub(stanza.size());
                inner.writing.extend(stanza.custody);
            }
        }
        size
    }

    /// The last batch reached the socket. Returns entries of the offline queue to remove.
    pub(in crate::xmpp) fn batch_written(&self) -> Vec<QueueId> {
        let mut inner = self.lock();
        let rows = std::mem::take(&mut inner.writing)
            .iter()
            .filter_map(|custody| custody.settle())
            .collect();
        let wake = inner.backlog == Backlog::Due;
        drop(inner);
        if wake {
            self.backlog.notify_one();
        }
        rows
    }

    /// Asks for an acknowledgement although nothing new was sent: the question whether the client is still there.
    /// `false` without stream management.
    pub(in crate::xmpp) fn ask(&self, now: Instant) -> bool {
        let mut inner = self.lock();
        let Some(flow) = inner.flow.as_mut().filter(|flow| flow.has_started()) else {
            return false;
        };
        let Some(request) = flow.ask(now) else {
            return true;
        };
        inner.queue.push_back(Item::Plain(request));
        drop(inner);
        self.output.notify_one();
        true
    }

    /// Since when an `<r/>` has been waiting for its answer.
    pub(in crate::xmpp) fn asked_at(&self) -> Option<Instant> {
        self.lock().flow.as_ref().and_then(Flow::asked_at)
    }
}
