//! `/blobs`: announcing, completing, finding, renaming and deleting files. Their bytes go by `uploads` and `downloads`.

use cubist_protocol::ids::BlobId;
use cubist_protocol::rest::{
    Blob as BlobObject, BlobAccess, BlobAccessKind, BlobEnvelope, BlobUid, CompleteBlob,
    NewBlobEnvelope, NumberedPage, UpdateBlobEnvelope, UploadForm,
};
use cubist_protocol::timestamp::{IsoTime, UnixMillis};

use crate::rest::App;
use crate::rest::answer::{Answer, Refusal};
use crate::rest::auth::Caller;
use crate::rest::call::Call;
use crate::rest::users::to_usize;
use crate::state::{Blob, BlobName, NewBlob};

/// `POST /blobs`
pub(super) async fn create(app: &App, mut call: Call, caller: Caller) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let base = base(&call)?.to_owned();
    let NewBlobEnvelope { blob: new } = call.read()?;
    let new = NewBlob {
        name: new.name.unwrap_or_default(),
        content_type: new.content_type,
        is_public: new.public,
    };
    let (blob, key) = app.state.create_blob(user, new).await?;
    // What the official SDK posts: every pair of the query as a field of the form, and the file last.
    let form = UploadForm {
        url: format!("{base}/blobs/upload"),
        fields: vec![
            ("Content-Type".to_owned(), blob.content_type.clone()),
            ("key".to_owned(), blob.uid.clone()),
            ("signature".to_owned(), key.expose().to_owned()),
        ],
    };
    let lifetime = app.config().timing.unfinished_blob_seconds;
    let expires = blob
        .created_at
        .saturating_add(i64::try_from(lifetime).unwrap_or(i64::MAX));
    let mut object = object(&blob)?;
    object.blob_object_access = Some(BlobAccess {
        id: Some(object.id),
        blob_id: Some(object.id),
        expires: Some(IsoTime(UnixMillis::from_seconds(expires))),
        object_access_type: Some(BlobAccessKind::Write),
        params: Some(form.to_params()),
        download_url: None,
    });
    Answer::created(&BlobEnvelope { blob: object })
}

/// `PUT` (and, for other SDKs, `POST`) `/blobs/{id}/complete`
pub(super) async fn complete(
    app: &App,
    mut call: Call,
    caller: Caller,
    name: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let names_size = call.body.as_object().is_some_and(|body| !body.is_empty());
    let size = if names_size {
        Some(call.read::<CompleteBlob>()?.size)
    } else {
        None
    };
    app.state
        .complete_blob(user, BlobName::from_text(name), size)
        .await?;
    Ok(Answer::Empty)
}

/// `GET /blobs/{id|uid}.json`
pub(super) async fn show(app: &App, caller: Caller, name: &str) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let blob = app
        .state
        .blob(Some(user), BlobName::from_text(name))
        .await?;
    Answer::ok(&BlobEnvelope {
        blob: object(&blob)?,
    })
}

/// `GET /blobs/{id|uid}/object`: with the address of the download.
pub(super) async fn access(
    app: &App,
    call: &Call,
    caller: Caller,
    name: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let base = base(call)?;
    let blob = app
        .state
        .blob(Some(user), BlobName::from_text(name))
        .await?;
    let mut object = object(&blob)?;
    let token = call.token.as_deref().filter(|_| !blob.is_public);
    let query = token.map(|token| format!("?token={token}"));
    object.blob_object_access = Some(BlobAccess {
        id: Some(object.id),
        blob_id: Some(object.id),
        expires: caller
            .expires_at()
            .map(|at| IsoTime(UnixMillis::from_seconds(at))),
        object_access_type: Some(BlobAccessKind::Read),
        params: None,
        download_url: Some(format!(
            "{base}/blobs/{}{}",
            blob.uid,
            query.unwrap_or_default()
        )),
    });
    Answer::ok(&BlobEnvelope { blob: object })
}

/// `GET /blobs`: one's own.
pub(super) async fn list(app: &App, call: &Call, caller: Caller) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let (page, per_page) = call.numbered_page(app.config().limits.page);
    let skip = (page - 1).saturating_mul(per_page);
    let found = app
        .state
        .blobs(user, to_usize(per_page), to_usize(skip))
        .await?;
    let items = found
        .items
        .iter()
        .map(|blob| object(blob).map(|blob| BlobEnvelope { blob }))
        .collect::<Result<Vec<_>, _>>()?;
    Answer::ok(&NumberedPage::new(items, page, per_page, found.total))
}

/// `PUT /blobs/{id}`, and as the official SDK has it `GET /blobs/{id}?blob[name]=…`
pub(super) async fn rename(
    app: &App,
    mut call: Call,
    caller: Caller,
    name: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let UpdateBlobEnvelope { blob: update } = call.read()?;
    let Some(new_name) = update.name else {
        return Err(Refusal::field("name", "is required"));
    };
    let blob = app
        .state
        .rename_blob(user, BlobName::from_text(name), &new_name)
        .await?;
    Answer::ok(&BlobEnvelope {
        blob: object(&blob)?,
    })
}

/// `DELETE /blobs/{id}`
pub(super) async fn delete(app: &App, caller: Caller, name: &str) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    app.state
        .delete_blob(user, BlobName::from_text(name))
        .await?;
    Ok(Answer::Empty)
}

/// Where the caller reached this backend: uploads and downloads go the same way.
fn base(call: &Call) -> Result<&str, Refusal> {
    call.base
        .as_deref()
        .ok_or_else(|| Refusal::unprocessable("The request does not say which host it is for"))
}

fn object(blob: &Blob) -> Result<BlobObject, Refusal> {
    let iso = |seconds| IsoTime(UnixMillis::from_seconds(seconds));
    let broken = || {
        tracing::error!(id = blob.id, "a stored file has no proper name");
        Refusal::internal()
    };
    let uid: BlobUid = blob.uid.parse().map_err(|_| broken())?;
    Ok(BlobObject {
        id: BlobId::try_from(blob.id).map_err(|_| broken())?,
        uid,
        content_type: Some(blob.content_type.clone()),
        name: Some(blob.name.clone()),
        size: blob.size.filter(|_| blob.is_complete),
        created_at: Some(iso(blob.created_at)),
        updated_at: Some(iso(blob.updated_at)),
        public: blob.is_public,
        blob_object_access: None,
    })
}
