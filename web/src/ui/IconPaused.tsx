/** The pause in a circle, in the style of the other icons (their set has it only filled). */
export function IconPaused(props: { 'aria-hidden'?: boolean }) {
  return (
    <svg {...props} className="tabler-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeLinecap="round" strokeLinejoin="round">
      <circle cx="12" cy="12" r="9" />
      <path d="M10 9v6M14 9v6" />
    </svg>
  );
}
