//! Listening for HTTP, with and without TLS.
//!
//! axum's own `serve` knows neither TLS nor time limits, so each connection is served by hyper directly.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Method, Response};
use axum::{Extension, Router};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::rest::answer::{Refusal, preflight, response};
use crate::rest::auth::Caller;
use crate::rest::call::Call;
use crate::rest::{App, Peer, limit, table, uploads};

/// How long the head of a request, or a TLS handshake, may take. Also how long an idle connection is kept.
const HEAD_TIME: Duration = Duration::from_secs(60);

/// A bound address.
pub(crate) struct Listening {
    /// With the port that was really taken.
    pub(crate) address: SocketAddr,
    listener: TcpListener,
}

/// Binds an address; connections wait until [`Listening::serve`].
pub(crate) async fn listen(address: SocketAddr) -> std::io::Result<Listening> {
    let listener = TcpListener::bind(address).await?;
    Ok(Listening {
        address: listener.local_addr()?,
        listener,
    })
}

impl Listening {
    /// Serves connections until `shutdown`, then lets open requests finish.
    pub(crate) fn serve(
        self,
        app: Arc<App>,
        tls: Option<TlsAcceptor>,
        shutdown: CancellationToken,
    ) {
        let tasks = app.tasks.clone();
        tasks.spawn(accept(self.listener, app, tls, shutdown));
    }
}

async fn accept(
    listener: TcpListener,
    app: Arc<App>,
    tls: Option<TlsAcceptor>,
    shutdown: CancellationToken,
) {
    let slots = Arc::new(Semaphore::new(app.config().limits.connections));
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
            return;
        };
        let accepted = tokio::select! {
            () = shutdown.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, or the peer left already: neither ends the listener.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "the connection was lost at once");
            continue;
        }
        let (app, tls, shutdown) = (Arc::clone(&app), tls.clone(), shutdown.clone());
        let tasks = app.tasks.clone();
        tasks.spawn(async move {
            let _slot = slot;
            match tls {
                None => {
                    let peer = Peer {
                        address: peer,
                        is_secure: false,
                    };
                    serve(stream, peer, app, shutdown).await;
                }
                Some(tls) => match tokio::time::timeout(HEAD_TIME, tls.accept(stream)).await {
                    Ok(Ok(stream)) => {
                        let peer = Peer {
                            address: peer,
                            is_secure: true,
                        };
                        serve(stream, peer, app, shutdown).await;
                    }
                    Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                    Err(_) => tracing::debug!("a TLS handshake took too long"),
                },
            }
        });
    }
}

async fn serve<S>(stream: S, peer: Peer, app: Arc<App>, shutdown: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let routes = Router::new()
        .fallback(answer)
        .layer(Extension(peer))
        // Each reader of a body has its own limit.
        .layer(DefaultBodyLimit::disable())
        .with_state(app);
    let service = TowerToHyperService::new(routes);
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME);
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut is_stopping = false;
    let served = loop {
        tokio::select! {
            served = connection.as_mut() => break served,
            () = shutdown.cancelled(), if !is_stopping => {
                is_stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended in disorder");
    }
}

/// The answer to a request. Its work goes on if the client hangs up: what it asked for is done as a whole.
async fn answer(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    if request.method() == Method::OPTIONS {
        return preflight();
    }
    let tasks = app.tasks.clone();
    let handled = tasks
        .spawn(async move { handle(&app, request).await })
        .await;
    handled.unwrap_or_else(|error| {
        tracing::error!(%error, "a handler failed");
        response(Err(Refusal::internal()), None)
    })
}

async fn handle(app: &App, request: Request) -> Response<Body> {
    let mut call = Call::begin(&request);
    let caller = Caller::of(app, &call);
    let counted = match &caller {
        Caller::Known(session) => limit::Caller::Session(session.id),
        Caller::Nobody | Caller::Stale => limit::Caller::Address(call.peer),
    };
    if let Err(seconds) = app.rate.take(counted) {
        return response(
            Err(Refusal::too_many("Too many requests", seconds)),
            caller.expires_at(),
        );
    }
    let (method, path) = (call.method.clone(), call.segments.join("/"));
    let result = if uploads::is_upload(&call) {
        uploads::receive(app, &call, request).await
    } else {
        let read = call.read_body(request, app.config().limits.request_bytes);
        match read.await {
            Ok(()) => table::run(app, call, caller).await,
            Err(refusal) => Err(refusal),
        }
    };
    // Paths hold ids only; bodies, queries and tokens are never logged.
    match &result {
        Ok(_) => tracing::debug!(%method, path, "answered"),
        Err(refusal) => tracing::debug!(%method, path, status = refusal.status.as_u16(), "refused"),
    }
    response(result, caller.expires_at())
}
