// After a refused form the cursor stands in the first field that has to change.
import { tick } from 'svelte';

/** Waits until the errors are drawn, then focuses the first field that carries one. */
export async function focusProblem(form: HTMLFormElement): Promise<void> {
  await tick();
  form.querySelector<HTMLInputElement>('[aria-invalid="true"]')?.focus();
}
