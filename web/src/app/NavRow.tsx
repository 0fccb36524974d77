import type { ComponentType, ReactNode } from 'react';
import { Link } from './links';

type Props = {
  to: string;
  label: string;
  Icon: ComponentType<{ 'aria-hidden'?: boolean }>;
  /** The icon alone. */
  small: boolean;
  current: boolean;
  onGo?: () => void;
  /** What stands at the end, such as a count. */
  children?: ReactNode;
};

/** A line of the rail. */
export function NavRow({ to, label, Icon, small, current, onGo, children }: Props) {
  return (
    <Link to={to} onClick={onGo} aria-current={current ? 'page' : undefined} aria-label={small ? label : undefined} title={small ? label : undefined}>
      <Icon aria-hidden />
      {!small && (
        <>
          <span className="cut">{label}</span>
          <span className="n">{children}</span>
        </>
      )}
    </Link>
  );
}
