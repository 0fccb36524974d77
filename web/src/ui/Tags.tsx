// Small signs that mean the same everywhere: state, priority, person.
import {
  IconCircleCheck,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleX,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { t, tOr } from '@/app/i18n';
import { IconHalf } from './IconHalf';
import { IconPaused } from './IconPaused';

const STATE_LOOK: Record<string, { tone: string; Icon: ComponentType<{ 'aria-hidden'?: boolean }> }> = {
  new: { tone: 'new', Icon: IconCircleDashed },
  in_progress: { tone: 'prog', Icon: IconHalf },
  on_hold: { tone: 'hold', Icon: IconPaused },
  resolved: { tone: '', Icon: IconCircleCheck },
  closed: { tone: 'dim', Icon: IconCircleCheckFilled },
  canceled: { tone: 'dim', Icon: IconCircleX },
};

export function stateName(state: string, reason?: string | null): string {
  const name = tOr(`common:state.${state}`, state);
  return state === 'on_hold' && reason ? t('common:state.holdFor', { reason: holdName(reason) }) : name;
}

export function holdName(reason: string): string {
  return tOr(`common:hold.${reason}`, reason);
}

export function StateTag({ state, reason }: { state: string; reason?: string | null }) {
  const { tone, Icon } = STATE_LOOK[state] ?? { tone: '', Icon: IconCircleDashed };
  return (
    <span className={`st ${tone}`}>
      <Icon aria-hidden />
      {stateName(state, reason)}
    </span>
  );
}

export function PriorityTag({ priority }: { priority: number }) {
  return (
    <span className={`p p${priority}`}>
      P{priority}
      <span className="vh"> {tOr(`common:priority.${priority}`, '')}</span>
    </span>
  );
}

/** Two letters for a name: first and last word. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = words[0] ?? '?';
  const last = words.length > 1 ? (words.at(-1) ?? '') : '';
  return ((Array.from(first)[0] ?? '?') + (Array.from(last)[0] ?? '')).toUpperCase();
}

export function Avatar({ name, me, large }: { name: string; me?: boolean; large?: boolean }) {
  return (
    <span className={`av${me ? ' me' : ''}${large ? ' l' : ''}`} aria-hidden>
      {initials(name)}
    </span>
  );
}
