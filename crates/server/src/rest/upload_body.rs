//! The body of an upload, given to the reader of forms no faster than that finds content in it.
//!
//! The reader (`multer`) collects what comes until it has found what it looks for: the first boundary, the end of a
//! part's head. It has no limit for that. So it gets a fixed amount, and as much more as it gave out as content. What it
//! holds is then never more than that amount, whatever the form looks like.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::body::BodyDataStream;
use bytes::Bytes;
use futures::{Stream, StreamExt as _, ready};

/// Bytes of a form that are no content of its fields: boundaries and heads. The heads of about ten fields are
/// 2,000 bytes.
const AROUND_CONTENT: u64 = 64 << 10;

/// What the reader did with the bytes it got.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// Bytes that it gave out as content.
    content: AtomicU64,
    /// How often it gave out anything.
    steps: AtomicU64,
    is_over: AtomicBool,
}

impl Ledger {
    /// The reader found a field, or its end, or some of its content.
    pub(super) fn found(&self, content: usize) {
        let content = u64::try_from(content).unwrap_or(u64::MAX);
        self.0.content.fetch_add(content, Ordering::Relaxed);
        self.0.steps.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether the form ended because there was too much in it that is no content.
    pub(super) fn is_over(&self) -> bool {
        self.0.is_over.load(Ordering::Relaxed)
    }
}

/// The bytes of a form.
pub(super) struct UploadBody {
    bytes: BodyDataStream,
    /// What came and was not given on yet.
    rest: Bytes,
    /// Bytes given on.
    given: u64,
    ledger: Ledger,
    /// The step at which the reader wanted more than it may have.
    full_at: Option<u64>,
}

impl UploadBody {
    pub(super) fn new(bytes: BodyDataStream, ledger: Ledger) -> Self {
        Self {
            bytes,
            rest: Bytes::new(),
            given: 0,
            ledger,
            full_at: None,
        }
    }
}

/// More than may be of it stands around the content of a form.
#[derive(Debug, thiserror::Error)]
#[error("the form has too much around its content")]
struct Overfull;

impl Stream for UploadBody {
    type Item = Result<Bytes, axum::BoxError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let counts = &this.ledger.0;
        let most = AROUND_CONTENT.saturating_add(counts.content.load(Ordering::Relaxed));
        let free = most.saturating_sub(this.given);
        if free == 0 {
            let step = counts.steps.load(Ordering::Relaxed);
            if this.full_at.replace(step) == Some(step) {
                // It looked at all it has, found nothing, and wants more.
                counts.is_over.store(true, Ordering::Relaxed);
                return Poll::Ready(Some(Err(Overfull.into())));
            }
            // The reader takes what there is before it looks at it.
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if this.rest.is_empty() {
            match ready!(this.bytes.poll_next_unpin(context)) {
                Some(Ok(bytes)) => this.rest = bytes,
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                None => return Poll::Ready(None),
            }
        }
        let length = usize::try_from(free)
            .unwrap_or(usize::MAX)
            .min(this.rest.len());
        this.given = this
            .given
            .saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        Poll::Ready(Some(Ok(this.rest.split_to(length))))
    }
}
