//! Records of the application: reports of people and messages.

use cubist_protocol::ids::{MessageId, UserId};
use cubist_protocol::rest::data::{MESSAGE_REPORTS, MessageReport, USER_REPORTS, UserReport};
use reqwest::Method;
use serde::Serialize;

use crate::rest::client::Client;
use crate::rest::error::Error;
use crate::rest::transport::Request;

impl Client {
    /// Reports a person to those who run the application.
    pub async fn report_user(&self, user: UserId, reason: &str) -> Result<(), Error> {
        let report = UserReport {
            reported_user_id: user,
            reason: reason.to_owned(),
        };
        self.create_record(USER_REPORTS, &report).await
    }

    /// Reports a message to those who run the application.
    pub async fn report_message(&self, message: MessageId, reason: &str) -> Result<(), Error> {
        let report = MessageReport {
            reported_message_id: message,
            reason: reason.to_owned(),
        };
        self.create_record(MESSAGE_REPORTS, &report).await
    }

    async fn create_record(&self, class: &str, record: &impl Serialize) -> Result<(), Error> {
        let request = Request::with_body(Method::POST, format!("data/{class}"), record)?;
        self.call_for_effect(&request).await
    }
}
