// One row of a menu.
import type { Component } from 'svelte';

export interface MenuItem {
  id: string;
  label: string;
  /** A second line in small. */
  note?: string | undefined;
  icon?: Component<{ size?: number | string; strokeWidth?: number | string }> | undefined;
  shortcut?: string | undefined;
  /** Present for choices: draws a check at the taken one. */
  checked?: boolean | undefined;
  danger?: boolean;
  disabled?: boolean;
  /** A line is drawn where the number changes. */
  group?: number;
}
