//! What a screen asks for.

use std::sync::Arc;

use crate::engine::Account;
use crate::error::Error;
use crate::model::{
    Anchor, Dialog, DialogId, DialogPage, DialogQuery, Edge, GapReason, Message, MessageId,
    MessagePage, Position, SearchCursor, SearchPage, SearchQuery, ServerHits, UnixMillis,
    UnknownMessage, Unread,
};
use crate::store::window::{self, Side, Window};
use crate::store::{self, dialogs, messages, search, users};
use crate::sync::context::Context;
use crate::sync::{self, catch_up, history, people, requests};

/// Most rows of one page.
const MAX_PAGE: u32 = 500;

/// Requests for one page: the second one is for a first that brought only what was known.
const FETCHES: usize = 2;

impl Account {
    /// A page of the chat list, from the cache alone. The people whose names and pictures it shows
    /// are asked for behind the caller's back when what is known of them is old.
    pub async fn dialogs(&self, query: DialogQuery) -> Result<DialogPage, Error> {
        let query = DialogQuery {
            limit: query.limit.min(MAX_PAGE),
            ..query
        };
        let since = people::fresh_since(self.inner.shared.clock.now());
        let (page, stale) = self
            .look(move |db| {
                let page = dialogs::page(db, query)?;
                let shown = page.items.iter().filter_map(|dialog| dialog.opponent);
                let stale = users::stale(db, &shown.collect::<Vec<_>>(), since)?;
                Ok((page, stale))
            })
            .await?;
        if let Ok(context) = self.context() {
            context.people.want(stale);
        }
        Ok(page)
    }

    /// What waits to be read here, as a badge outside the window shows it.
    pub async fn unread(&self) -> Result<Unread, Error> {
        let now = self.inner.shared.clock.now();
        self.look(move |db| dialogs::unread(db, now)).await
    }

    /// One dialog, from the cache alone.
    pub async fn dialog(&self, id: DialogId) -> Result<Option<Dialog>, Error> {
        self.look(move |db| dialogs::load(db, id)).await
    }

    /// A page of messages.
    ///
    /// `Newest` and `FirstUnread` answer from the cache at once; what is newer is fetched behind
    /// the caller's back (events tell). For `Before`, `After` and `Around` a part known to be
    /// missing is fetched first. Without a connection it is reported as a gap; a page before
    /// a gap then goes on with what is cached beyond, and its `after` is the gap.
    pub async fn messages(
        &self,
        dialog: DialogId,
        anchor: Anchor,
        limit: u32,
    ) -> Result<MessagePage, Error> {
        let mut page = self.page_of(dialog, anchor, limit).await?;
        self.inner.progress.overlay(&mut page.items);
        Ok(page)
    }

    async fn page_of(
        &self,
        dialog: DialogId,
        anchor: Anchor,
        limit: u32,
    ) -> Result<MessagePage, Error> {
        let limit = limit.clamp(1, MAX_PAGE);
        let context = self.context().ok();
        match anchor {
            Anchor::Newest => {
                let window = self
                    .look(move |db| window::newest(db, dialog, limit))
                    .await?;
                self.follow(context.as_deref(), dialog, &window).await?;
                Ok(page(window, context.as_deref()))
            }
            Anchor::FirstUnread => {
                let window = self
                    .look(move |db| {
                        let unread = messages::first_unread(db, dialog)?;
                        let around = unread
                            .map(|unread| window::around(db, dialog, unread.id, limit))
                            .transpose()?;
                        match around.flatten() {
                            Some(window) => Ok(window),
                            None => window::newest(db, dialog, limit),
                        }
                    })
                    .await?;
                self.follow(context.as_deref(), dialog, &window).await?;
                Ok(page(window, context.as_deref()))
            }
            Anchor::Around(message) => self.around(context.as_ref(), dialog, message, limit).await,
            Anchor::Date(moment) => {
                let window = self
                    .around_date(context.as_ref(), dialog, moment.seconds(), limit)
                    .await?;
                Ok(page(window, context.as_deref()))
            }
            Anchor::Before(message) => {
                let place = self.place(dialog, message).await?;
                self.before(context, dialog, place, limit).await
            }
            Anchor::After(message) => {
                let place = self.place(dialog, message).await?;
                self.after(context, dialog, place, limit).await
            }
        }
    }

