//! The border between the window and the engine: typed commands, one ordered event channel, and
//! the shapes that cross it. No rule of the messenger lives here; a command parses, calls the
//! engine and converts.

pub mod commands;
pub mod error;
pub mod events;
pub mod types;

use tauri_specta::{Builder, collect_commands};

/// The commands and event types as the window sees them.
///
/// The same value serves the running app and the generated `ui/src/ipc/bindings.gen.ts`.
#[allow(clippy::too_many_lines, reason = "a list of the commands, one a line")]
pub fn builder() -> Builder<tauri::Wry> {
    Builder::<tauri::Wry>::new()
        .commands(collect_commands![
            commands::start::subscribe,
            commands::start::bootstrap,
            commands::start::painted,
            commands::start::close,
            commands::keys::create_keys,
            commands::keys::unlock,
            commands::settings::save_settings,
            commands::accounts::sign_up,
            commands::accounts::sign_in,
            commands::accounts::sign_out,
            commands::accounts::connect_now,
            commands::accounts::ping,
            commands::accounts::unknown_messages,
            commands::profile::own_profile,
            commands::profile::update_profile,
            commands::profile::change_password,
            commands::profile::set_avatar,
            commands::profile::delete_account,
            commands::dialogs::dialogs,
            commands::dialogs::dialog,
            commands::dialogs::create_private,
            commands::dialogs::create_dialog,
            commands::dialogs::update_dialog,
            commands::dialogs::leave_dialog,
            commands::dialogs::delete_dialogs,
            commands::dialogs::clear_history,
            commands::dialogs::save_draft,
            commands::dialogs::set_typing,
            commands::members::occupants,
            commands::members::room_occupants,
            commands::members::add_occupants,
            commands::members::remove_occupants,
            commands::members::add_admins,
            commands::members::remove_admins,
            commands::explore::explore,
            commands::explore::preview_dialog,
            commands::explore::subscribe_dialog,
            commands::explore::unsubscribe_dialog,
            commands::organise::set_notifications,
            commands::organise::mute_dialog,
            commands::organise::pin_dialogs,
            commands::organise::archive_dialogs,
            commands::organise::mark_dialogs_unread,
            commands::organise::folders,
            commands::organise::save_folder,
            commands::organise::delete_folder,
            commands::organise::file_dialogs,
            commands::messages::messages,
            commands::messages::dialog_of_message,
            commands::messages::send_message,
            commands::messages::mark_read,
            commands::messages::mark_all_read,
            commands::messages::recipients,
            commands::outbox::outbox,
            commands::outbox::retry,
            commands::outbox::retry_all,
            commands::outbox::reschedule,
            commands::outbox::discard_unsent,
            commands::message_changes::edit_message,
            commands::message_changes::delete_messages,
            commands::message_changes::react,
            commands::message_changes::reactions_of,
            commands::message_changes::forward_messages,
            commands::staging::choose_files,
            commands::staging::stage_dropped,
            commands::staging::dropped_picture,
            commands::staging::stage_shared,
            commands::staging::stage_pasted,
            commands::staging::stage_clipboard,
            commands::staging::staged,
            commands::staging::unstage,
            commands::staging::parse_location,
            commands::attachments::pause_upload,
            commands::attachments::resume_upload,
            commands::attachments::delete_file,
            commands::attachments::download,
            commands::attachments::cancel_download,
            commands::attachments::prioritise_downloads,
            commands::attachments::open_media,
            commands::attachments::save_attachment,
            commands::attachments::open_attachment,
            commands::attachments::show_in_folder,
            commands::attachments::copy_image,
            commands::attachments::shared_attachments,
            commands::attachments::shared_counts,
            commands::attachments::storage_use,
            commands::attachments::free_space,
            commands::search::search_messages,
            commands::search::search_server,
            commands::people::users,
            commands::people::search_people,
            commands::people::profile,
            commands::presence::watch_activity,
            commands::presence::set_window_active,
            commands::privacy::blocked,
            commands::privacy::block_person,
            commands::privacy::unblock_person,
            commands::privacy::privacy_lists,
            commands::privacy::save_privacy_list,
            commands::privacy::delete_privacy_list,
            commands::privacy::set_default_privacy_list,
            commands::privacy::report_person,
            commands::privacy::report_message,
            commands::export::export_dialog,
            commands::export::cancel_export,
            commands::export::show_export,
            commands::links::link_preview,
            commands::links::open_link,
        ])
        .typ::<types::event::AppEvent>()
        // Every number here is a user id, a count or milliseconds, all far below 2^53.
        .dangerously_cast_bigints_to_number()
        // A DTO reads and writes the same shape; without this each type would come twice.
        .disable_serde_phases()
}

#[cfg(test)]
mod tests;
