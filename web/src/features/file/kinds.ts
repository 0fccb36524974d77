// What a file is, in one word, from the type it was sent with.

export type FileKind = 'image' | 'text' | 'pdf' | 'sheet' | 'document' | 'archive' | 'audio' | 'video' | 'other';

/** The pictures that the server hands out as pictures; others it sends as plain bytes. */
const SHOWN_AS_PICTURE = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp']);
/** Larger ones would cost the reader more than the look is worth. */
const MOST_PREVIEWED = 5_000_000;

export function fileKind(type: string): FileKind {
  if (type.startsWith('image/')) return 'image';
  if (type.startsWith('audio/')) return 'audio';
  if (type.startsWith('video/')) return 'video';
  if (type === 'application/pdf') return 'pdf';
  if (type.includes('sheet') || type.includes('excel') || type === 'text/csv') return 'sheet';
  if (type.includes('word') || type.includes('opendocument.text') || type === 'application/rtf') return 'document';
  if (/zip|tar|7z|compressed/.test(type)) return 'archive';
  if (type.startsWith('text/') || type === 'application/json') return 'text';
  return 'other';
}

/** Whether the file is shown as a small picture. */
export function hasPreview(file: { content_type: string; size: number }): boolean {
  return SHOWN_AS_PICTURE.has(file.content_type) && file.size <= MOST_PREVIEWED;
}
