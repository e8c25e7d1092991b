// The words of exported pages: the engine writes them and has no catalogue of its own. Where names go it finds their places.
import { direction, locale, m } from '~/i18n';
import type { ExportWords } from '~/ipc/bindings.gen';

const WHO = { who: '{who}' };
const PEOPLE = { people: '{people}' };

export function exportWords(): ExportWords {
  return {
    language: locale(),
    rightToLeft: direction() === 'rtl',
    deleted: m.conversation_deleted(),
    edited: m.conversation_edited(),
    forwarded: m.conversation_forwarded_from(),
    fileMissing: m.export_file_missing(),
    somebody: m.conversation_unknown_person(),
    incomplete: m.export_incomplete(),
    earlier: m.export_earlier(),
    later: m.export_later(),
    created: m.system_created(WHO),
    added: m.system_added({ ...WHO, ...PEOPLE }),
    removed: m.system_removed({ ...WHO, ...PEOPLE }),
    left: m.system_left(WHO),
    renamed: m.system_renamed({ ...WHO, name: '{name}' }),
    photo: m.system_photo(WHO),
    description: m.system_description(WHO),
    fields: m.system_fields(WHO),
    adminsAdded: m.system_admins_added({ ...WHO, ...PEOPLE }),
    adminsRemoved: m.system_admins_removed({ ...WHO, ...PEOPLE }),
    called: m.system_called(WHO),
    calledVideo: m.system_called_video(WHO),
  };
}
