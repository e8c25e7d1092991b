// What the page itself costs, measured inside it: events go in where the engine's own come in, requests are watched
// where they leave.

/** Moves of one sample: the page's clock has whole milliseconds. */
const MOVES = 20;
/** Messages of one page and of the whole window, as ui/src/state/messages.svelte.ts has them. */
const PAGE = 32;
const KEPT = 300;

/**
 * Runs an asynchronous function in the page.
 *
 * @param {any} page
 * @param {Function} work
 * @param {...unknown} args
 */
async function inPage(page, work, ...args) {
  const script = `const done = arguments[arguments.length - 1];
    const fail = (error) => done({ error: String(error) + ' ' + (error?.stack ?? '') });
    (${work})(...[...arguments].slice(0, -1)).then((value) => done({ value }), fail);`;
  const { value, error } = await page.call('POST', '/execute/async', { script, args });
  if (error !== undefined) throw new Error(`in the page: ${error}`);
  return value;
}

/**
 * The last chat of the list becomes the newest, again and again: from the event to the new layout.
 *
 * @param {any} page
 * @param {number} samples
 */
export async function measureMoves(page, samples) {
  await page.call('POST', '/timeouts', { script: 120_000 });
  const measured = await inPage(page, movesInPage, samples, MOVES);
  return {
    'window.move': { unit: 'ms', samples: measured.moves },
    'window.move.limit': { unit: 'ms', samples: measured.plain },
  };
}

/* global document, window, MutationObserver, MessageChannel, requestAnimationFrame */

