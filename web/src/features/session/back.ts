/** Where to go after the sign-in: only ever a path of this site. */
export function safeBack(back: string | null | undefined, fallback: string): string {
  return back && back.startsWith('/') && !back.startsWith('//') && !back.startsWith('/\\') ? back : fallback;
}