    /// The dialog that a message is in, as far as it is in the cache.
    pub async fn dialog_of(&self, message: MessageId) -> Result<Option<DialogId>, Error> {
        let found = self.look(move |db| messages::place(db, message)).await?;
        Ok(found.map(|(dialog, _)| dialog))
    }

    /// Messages in the cache that match, newest first; `after` is where the page before ended.
    pub async fn search(
        &self,
        query: SearchQuery,
        after: Option<SearchCursor>,
        limit: u32,
    ) -> Result<SearchPage, Error> {
        self.look(move |db| search::page(db, &query, after, limit))
            .await
    }

    /// Messages that only the server has, newest first, sent before `before` or from the newest on.
    /// `None` when the words are too short for the server, which wants five characters.
    pub async fn search_server(
        &self,
        query: SearchQuery,
        before: Option<UnixMillis>,
    ) -> Result<Option<ServerHits>, Error> {
        if !sync::search::is_long_enough(&query) {
            return Ok(None);
        }
        let context = self.context()?;
        if !context.is_online() {
            return Err(Error::Offline);
        }
        match sync::search::on_server(&context, &query, before).await {
            Ok(found) => Ok(Some(found)),
            Err(catch_up::Error::Rest(error)) => Err(error.into()),
            Err(catch_up::Error::Store(error)) => Err(error.into()),
        }
    }

    /// A message with what stands around it. What is missing there is fetched first, as one looks
    /// at it now; nothing of what lies between there and the newest is.
    async fn around(
        &self,
        context: Option<&Arc<Context>>,
        dialog: DialogId,
        message: MessageId,
        limit: u32,
    ) -> Result<MessagePage, Error> {
        let look = || self.look(move |db| window::around(db, dialog, message, limit));
        let mut window = look().await?.ok_or(Error::NotFound)?;
        let online = context.filter(|context| context.is_online());
        let mut failed = None;
        if let Some(context) = online {
            let place = self.place(dialog, message).await?;
            let half = (limit / 2) as usize;
            let older = window.items.partition_point(|each| each.position() < place);
            let newer = window.items.len().saturating_sub(older + 1);
            let lacks_older = window.before == Side::Unknown && older < half;
            let lacks_newer = window.after == Side::Unknown && newer + 1 < half;
            let fetched = async {
                if lacks_older {
                    history::older(context, dialog, place).await?;
                }
                if lacks_newer {
                    history::newer(context, dialog, place).await?;
                }
                Ok(())
            };
            if let Err(error) = fetched.await {
                failed = Some(gap(error)?);
            }
            if lacks_older || lacks_newer {
                window = look().await?.ok_or(Error::NotFound)?;
            }
        }
        Ok(edges(window, online.is_some(), failed))
    }

    /// Messages between programs that came in this run and mean nothing to this one, newest first.
    pub fn unknown_messages(&self) -> Vec<UnknownMessage> {
        let context = self.context().ok();
        context.map_or_else(Vec::new, |context| context.diagnostics.all())
    }

    /// The surroundings of the first message of a second or later. When it is not known which one
    /// that is, the server is asked for what begins there, and not for what lies between.
    async fn around_date(
        &self,
        context: Option<&Arc<Context>>,
        dialog: DialogId,
        second: i64,
        limit: u32,
    ) -> Result<Window, Error> {
        let place = Position::start_of(second);
        let known = self
            .look(move |db| window::knows_next(db, dialog, place))
            .await?;
        if let Some(context) = context.filter(|context| !known && context.is_online())
            && let Err(error) = history::starting_at(context, dialog, second).await
        {
            // What is cached is shown instead; its edges tell of the gap.
            gap(error)?;
        }
        self.look(move |db| {
            let first = messages::page_above(db, dialog, place, Position::END, 1)?;
            let around = first
                .first()
                .map(|first| window::around(db, dialog, first.id, limit))
                .transpose()?;
            match around.flatten() {
                Some(window) => Ok(window),
                None => window::newest(db, dialog, limit),
            }
        })
        .await
    }

