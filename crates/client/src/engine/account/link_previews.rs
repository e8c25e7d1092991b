//! Previews of links in messages that are being written.

use url::Url;

use crate::engine::Account;
use crate::error::Error;
use crate::model::LinkPreview;
use crate::previews;

impl Account {
    /// What the page behind a link shows of itself, if it shows something; at most some seconds
    /// later. It is kept for the message that will be sent with `preview_of` naming the link.
    ///
    /// Pages that may not be asked, do not answer or show nothing are no error: there is no preview.
    pub async fn link_preview(&self, url: Url) -> Result<Option<LinkPreview>, Error> {
        let context = self.context()?;
        let client = self.client()?;
        let (made, pages) = (&self.inner.previews, &self.inner.shared.pages);
        let ways = self.inner.shared.ways();
        Ok(previews::make(made, pages, &ways, &context, &client, url).await)
    }
}
