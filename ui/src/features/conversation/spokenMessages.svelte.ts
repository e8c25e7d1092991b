// What a screen reader says of new messages in the open chat.
import { untrack } from 'svelte';
import { m } from '~/i18n';
import type { Message, MessageId, UserId } from '~/ipc/bindings.gen';
import { messageWords } from './messageWords';
import { systemText } from './systemLine';

/** The part of the loaded messages that is looked at. */
interface Run {
  readonly items: readonly Message[];
  /** Whether the newest message is among them. */
  readonly atEnd: boolean;
}

interface Listener {
  me: UserId;
  /** The name somebody is known by, if any is known. */
  nameOf: (id: UserId) => string | undefined;
  say: (words: string) => void;
}

/**
 * Says new words of others; after a burst only how many. Belongs into the setup of a component, as an effect does.
 *
 * @param run null while nothing is loaded
 */
export function speakNewMessages(run: () => Run | null, { me, nameOf, say }: Listener): void {
  let spoken: MessageId | null = null;
  $effect(() => {
    const now = run();
    if (!now?.atEnd) return;
    const from = spoken;
    const last = now.items.at(-1);
    spoken = last?.id ?? null;
    if (from === null || !last || last.id === from) return;
    const at = now.items.findIndex((message) => message.id === from);
    if (at < 0) return;
    const fresh = now.items.slice(at + 1).filter((message) => message.senderId !== me);
    const [one] = fresh;
    if (!one) return;
    // A name that changes later is nothing to be said again.
    const name = (id: UserId): string => untrack(() => nameOf(id)) ?? m.conversation_unknown_person();
    if (fresh.length > 1) say(m.conversation_said_many({ count: fresh.length }));
    else if (one.system !== null) say(systemText(one, { me, nameOf: name }));
    else say(m.conversation_said({ name: name(one.senderId), text: messageWords(one) }));
  });
}
