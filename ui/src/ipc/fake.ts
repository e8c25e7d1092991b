// The backend of the browser: everything in memory, every state on demand. It draws screens and tests the page's own
// logic; what works is proven in the real window.
//
// The address line chooses: `?state=` (see `fake/states.ts`), `&open=` a chat's short name, `&theme=`, `&language=`,
// `&dialogs=2000`, `&platform=windows`, `&delay=` milliseconds before each answer, `&scale=` text size, `&fail=` which commands fail and how.
import type { Backend } from './backend';
import { attachmentCommands } from './fake/attachments';
import { dialogCommands } from './fake/dialogs';
import { folderCommands } from './fake/folders';
import { memberCommands } from './fake/members';
import { Memory } from './fake/memory';
import { messageCommands } from './fake/messages';
import { mapCommands } from './fake/maps';
import { networkCommands } from './fake/network';
import { outboxCommands } from './fake/outbox';
import { peopleCommands } from './fake/people';
import { drawPicture } from './fake/pictures';
import { privacyCommands } from './fake/privacy';
import { reworkCommands } from './fake/reworking';
import { searchCommands } from './fake/search';
import { startCommands } from './fake/start';
import { updateCommands } from './fake/updates';
import { voiceCommands } from './fake/voice';

/** One object for the page and its tests: the commands, and the memory behind them. */
export type FakeBackend = Backend & Memory;

export function openFake(query: URLSearchParams): FakeBackend {
  const memory = new Memory(query);
  const commands: Backend = {
    ...startCommands(memory),
    ...dialogCommands(memory),
    ...memberCommands(memory),
    ...folderCommands(memory),
    ...messageCommands(memory),
    ...networkCommands(memory),
    ...mapCommands(memory),
    ...outboxCommands(memory),
    ...reworkCommands(memory),
    ...attachmentCommands(memory),
    ...searchCommands(memory),
    ...updateCommands(memory),
    ...voiceCommands(memory),
    ...peopleCommands(memory),
    ...privacyCommands(memory),
    mapTilesUrl: () => `${window.location.origin}/tiles/{z}/{x}/{y}.png`,
    pictureUrl: (_accountId, uid) => drawPicture(memory, uid),
  };
  const fake = Object.assign(memory, commands);
  (window as unknown as { fake: FakeBackend }).fake = fake;
  return fake;
}
