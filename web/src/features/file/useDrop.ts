// Files that are dragged onto a place or pasted into it.
import { useRef, useState, type ClipboardEvent, type DragEvent } from 'react';

const holdsFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');

/** Handlers for the place, and whether files hang over it. */
export function useDrop(onFiles: (files: File[]) => void, active = true) {
  const [over, setOver] = useState(false);
  // Entering a child of the place leaves its parent: only the balance says whether one is inside.
  const depth = useRef(0);
  const leave = () => {
    depth.current = 0;
    setOver(false);
  };
  const handlers = {
    onDragEnter: (event: DragEvent) => {
      if (!active || !holdsFiles(event)) return;
      depth.current += 1;
      setOver(true);
    },
    onDragOver: (event: DragEvent) => {
      if (active && holdsFiles(event)) event.preventDefault();
    },
    onDragLeave: () => {
      depth.current -= 1;
      if (depth.current <= 0) leave();
    },
    onDrop: (event: DragEvent) => {
      if (!active || !holdsFiles(event)) return;
      event.preventDefault();
      leave();
      onFiles([...event.dataTransfer.files]);
    },
    onPaste: (event: ClipboardEvent) => {
      const files = [...event.clipboardData.files];
      // Text from a table program carries a picture of itself along: then the text is meant.
      if (!active || files.length === 0 || event.clipboardData.getData('text/plain') !== '') return;
      event.preventDefault();
      onFiles(files);
    },
  };
  return { over, handlers };
}
