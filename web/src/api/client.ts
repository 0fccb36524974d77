// One client for all pages: typed paths, CSRF header, problems as errors.
import createClient from 'openapi-fetch';
import type { paths } from './schema';
import type { FieldError, Problem } from './types';

/** A refusal or failure as the server words it. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.status = problem.status;
    this.problem = problem;
  }

  /** The errors that belong to no field on screen are for the head of the form. */
  get fields(): FieldError[] {
    return this.problem.errors ?? [];
  }
}

let csrfToken: string | null = null;
let onSignedOut: () => void = () => {};

/** The token of the session; every unsafe call carries it. */
export function setCsrfToken(token: string | null | undefined): void {
  csrfToken = token ?? null;
}

/** The token, for a call that does not go through this client. */
export const csrf = (): string | null => csrfToken;

/** Tells that the server no longer knows the session. */
export const signedOut = (): void => onSignedOut();

/** Called when the server no longer knows the session. */
export function whenSignedOut(run: () => void): void {
  onSignedOut = run;
}

export const api = createClient<paths>({ baseUrl: '', credentials: 'same-origin' });

api.use({
  onRequest({ request }) {
    const safe = request.method === 'GET' || request.method === 'HEAD';
    if (!safe && csrfToken) request.headers.set('X-CSRF-Token', csrfToken);
    return request;
  },
});

type Answer<T> = { data?: T; error?: unknown; response: Response };

function toProblem(error: unknown, response: Response): Problem {
  const found = error && typeof error === 'object' && 'title' in error ? (error as Problem) : null;
  return found ?? { title: response.statusText || 'Error', status: response.status };
}

/** Gives the body of a good answer, throws `ApiError` otherwise. */
export async function ok<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call.catch((cause: unknown) => {
    throw new ApiError({ title: 'offline', status: 0, detail: String(cause) });
  });
  if (response.ok) return data as T;
  if (response.status === 401) onSignedOut();
  throw new ApiError(toProblem(error, response));
}

/** The headers of a conditional write. */
export function ifMatch(version: number): { 'If-Match': string } {
  return { 'If-Match': `"${version}"` };
}
