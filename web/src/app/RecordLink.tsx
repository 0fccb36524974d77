import { Link } from './links';
import { pageOf, type Named } from './records';

/** The number of a record, or its name where it has none; a link where a page shows it. */
export function RecordLink({ record }: { record: Named & { name?: string | null } }) {
  const to = pageOf(record);
  const shown = record.number ?? record.name;
  return to ? <Link to={to}>{shown}</Link> : <>{shown}</>;
}
