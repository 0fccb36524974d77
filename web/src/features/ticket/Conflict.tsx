import { IconUsers } from '@tabler/icons-react';
import { useFields } from '@/api/incidents';
import type { Incident } from '@/api/types';
import { t } from '@/app/i18n';
import { Button } from '@/ui/Button';
import { ErrorBanner } from '@/ui/States';
import type { Edit } from './useEdit';
import { valueText } from './values';

/** What stands under a field whose change did not go through. */
export function EditTrouble({ edit, field, onClose }: { edit: Edit; field: string; onClose: () => void }) {
  const fields = useFields();
  if (edit.conflict) {
    const theirs = valueText(field, edit.conflict[field as keyof Incident], fields) ?? t('common:none');
    return (
      <div className="ban w" role="alert">
        <IconUsers aria-hidden />
        <div>
          <div className="strong">{t('incident:conflict.title')}</div>
          <p>{t('incident:conflict.text', { value: theirs })}</p>
        </div>
        <div className="row">
          <Button small busy={edit.busy} onClick={() => void edit.insist().then((done) => done && onClose())}>
            {t('incident:conflict.mine')}
          </Button>
          <Button small tone="ghost" onClick={onClose}>
            {t('incident:conflict.theirs')}
          </Button>
        </div>
      </div>
    );
  }
  if (edit.error == null) return null;
  return <ErrorBanner title={t('incident:conflict.notSaved')} error={edit.error} />;
}
