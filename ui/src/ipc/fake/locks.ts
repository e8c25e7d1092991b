// What opens the caches of the fake backend. The passphrase is “correct”, unless another is chosen.
import type { IpcError, KeyChoice, KeyState, SlotKind } from '../bindings.gen';

export const CODE = 'K7QX-2M9D-V4TB-8ZHN-5RWC-1GEP-6YSA-J3F0';

/** Wrong entries after which one has to wait. */
const FREE = 3;
const WAIT_MS = 8000;

const ORDER: readonly SlotKind[] = ['keychain', 'keyFile', 'passphrase', 'recoveryCode'];

export class Locks {
  slots: SlotKind[];
  #passphrase = 'correct';
  #wrong = 0;

  /**
   * @param slots their names, with commas between
   */
  constructor(
    slots: string,
    private readonly fail: (error: IpcError) => never,
  ) {
    const named = slots.split(',');
    this.slots = ORDER.filter((kind) => named.includes(kind));
  }

  get canLock(): boolean {
    return this.#has('passphrase') && !this.#has('keychain') && !this.#has('keyFile');
  }

  locked(): KeyState {
    return { type: 'locked', payload: { slots: this.slots } };
  }

  open(passphrase: string): void {
    this.#judge(passphrase === this.#passphrase, { kind: 'wrongPassphrase' });
  }

  openWithCode(code: string): void {
    const plain = (text: string): string => text.replaceAll(/[\s-]/g, '').toUpperCase();
    this.#judge(plain(code) === plain(CODE), { kind: 'wrongCode' });
  }

  add(choice: KeyChoice, current: string | null): void {
    this.#authorise(current);
    if (choice.type === 'passphrase') this.#passphrase = choice.payload;
    this.slots = ORDER.filter((kind) => kind === choice.type || this.#has(kind));
  }

  remove(kind: SlotKind, current: string | null): void {
    this.#authorise(current);
    this.slots = this.slots.filter((each) => each !== kind);
  }

  askForPerson(current: string): void {
    this.#authorise(current);
    this.slots = this.slots.filter((kind) => kind === 'passphrase' || kind === 'recoveryCode');
  }

  makeCode(current: string | null): string {
    this.#authorise(current);
    this.slots = ORDER.filter((kind) => kind === 'recoveryCode' || this.#has(kind));
    return CODE;
  }

  #authorise(current: string | null): void {
    if (this.#has('passphrase')) this.#judge(current === this.#passphrase, { kind: 'wrongPassphrase' });
  }

  #judge(right: boolean, wrong: IpcError): void {
    if (this.#wrong > FREE) {
      this.#wrong = 0;
      this.fail({ kind: 'tooManyAttempts', waitMs: WAIT_MS });
    }
    if (right) {
      this.#wrong = 0;
      return;
    }
    this.#wrong += 1;
    this.fail(wrong);
  }

  #has(kind: SlotKind): boolean {
    return this.slots.includes(kind);
  }
}
