/// Every command a window may call, for the build script, which makes one permission of each.
///
/// `ipc::tests::every_command_has_a_permission` compares the list with the real handlers.
pub(crate) const COMMAND_NAMES: &[&str] = &[
    "subscribe",
    "bootstrap",
    "create_keys",
    "unlock",
    "save_settings",
    "sign_up",
    "sign_in",
    "sign_out",
    "dialogs",
    "dialog",
    "messages",
    "send_text",
    "retry",
    "discard_unsent",
    "mark_read",
    "set_typing",
    "save_draft",
    "users",
    "search_people",
    "create_private",
    "create_group",
    "connect_now",
    "open_link",
    "painted",
];
