// Sends a file and says how far it is. `fetch` cannot tell the progress of a body, so this is the older way.
import { ApiError, csrf, signedOut } from './client';
import type { Problem } from './types';

export type Progress = (part: number) => void;

/** Gives the body of a good answer, throws `ApiError` otherwise; `part` goes from 0 to 1. */
export function upload<T>(url: string, form: FormData, onProgress?: Progress, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const lost = () => reject(new ApiError({ title: 'offline', status: 0 }));
    request.open('POST', url);
    request.responseType = 'json';
    const token = csrf();
    if (token) request.setRequestHeader('X-CSRF-Token', token);
    request.upload.addEventListener('progress', (event) => event.lengthComputable && onProgress?.(event.loaded / event.total));
    request.addEventListener('load', () => {
      if (request.status >= 200 && request.status < 300) {
        resolve(request.response as T);
        return;
      }
      if (request.status === 401) signedOut();
      const body = request.response as Problem | null;
      reject(new ApiError(body && typeof body === 'object' && 'title' in body ? body : { title: request.statusText || 'Error', status: request.status }));
    });
    request.addEventListener('error', lost);
    request.addEventListener('abort', lost);
    signal?.addEventListener('abort', () => request.abort());
    request.send(form);
  });
}
