//! Extensions, one module each, named after the specification they come from.

pub mod attachment;
pub mod call_signal;
pub mod extra_params;
pub mod message_delete;
pub mod reactions;
pub mod rfc3921_session;
pub mod rfc6120_bind;
pub mod status_streaming;
pub mod system_message;
pub mod tigase_mobile;
pub mod xep0012_last_activity;
pub mod xep0016_privacy;
pub mod xep0030_disco_info;
pub mod xep0030_disco_items;
pub mod xep0045_muc;
pub mod xep0085_chat_states;
pub mod xep0198_stream_management;
pub mod xep0199_ping;
pub mod xep0203_delay;
pub mod xep0280_carbons;
pub mod xep0308_correction;
pub mod xep0333_markers;
