//! Pictures of people and dialogs.

use crate::engine::Account;
use crate::error::Error;
use crate::model::Picture;
use crate::rest::NewFile;
use crate::sync::pictures::{self, encoding};

/// Longest picture that is taken for an upload (bytes).
const MAX_UPLOAD: usize = 20 * 1024 * 1024;

impl Account {
    /// The picture a profile or dialog names (a uid or a URL), from the cache or from where it is;
    /// at most 512 pixels wide and high.
    ///
    /// [`Error::NotFound`] when it is gone, [`Error::UnsupportedPicture`] when it is none.
    pub async fn picture(&self, name: &str) -> Result<Picture, Error> {
        let now = self.inner.shared.clock.now();
        if let Some(picture) = pictures::cached(&self.inner.store, name, now).await? {
            return Ok(picture);
        }
        let context = self.context()?;
        match pictures::fetch(&context, name).await {
            Ok(picture) => Ok(picture),
            Err(pictures::Error::Rest(error)) => Err(error.into()),
            Err(pictures::Error::Unusable) => Err(Error::UnsupportedPicture),
        }
    }

    /// Stores a picture on the server and gives back its uid. It is cut to a square of at most 640
    /// pixels and encoded anew; whatever stood beside the pixels is left behind.
    pub async fn upload_picture(&self, bytes: Vec<u8>) -> Result<String, Error> {
        let context = self.context()?;
        let client = self.client()?;
        if bytes.len() > MAX_UPLOAD {
            return Err(Error::UnsupportedPicture);
        }
        let job = move || {
            let picture = encoding::square(&bytes, pictures::UPLOADED_SIDE)?;
            let shown = encoding::fitted(&picture.bytes, pictures::SHOWN_SIDE)?;
            Ok((picture, shown))
        };
        let (picture, shown) = context
            .pictures
            .work(job)
            .await
            .map_err(|encoding::Unusable| Error::UnsupportedPicture)?;
        let file = NewFile {
            name: match picture.kind {
                crate::model::PictureKind::Jpeg => "picture.jpg".to_owned(),
                crate::model::PictureKind::Png => "picture.png".to_owned(),
            },
            content_type: picture.content_type(),
            // Whoever has a session of the application can see it, and nobody else.
            public: false,
            bytes: picture.bytes.to_vec(),
        };
        let uid = client.store_file(file).await?.uid.to_string();
        // One's own picture need not come back over the network.
        let now = context.clock.now();
        pictures::keep(&context.store, &uid, shown, now).await;
        Ok(uid)
    }
}
