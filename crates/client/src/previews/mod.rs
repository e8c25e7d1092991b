//! Previews of links, made by the one who sends them.
//!
//! While a message is written, the sender's engine looks at the page its link leads to and keeps
//! what it shows of itself. When the message goes out, that goes along as a custom field
//! (`docs/message-fields.md`), so that nobody who receives it has to ask anyone: a receiver that
//! fetched pages by itself would tell every linked server who reads what, and when.
//!
//! The picture is encoded anew and stored with the messenger's own files, which is where receivers
//! get it from. It does not ride in the message itself: every history and every SDK would carry it
//! along, and nobody says how large a message may be.
//!
//! `reach` decides which addresses may be asked at all, `reader` fetches within limits, `page`
//! reads what came.

mod page;
pub(crate) mod reach;
mod reader;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cubist_protocol::ids::BlobId;
use tokio::time::{Instant, timeout_at};
use url::Url;

pub use self::reach::{PublicWeb, Reach};
use self::reader::{Found, Kind, Reader};
use crate::model::{LinkPreview, PreviewPicture, shown_address};
use crate::network::Ways;
use crate::rest::{Client, NewFile};
use crate::sync::context::Context;
use crate::sync::pictures::{self, encoding};

/// Time for a page and its picture together. Longer than people wait before they send.
const LOOK_LIMIT: Duration = Duration::from_secs(5);

/// Time for storing the picture.
const STORE_LIMIT: Duration = Duration::from_secs(10);

/// Largest side of a stored picture, in pixels: twice the width of a bubble.
const PICTURE_SIDE: u32 = pictures::SHOWN_SIDE;

/// A picture smaller than this in any direction is an icon or a counter (pixels).
const SMALLEST_SIDE: u32 = 48;

/// Previews that are remembered: those of a few unfinished messages.
const MOST: usize = 16;

/// Looks at pages; one for all accounts of an engine.
#[derive(Debug)]
pub(crate) struct Pages {
    reader: Reader,
    /// Time for a page and its picture together.
    limit: Duration,
}

/// What a page showed, before anything of it is stored.
#[derive(Debug)]
struct Look {
    title: String,
    description: String,
    site: String,
    /// The picture as it came.
    picture: Option<Vec<u8>>,
}

impl Pages {
    pub(crate) fn new(reach: Arc<dyn Reach>) -> Self {
        Self {
            reader: Reader::new(reach),
            limit: LOOK_LIMIT,
        }
    }

    async fn look(&self, ways: &Ways, url: Url) -> Option<Look> {
        let deadline = Instant::now() + self.limit;
        let found = timeout_at(deadline, self.reader.fetch(ways, url)).await;
        let found = found.unwrap_or(Err(reader::Nothing::NoAnswer));
        // Which page it was is nobody's business.
        let found = found.inspect_err(|error| tracing::debug!(%error, "a link has no preview"));
        let Found { url, kind, bytes } = found.ok()?;
        let Kind::Page { charset } = kind else {
            return Some(Look {
                title: last_segment(&url),
                description: String::new(),
                site: String::new(),
                picture: Some(bytes),
            });
        };
        let facts = page::read(&bytes, charset.as_deref(), &url);
        let picture = match facts.picture {
            Some(address) => timeout_at(deadline, self.reader.fetch(ways, address))
                .await
                .ok(),
            None => None,
        };
        let picture = picture.and_then(Result::ok);
        Some(Look {
            title: facts.title,
            description: facts.description,
            site: facts.site,
            picture: picture
                .filter(|found| found.kind == Kind::Picture)
                .map(|found| found.bytes),
        })
    }
}

/// The name of a linked picture, as far as its address tells one.
fn last_segment(url: &Url) -> String {
    let segment = url.path_segments().and_then(Iterator::last);
    let name = segment.unwrap_or_default();
    percent_encoding::percent_decode_str(name)
        .decode_utf8_lossy()
        .into_owned()
}

/// The previews that were made for messages which are being written; of one account.
#[derive(Debug, Default)]
pub(crate) struct Previews(Mutex<VecDeque<Made>>);

#[derive(Clone, Debug)]
struct Made {
    /// The link it was asked for.
    url: Url,
    /// Nothing, where the page shows nothing: it need not be asked again.
    preview: Option<LinkPreview>,
    /// The stored picture, as long as no message needs it.
    unused: Option<BlobId>,
}

impl Previews {
    /// What was made of this link, for a message that goes out now.
    pub(crate) fn take(&self, url: &Url) -> Option<LinkPreview> {
        let mut all = self.lock();
        let made = all.iter_mut().find(|made| made.url == *url)?;
        made.unused = None;
        made.preview.clone()
    }

    fn known(&self, url: &Url) -> Option<Made> {
        let all = self.lock();
        all.iter().find(|made| made.url == *url).cloned()
    }

    /// Keeps one; gives back the picture of an old one that was never sent.
    fn keep(&self, made: Made) -> Option<BlobId> {
        let mut all = self.lock();
        all.push_front(made);
        if all.len() <= MOST {
            return None;
        }
        all.pop_back()?.unused
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Made>> {
        // Whole entries only; a panic elsewhere leaves the list as it was.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The preview of the page behind `url`, if it has one. Stored here until a message takes it.
pub(crate) async fn make(
    previews: &Previews,
    pages: &Pages,
    ways: &Ways,
    context: &Context,
    client: &Client,
    url: Url,
) -> Option<LinkPreview> {
    let url = shown_address(url)?;
    if let Some(known) = previews.known(&url) {
        return known.preview;
    }
    // A page that did not answer now may do so the next time; nothing is kept of it.
    let look = pages.look(ways, url.clone()).await?;
    let stored = match look.picture {
        Some(bytes) => store(context, client, bytes).await,
        None => None,
    };
    let (picture, unused) = stored.unzip();
    let preview = LinkPreview::new(
        url.clone(),
        &look.title,
        &look.description,
        &look.site,
        picture,
    );
    let forgotten = previews.keep(Made {
        url,
        preview: preview.clone(),
        unused,
    });
    if let Some(picture) = forgotten
        && let Err(error) = client.delete_blob(picture).await
    {
        tracing::info!(%error, "an unused picture stays on the server");
    }
    preview
}

/// Makes the picture small and our own, and stores it. Without it the words do.
async fn store(
    context: &Context,
    client: &Client,
    bytes: Vec<u8>,
) -> Option<(PreviewPicture, BlobId)> {
    let job = move || encoding::opaque(&bytes, PICTURE_SIDE);
    let (picture, width, height) = context.pictures.work(job).await.ok()?;
    if width.min(height) < SMALLEST_SIDE {
        return None;
    }
    let file = NewFile {
        name: "preview.jpg".to_owned(),
        content_type: picture.content_type(),
        // Whoever has a session of the application can see it, and nobody else.
        public: false,
        bytes: picture.bytes.to_vec(),
    };
    let stored = tokio::time::timeout(STORE_LIMIT, client.store_file(file)).await;
    let blob = match stored {
        Ok(Ok(blob)) => blob,
        Ok(Err(error)) => {
            tracing::info!(%error, "the picture of a link was not stored");
            return None;
        }
        Err(_) => return None,
    };
    // One's own need not come back over the network.
    let now = context.clock.now();
    pictures::keep(&context.store, &blob.uid.to_string(), picture, now).await;
    let picture = PreviewPicture {
        uid: blob.uid,
        width,
        height,
    };
    Some((picture, blob.id))
}

#[cfg(test)]
mod tests;
