// A story opens at its newest entry, where the composer is, and follows what comes while one reads there.
import { useLayoutEffect, useRef } from 'react';

const NEAR_PX = 80;

const toEnd = (element: HTMLElement) => {
  element.scrollTop = element.scrollHeight;
};

/** Props for the element that scrolls; `key` changes with the record, `length` with its story. */
export function useTail(key: string, length: number) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const shown = useRef('');
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || length === 0) return;
    if (shown.current !== key) atEnd.current = true;
    if (atEnd.current) toEnd(element);
    shown.current = key;
  }, [key, length]);
  return {
    ref: box,
    onScroll: () => {
      const element = box.current;
      if (element) atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    },
    // A picture that arrives makes the story longer without an entry more.
    onLoadCapture: () => {
      if (box.current && atEnd.current) toEnd(box.current);
    },
  };
}
