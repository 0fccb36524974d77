import { useAttachments } from '@/api/incidents';
import type { Incident } from '@/api/types';
import { t } from '@/app/i18n';
import { FileChip } from './Message';

export function Files({ incident }: { incident: Incident }) {
  const { data } = useAttachments(incident.number);
  const files = data?.items ?? [];
  if (files.length === 0) return null;
  return (
    <section className="sec">
      <h2>{t('incident:files.title', { count: files.length })}</h2>
      <div className="files">
        {files.map((file) => (
          <FileChip key={file.id} file={file} />
        ))}
      </div>
    </section>
  );
}