    async fn before(
        &self,
        context: Option<Arc<Context>>,
        dialog: DialogId,
        place: Position,
        limit: u32,
    ) -> Result<MessagePage, Error> {
        let online = context.as_ref().filter(|context| context.is_online());
        let mut failed = None;
        let mut window = self
            .look(move |db| window::below(db, dialog, place, limit))
            .await?;
        for _ in 0..FETCHES {
            let Some(context) = online else { break };
            if window.items.len() >= limit as usize || window.before != Side::Unknown {
                break;
            }
            let below = window.items.first().map_or(place, Message::position);
            if let Err(error) = history::older(context, dialog, below).await {
                failed = Some(gap(error)?);
                break;
            }
            window = self
                .look(move |db| window::below(db, dialog, place, limit))
                .await?;
        }
        let cannot_ask = online.is_none() || failed.is_some();
        if window.items.is_empty() && window.before == Side::Unknown && cannot_ask {
            let beyond = self
                .look(move |db| window::below_hole(db, dialog, place, limit))
                .await?;
            if !beyond.items.is_empty() {
                window = beyond;
            }
        }
        Ok(edges(window, online.is_some(), failed))
    }

    async fn after(
        &self,
        context: Option<Arc<Context>>,
        dialog: DialogId,
        place: Position,
        limit: u32,
    ) -> Result<MessagePage, Error> {
        let online = context.as_ref().filter(|context| context.is_online());
        let mut failed = None;
        let mut window = self
            .look(move |db| window::above(db, dialog, place, limit))
            .await?;
        for _ in 0..FETCHES {
            let Some(context) = online else { break };
            if window.items.len() >= limit as usize || window.after != Side::Unknown {
                break;
            }
            let above = window.items.last().map_or(place, Message::position);
            if let Err(error) = history::newer(context, dialog, above).await {
                failed = Some(gap(error)?);
                break;
            }
            window = self
                .look(move |db| window::above(db, dialog, place, limit))
                .await?;
        }
        Ok(edges(window, online.is_some(), failed))
    }

    /// Fetches what is newer than the cache, behind the caller's back.
    async fn follow(
        &self,
        context: Option<&Context>,
        dialog: DialogId,
        window: &Window,
    ) -> Result<(), Error> {
        let Some(context) = context.filter(|context| context.is_online()) else {
            return Ok(());
        };
        let known = self.look(move |db| dialogs::is_known(db, dialog)).await?;
        let never_asked = window.items.is_empty() && window.before == Side::Unknown;
        let behind = !context.progress.is_current(dialog) || window.after == Side::Unknown;
        if known {
            // What was deleted while nobody listened shows only on a page that is fetched again.
            let is_first = requests::look_up_setting(context, dialog);
            if is_first || behind || never_asked || window.before == Side::Unknown {
                requests::refresh(context, dialog);
            }
        }
        Ok(())
    }

    async fn place(&self, dialog: DialogId, message: MessageId) -> Result<Position, Error> {
        let found = self.look(move |db| messages::place(db, message)).await?;
        match found {
            Some((home, place)) if home == dialog => Ok(place),
            _ => Err(Error::NotFound),
        }
    }

    pub(super) async fn write<T, F>(&self, write: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut store::WriteTx<'_>) -> Result<T, store::Error> + Send + 'static,
    {
        Ok(self.inner.store.write(write).await?)
    }

    pub(super) async fn look<T, F>(&self, look: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&store::ReadDb<'_>) -> Result<T, store::Error> + Send + 'static,
    {
        Ok(self.inner.store.read(look).await?)
    }
}

/// What a screen is told when a part could not be fetched; failures of the disk are no gap.
fn gap(error: catch_up::Error) -> Result<GapReason, Error> {
    match error {
        catch_up::Error::Rest(crate::rest::Error::Offline) => Ok(GapReason::Offline),
        catch_up::Error::Rest(error) => {
            tracing::info!(%error, "a part of the history was not fetched");
            Ok(GapReason::Failed)
        }
        catch_up::Error::Store(error) => Err(error.into()),
    }
}

fn page(window: Window, context: Option<&Context>) -> MessagePage {
    edges(window, context.is_some_and(Context::is_online), None)
}

fn edges(window: Window, online: bool, failed: Option<GapReason>) -> MessagePage {
    let edge = |side: Side| match (side, failed, online) {
        (Side::End, _, _) => Edge::End,
        (Side::More, _, _) | (Side::Unknown, None, true) => Edge::More,
        (Side::Unknown, Some(reason), _) => Edge::Gap { reason },
        (Side::Unknown, None, false) => Edge::Gap {
            reason: GapReason::Offline,
        },
    };
    MessagePage {
        before: edge(window.before),
        after: edge(window.after),
        items: window.items,
    }
}
