import { ErrorBanner } from '@/ui/States';
import type { Bulk } from './useBulk';

/** What went wrong and belongs to no field. */
export function BulkErrors({ bulk, rest, many }: { bulk: Bulk; rest: unknown; many: boolean }) {
  if (!many) return rest == null ? null : <ErrorBanner error={rest} />;
  if (bulk.failures.length === 0) return null;
  return (
    <ul className="ban bulk" role="alert">
      {bulk.failures.map((one) => (
        <li key={one.number}>
          <span className="mono">{one.number}</span> {one.text}
        </li>
      ))}
    </ul>
  );
}

export function dialogTitle(title: string, numbers: string[]): string {
  return numbers.length === 1 ? `${title}: ${numbers[0]}` : `${title} (${numbers.length})`;
}
