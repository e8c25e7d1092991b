// One row of a menu, and where a menu stands.
import type { Component } from 'svelte';

/** The element a menu belongs to, or the point that was clicked. */
export type MenuAnchor = HTMLElement | { x: number; y: number };

export interface MenuItem {
  id: string;
  label: string;
  /** A second line in small. */
  note?: string | undefined;
  /** Something unread behind the row: how much, and as it is spoken. */
  news?: { count: number; label: string } | undefined;
  icon?: Component<{ size?: number | string; strokeWidth?: number | string }> | undefined;
  shortcut?: string | undefined;
  /** Present for choices: draws a check at the taken one. */
  checked?: boolean | undefined;
  danger?: boolean;
  disabled?: boolean;
  /** A line is drawn where the number changes. */
  group?: number;
  /** A menu of its own beside the row; its rows are told by their own ids. */
  items?: readonly MenuItem[] | undefined;
}
