// What a form about a chat changed: those parts alone go to the server, so that two people who edit at once do not undo
// one another.
import { keptFields, sameFields } from '~/features/new-chat/fields';
import type { Dialog, DialogEdit, Field, PictureChange } from '~/ipc/bindings.gen';

export interface ChatForm {
  name: string;
  description: string;
  fields: readonly Field[];
  photo: PictureChange | null;
  allowPreview: boolean;
}

/** null when nothing was changed. */
export function changesOf(
  before: Pick<Dialog, 'name' | 'description' | 'fields' | 'allowPreview'>,
  form: ChatForm,
): DialogEdit | null {
  const name = form.name.trim();
  const description = form.description.trim();
  const edit: DialogEdit = {
    name: name === before.name || name === '' ? null : name,
    description: description === (before.description ?? '') ? null : description,
    photo: form.photo,
    fields: sameFields(before.fields, form.fields) ? null : keptFields(form.fields),
    allowPreview: form.allowPreview === before.allowPreview ? null : form.allowPreview,
  };
  return Object.values(edit).every((part) => part === null) ? null : edit;
}
