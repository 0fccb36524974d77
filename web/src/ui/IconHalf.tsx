/** Half done: filled, since a hatch means that a clock stands still (their set has it only hatched). */
export function IconHalf(props: { 'aria-hidden'?: boolean }) {
  return (
    <svg {...props} className="tabler-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor">
      <circle cx="12" cy="12" r="9" />
      <path d="M12 6.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" stroke="none" />
    </svg>
  );
}