async function movesInPage(samples, moves) {
  const tauri = window.__TAURI_INTERNALS__;
  const invoke = async (command, payload) => {
    const answer = await tauri.invoke(command, payload);
    return answer;
  };
  const { accounts } = await invoke('bootstrap', {});
  const accountId = accounts[0].id;
  const dialogs = [];
  let after = null;
  do {
    const answer = await invoke('dialogs', { accountId, after, limit: 500 });
    dialogs.push(...answer.items);
    after = answer.next;
  } while (after !== null);

  // One channel carries everything the engine says; what is put in here takes its next number.
  const [id, deliver] = [...tauri.callbacks].at(-1);
  let shift = 0;
  let next = null;
  tauri.callbacks.set(id, (raw) => {
    next = raw.index + shift + 1;
    deliver({ ...raw, index: raw.index + shift });
  });
  // Any change makes the engine speak, and shows the number it is at.
  await invoke('save_draft', {
    accountId,
    dialogId: dialogs[0].id,
    draft: { text: 'draft', reply: null, edit: null },
  });
  const patience = Date.now() + 10_000;
  while (next === null) {
    if (Date.now() > patience) throw new Error('the engine said nothing on its channel');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const say = (message) => {
    deliver({ index: next, message });
    next += 1;
    shift += 1;
  };

  const frame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const order = [...dialogs];
  let at = Date.now();
  const moveLast = async () => {
    const dialog = { ...order.pop(), lastActivity: (at += 1000) };
    order.unshift(dialog);
    say({ type: 'dialogsChanged', payload: { accountId, dialogs: [dialog], removedIds: [] } });
    // Svelte draws in a microtask; the next task would already be a frame's.
    for (let turn = 0; turn < 5; turn += 1) await null;
    const top = document.querySelector('[aria-posinset="1"] [data-dialog]');
    top.getBoundingClientRect();
    if (top.dataset.dialog !== dialog.id) throw new Error('the moved chat is not the first');
  };
  const timed = async (work) => {
    await frame();
    const started = performance.now();
    for (let move = 0; move < moves; move += 1) await work();
    return (performance.now() - started) / moves;
  };
  const list = [];
  for (let sample = -1; sample < samples; sample += 1) {
    const took = await timed(moveLast);
    if (sample >= 0) list.push(took);
  }

  // The limit: as many plain rows as are in view, rewritten and put in their new places by hand.
  const drawn = document.querySelectorAll('[aria-posinset]').length;
  const plain = document.createElement('div');
  plain.style.cssText = 'position:fixed;inset:0;overflow:hidden;background:Canvas';
  const rows = Array.from({ length: drawn }, () => {
    const line = document.createElement('div');
    line.style.cssText = 'position:absolute;inline-size:300px;block-size:60px;overflow:hidden';
    const parts = Array.from({ length: 4 }, () => document.createElement('div'));
    line.append(...parts);
    plain.append(line);
    return { line, parts };
  });
  document.body.append(plain);
  const moves2 = [];
  let turn = 0;
  for (let sample = -1; sample < samples; sample += 1) {
    const took = await timed(async () => {
      const dialog = dialogs[(turn += 1) % dialogs.length];
      const moved = rows.pop();
      rows.unshift(moved);
      const texts = [dialog.name.slice(0, 2), dialog.name, '12:34', dialog.last?.text ?? ''];
      moved.parts.forEach((part, index) => (part.textContent = texts[index]));
      rows.forEach(({ line }, index) => (line.style.transform = `translateY(${index * 60}px)`));
      moved.line.getBoundingClientRect();
    });
    if (sample >= 0) moves2.push(took);
  }
  plain.remove();
  return { moves: list, plain: moves2 };
}

/**
 * A long chat is opened and scrolled up: from each request for older messages to the frame that shows them.
 *
 * @param {any} page
 * @param {string} dialog
 * @param {number} samples
 */
export async function measureOlderPages(page, dialog, samples) {
  await page.call('POST', '/timeouts', { script: 120_000 });
  const measured = await inPage(page, olderPagesInPage, dialog, samples, PAGE, KEPT);
  return {
    'window.older': { unit: 'ms', samples: measured.painted },
    'window.older.limit': { unit: 'ms', samples: measured.bare },
  };
}

async function olderPagesInPage(dialogId, samples, page, kept) {
  const until = async (what, look) => {
    const patience = Date.now() + 20_000;
    for (;;) {
      const found = look();
      if (found) return found;
      if (Date.now() > patience) throw new Error(`waited too long for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const list = document.querySelector('[role=list]');
  list.scrollTop = 0;
  const place = await until('the chat in the list', () =>
    document.querySelector(`[data-dialog="${dialogId}"]`),
  );
  place.click();
  await until('the conversation', () => document.querySelector('.message-row'));
  const view = document.querySelector('.message-row').closest('.view');
  const content = view.querySelector('.content');

  let requested = null;
  const ask = window.fetch;
  window.fetch = function (address, options) {
    if (requested === null && String(address).endsWith('/messages')) requested = performance.now();
    return ask.call(this, address, options);
  };
  const painted = [];
  const oldest = () => content.querySelector('.message-row').dataset.id;
  for (let sample = -1; sample < samples; sample += 1) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    requested = null;
    const before = oldest();
    const shown = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no older messages came')), 20_000);
      const observer = new MutationObserver(() => {
        if (oldest() === before) return;
        observer.disconnect();
        clearTimeout(timer);
        requestAnimationFrame(() => {
          // A task after the frame's own work: by then it is drawn.
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(performance.now());
          port2.postMessage(null);
        });
      });
      observer.observe(content, { childList: true, subtree: true });
    });
    view.scrollTop = 0;
    const at = await shown;
    if (requested === null) throw new Error('the request was not seen');
    if (sample >= 0) painted.push(at - requested);
  }
  window.fetch = ask;

  // The limit: the same request and the same jump in a list of plain paragraphs, which gets the texts of the page.
  const { invoke } = window.__TAURI_INTERNALS__;
  const { accounts } = await invoke('bootstrap', {});
  const accountId = accounts[0].id;
  const paragraphs = (messages) =>
    messages.map((message) => {
      const line = document.createElement('p');
      line.textContent = message.text;
      return line;
    });
  const plain = document.createElement('div');
  plain.style.cssText = 'position:fixed;overflow:auto;background:Canvas';
  const { left, top, width, height } = view.getBoundingClientRect();
  for (const [side, value] of Object.entries({ left, top, width, height })) plain.style[side] = `${value}px`;
  let anchor = { type: 'newest' };
  while (plain.childElementCount < kept) {
    const answer = await invoke('messages', { accountId, dialogId, anchor, limit: page });
    plain.prepend(...paragraphs(answer.items));
    anchor = { type: 'before', payload: answer.items[0].id };
  }
  document.body.append(plain);
  plain.scrollTop = plain.scrollHeight;
  const bare = [];
  for (let sample = -1; sample < samples; sample += 1) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    // The jump to the top and the request belong together, as in the conversation.
    plain.scrollTop = 0;
    const started = performance.now();
    const answer = await invoke('messages', { accountId, dialogId, anchor, limit: page });
    const first = plain.firstElementChild;
    const before = first.getBoundingClientRect().top;
    for (let line = 0; line < page; line += 1) plain.lastElementChild.remove();
    plain.prepend(...paragraphs(answer.items));
    plain.scrollTop += first.getBoundingClientRect().top - before;
    const at = await new Promise((resolve) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now());
        port2.postMessage(null);
      });
    });
    if (sample >= 0) bare.push(at - started);
    anchor = { type: 'before', payload: answer.items[0].id };
  }
  plain.remove();
  return { painted, bare };
}
