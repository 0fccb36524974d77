// Single-key shortcuts: never while typing, and a person can switch them off.
import { useEffect, useRef } from 'react';

export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

const OFF_KEY = 'steward.keys.off';

export function keysAreOff(): boolean {
  try {
    return localStorage.getItem(OFF_KEY) === '1';
  } catch {
    return false;
  }
}

export function switchKeys(on: boolean): void {
  if (on) localStorage.removeItem(OFF_KEY);
  else localStorage.setItem(OFF_KEY, '1');
}

/** Whether the event belongs to a field, a menu or a dialog rather than to the page. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  return target.closest('input, textarea, select, dialog, [role="dialog"], [role="menu"], [role="combobox"]') !== null;
}

/** The name a map uses: "j", "?", "Enter", "ctrl+k", "ctrl+Enter". */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): string {
  const ctrl = event.ctrlKey || event.metaKey;
  return `${ctrl ? 'ctrl+' : ''}${event.altKey ? 'alt+' : ''}${event.key}`;
}

/** Runs the handler of a key pressed anywhere on the page. */
export function useKeys(map: KeyMap, active = true): void {
  const latest = useRef(map);
  useEffect(() => {
    latest.current = map;
  });
  useEffect(() => {
    if (!active) return;
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const name = keyName(event);
      const handler = latest.current[name];
      if (!handler) return;
      const chord = name.startsWith('ctrl+');
      if (!chord && (isTyping(event.target) || keysAreOff())) return;
      // Enter on a button or a link already means something.
      if (name === 'Enter' && event.target instanceof HTMLElement && event.target.closest('button, a')) return;
      event.preventDefault();
      handler(event);
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [active]);
}
