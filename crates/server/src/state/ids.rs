//! New ids for dialogs and messages that nobody else named.

use std::sync::{Mutex, PoisonError};

use cubist_protocol::ids::{DialogId, MessageId, ObjectId, ObjectIdGenerator};
use cubist_protocol::timestamp::UnixMillis;

use crate::state::passwords::random;
use crate::state::{State, StateError};

/// The backend's generator.
pub(crate) struct Ids(Mutex<ObjectIdGenerator>);

impl Ids {
    /// Seeded from the system's secure source, so that ids of a restart do not meet earlier ones.
    pub(crate) fn seeded() -> Result<Self, StateError> {
        let generator = ObjectIdGenerator::new(random()?, u32::from_be_bytes(random()?));
        Ok(Self(Mutex::new(generator)))
    }

    pub(crate) fn message(&self, now: UnixMillis) -> MessageId {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next_message(now)
    }

    pub(crate) fn record(&self, now: UnixMillis) -> ObjectId {
        self.message(now).object_id()
    }

    pub(crate) fn dialog(&self, now: UnixMillis) -> DialogId {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next_dialog(now)
    }
}

impl State {
    /// An id for a message that is about to be sent from within this process.
    pub fn new_message_id(&self) -> MessageId {
        self.inner.ids.message(self.inner.clock.now())
    }
}
