//! Dialogs that are not there any more.
//!
//! The server lists what changed, and what is gone does not. System messages tell at once, when
//! there are any and somebody is here to hear them. For the rest, numbers are compared once per
//! session: the server counts its dialogs, and only if it counts others than the cache, batches of
//! ids are counted to find where they differ. With equal numbers that is one small request, however
//! many dialogs there are.

use std::sync::Arc;

use cubist_protocol::rest::DialogKind;

use crate::model::DialogId;
use crate::rest::DialogFilter;
use crate::store::dialogs;
use crate::sync::catch_up::{self, Error, PAGE};
use crate::sync::context::Context;
use crate::sync::describe;

/// The kinds that are in the cache.
const KINDS: [DialogKind; 4] = [
    DialogKind::Broadcast,
    DialogKind::Group,
    DialogKind::Private,
    DialogKind::Public,
];

/// Finds what is gone, and what was missed by a list that changed while it was read.
pub(super) async fn compare(context: &Arc<Context>) -> Result<(), Error> {
    let known = context.store.read(dialogs::complete_ids).await?;
    let Some(there) = count(context, &[]).await? else {
        tracing::debug!("the server does not count dialogs");
        return Ok(());
    };
    if there == known.len() {
        return Ok(());
    }
    let mut found = 0;
    for part in known.chunks(PAGE as usize) {
        let there = count(context, part).await?.unwrap_or(part.len());
        found += there;
        if there < part.len() {
            describe::describe(context, part).await?;
        }
    }
    if found < there {
        catch_up::list_again(context).await?;
    }
    Ok(())
}

/// How many dialogs the server has, of these or of all.
async fn count(context: &Arc<Context>, ids: &[DialogId]) -> Result<Option<usize>, Error> {
    let filter = DialogFilter {
        ids: ids.to_vec(),
        kinds: KINDS.to_vec(),
        limit: Some(1),
        ..DialogFilter::default()
    };
    let total = context.api.dialogs(&filter).await?.total;
    Ok(total.map(|total| usize::try_from(total).unwrap_or(usize::MAX)))
}

#[cfg(test)]
mod tests;
