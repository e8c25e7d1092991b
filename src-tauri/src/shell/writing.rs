//! What writing gets from the desktop: spell checking and input methods.
//!
//! The web views of Windows and macOS have both by themselves, with the languages of the system.
//! `WebKitGTK` checks no spelling until it is told to, and the window's library turns off that what an
//! input method composes stands in the field.

use tauri::WebviewWindow;

/// Where a person says which languages they read, in the order in which one that is set counts
/// (`gettext`: `LANGUAGE` is a list, the others are one locale).
const LOCALES: [&str; 4] = ["LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"];

/// Languages whose spelling is checked: that of the window, when one was chosen, and those of the
/// system. A word that is right in one of them is right. As `WebKitGTK` wants them: `de_DE` or `de`.
pub fn languages(chosen: Option<&str>, variable: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let chosen = chosen.map(|language| language.replace('-', "_"));
    let locales = LOCALES
        .into_iter()
        .filter_map(variable)
        .flat_map(|value| value.split(':').map(str::to_owned).collect::<Vec<_>>())
        // `de_AT.UTF-8@euro`: neither the encoding nor the variant is a language.
        .filter_map(|locale| locale.split(['.', '@']).next().map(str::to_owned))
        .filter(|language| !matches!(language.as_str(), "" | "C" | "POSIX"));
    let mut found: Vec<String> = Vec::new();
    for language in chosen.into_iter().chain(locales) {
        if !found.contains(&language) {
            found.push(language);
        }
    }
    if found.is_empty() {
        found.push("en_US".to_owned());
    }
    found
}

/// Turns spell checking on in these languages, and lets what is composed stand in the field.
#[cfg(target_os = "linux")]
pub fn prepare(window: &WebviewWindow, chosen: Option<&str>) -> tauri::Result<()> {
    use webkit2gtk::{InputMethodContextExt as _, WebContextExt as _, WebViewExt as _};

    let languages = languages(chosen, |name| std::env::var(name).ok());
    window.with_webview(move |view| {
        let view = view.inner();
        if let Some(context) = view.context() {
            let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
            context.set_spell_checking_languages(&languages);
            context.set_spell_checking_enabled(true);
        }
        if let Some(input) = view.input_method_context() {
            input.set_enable_preedit(true);
        }
    })
}

/// Nothing to do: the system's web view does both.
#[cfg(not(target_os = "linux"))]
pub fn prepare(_window: &WebviewWindow, _chosen: Option<&str>) -> tauri::Result<()> {
    Ok(())
}

/// Follows the language of the window for as long as the window is there.
pub async fn follow(window: WebviewWindow, app: crate::state::App) {
    let mut settings = app.settings.watch();
    loop {
        let chosen = settings.borrow_and_update().language.clone();
        if let Err(error) = prepare(&window, chosen.as_deref()) {
            tracing::warn!(%error, "spelling is not checked");
        }
        loop {
            if settings.changed().await.is_err() {
                return;
            }
            if settings.borrow().language != chosen {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::languages;

    fn of(chosen: Option<&str>, variables: &[(&str, &str)]) -> Vec<String> {
        languages(chosen, |name| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_language_of_the_window_comes_first_and_those_of_the_system_follow() {
        let system = [("LANGUAGE", "de_AT:en_GB"), ("LANG", "de_AT.UTF-8")];
        assert_eq!(of(None, &system), ["de_AT", "en_GB"]);
        assert_eq!(of(Some("uk"), &system), ["uk", "de_AT", "en_GB"]);
        assert_eq!(of(Some("pt-BR"), &[]), ["pt_BR"]);
    }

    #[test]
    fn encodings_variants_and_no_language_at_all_are_left_out() {
        assert_eq!(of(None, &[("LC_ALL", "ca_ES.UTF-8@valencia")]), ["ca_ES"]);
        assert_eq!(of(None, &[("LANG", "C.UTF-8")]), ["en_US"]);
        assert_eq!(of(None, &[("LC_ALL", "POSIX"), ("LANG", "")]), ["en_US"]);
    }
}
