//! Files that are dragged over the window.
//!
//! The window's own handler takes them, not the page: a page is given names and bytes of files
//! only on some systems, and their paths nowhere. The page hears where they are, and a number for
//! those that were let go of.

use tauri::{DragDropEvent, Manager as _, PhysicalPosition, Window};

use crate::{
    ipc::types::{attachment::DragPhase, event::AppEvent},
    state::App,
};

/// Tells the page what happens.
pub fn tell(window: &Window, event: &DragDropEvent) {
    let app = window.state::<App>();
    let scale = if cfg!(windows) {
        window.scale_factor().unwrap_or(1.0)
    } else {
        // The other systems say it in the page's own unit.
        1.0
    };
    // Dragging moves many times a second; that the page has gone is no news.
    let _listened = app.tell(match event {
        DragDropEvent::Enter { paths, position } => {
            dragged(DragPhase::Enter, *position, scale, paths.len(), None)
        }
        DragDropEvent::Over { position } => dragged(DragPhase::Over, *position, scale, 0, None),
        DragDropEvent::Drop { paths, position } => {
            let id = app.offers.drop(paths.clone());
            dragged(DragPhase::Drop, *position, scale, paths.len(), Some(id))
        }
        DragDropEvent::Leave => dragged(
            DragPhase::Leave,
            PhysicalPosition::default(),
            scale,
            0,
            None,
        ),
        // The list is not closed; what else there may be means nothing here.
        _ => return,
    });
}

fn dragged(
    phase: DragPhase,
    position: PhysicalPosition<f64>,
    scale: f64,
    count: usize,
    drop_id: Option<u32>,
) -> AppEvent {
    AppEvent::FilesDragged {
        phase,
        x: position.x / scale,
        y: position.y / scale,
        count: u32::try_from(count).unwrap_or(u32::MAX),
        drop_id,
    }
}

#[cfg(test)]
mod tests {
    use tauri::PhysicalPosition;

    use super::dragged;
    use crate::ipc::types::{attachment::DragPhase, event::AppEvent};

    #[test]
    fn a_place_is_in_the_units_of_the_page() {
        let event = dragged(
            DragPhase::Drop,
            PhysicalPosition::new(300.0, 150.0),
            1.5,
            2,
            Some(7),
        );
        let AppEvent::FilesDragged {
            x,
            y,
            count,
            drop_id,
            ..
        } = event
        else {
            panic!("{event:?}")
        };
        assert!((x - 200.0).abs() < 1e-9 && (y - 100.0).abs() < 1e-9);
        assert_eq!((count, drop_id), (2, Some(7)));
    }
}
