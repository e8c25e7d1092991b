// A real notification service (dunst) on the session bus of a test's own desktop: what it was given to show, and what a
// person does with it.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './desktop.mjs';

export class NotificationService {
  /** @param {import('./desktop.mjs').Desktop} desktop its session bus need not be there yet */
  constructor(desktop) {
    this.desktop = desktop;
    this.folder = join(desktop.home, 'dunst');
    this.log = join(desktop.output, 'dunst.log');
  }

  /** Starts it and waits until it answers on the bus. */
  async start() {
    mkdirSync(this.folder, { recursive: true });
    const chooser = join(this.folder, 'choose');
    // Which action it is to be, dunst asks a program with a list of all of them; here a file answers.
    writeFileSync(
      chooser,
      `#!/bin/sh\ntee '${join(this.folder, 'offered')}' | grep -m 1 -f '${join(this.folder, 'wanted')}'\n`,
    );
    chmodSync(chooser, 0o755);
    const config = join(this.folder, 'dunstrc');
    writeFileSync(
      config,
      `[global]\ndmenu = ${chooser}\nfont = Inter 11\nwidth = 380\norigin = bottom-right\nmarkup = full\n` +
        'format = "<b>%s</b>\\n%b"\nicon_position = left\nmax_icon_size = 48\ncorner_radius = 8\nframe_width = 1\n' +
        '[urgency_normal]\ntimeout = 0\nbackground = "#22262e"\nforeground = "#ffffff"\nframe_color = "#3a4150"\n',
    );
    this.desktop.start('dunst', ['-conf', config, '-print'], this.desktop.env, 'dunst');
    await until('the notification service', () => this.ctl('is-paused') === 'false');
    return this;
  }

  ctl(...args) {
    return this.desktop.tool('dunstctl', args);
  }

  /** How many stand on the screen now. */
  standing() {
    return Number(this.ctl('count', 'displayed'));
  }

  /** How many wait for the person to be disturbed again. */
  waiting() {
    return Number(this.ctl('count', 'waiting'));
  }

  /** Everything that was given to it so far, replacements included. */
  given() {
    if (!existsSync(this.log)) return [];
    const text = readFileSync(this.log, 'utf8');
    const field = (block, name) => new RegExp(`\\b${name}: '(.*?)'$`, 'ms').exec(block)?.[1] ?? '';
    return text
      .split(/^\{$/m)
      .slice(1)
      .map((block) => ({ summary: field(block, 'summary'), body: field(block, 'body') }));
  }

  /** Waits for one that says this. */
  shows(summary, body) {
    return until(`a notification “${summary}: ${body}”`, () =>
      this.given().findLast((each) => each.summary === summary && each.body.includes(body)),
    );
  }

  /** Waits until nothing stands. */
  isEmpty() {
    return until('no notification on the screen', () => this.standing() === 0);
  }

  /** Clicks the newest one. */
  click() {
    this.ctl('action', '0');
  }

  /** Chooses an action by its words, of the notification with this heading. */
  choose(words, summary) {
    writeFileSync(join(this.folder, 'wanted'), `#${words}.*${summary}\n`);
    this.ctl('context');
  }

  /** Puts all of them away, as a person does. */
  clear() {
    this.ctl('close-all');
  }

  /** The person wants not to be disturbed, whoever asks. */
  pause(on) {
    this.ctl('set-paused', String(on));
  }
}
