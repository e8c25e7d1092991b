//! Redirections of downloads, followed by hand: the session stands in the address of the API alone,
//! and whoever comes next is not shown it.

use reqwest::header::LOCATION;
use reqwest::{RequestBuilder, Response, StatusCode};
use url::Url;

use crate::rest::error::Error;
use crate::rest::foreign;
use crate::rest::transport::Transport;

/// Redirections of one download: the API's own, the object store's, and one in between.
const MAX_HOPS: usize = 4;

impl Transport {
    /// Asks for a file where it is, and says who gave it. `prepare` is done to every request on the
    /// way.
    pub(super) async fn follow(
        &self,
        mut url: Url,
        prepare: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<(Response, String), Error> {
        for _ in 0..MAX_HOPS {
            foreign::check(&url, &self.base)?;
            let http = if url.origin() == self.base.origin() {
                &self.http
            } else {
                &self.foreign
            };
            let response = match prepare(http.get(url.clone())).send().await {
                Ok(response) => response,
                Err(error) => return Err(self.no_answer(&error).await.error),
            };
            if !is_redirection(response.status()) {
                let host = url.host_str().unwrap_or_default().to_owned();
                return Ok((response, host));
            }
            let location = response.headers().get(LOCATION);
            let location = location.and_then(|value| value.to_str().ok());
            url = location
                .and_then(|location| url.join(location).ok())
                .ok_or(Error::BadAnswer {
                    reason: "it leads nowhere",
                })?;
        }
        Err(Error::BadAnswer {
            reason: "it leads in a circle",
        })
    }
}

fn is_redirection(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}
