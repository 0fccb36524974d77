import { IconUsers } from '@tabler/icons-react';
import type { FieldDef } from '@/api/types';
import { t } from '@/app/i18n';
import { Button } from '@/ui/Button';
import { ErrorBanner } from '@/ui/States';
import type { Edit } from './useEdit';
import { fieldOf, valueText } from './values';

/** What stands under a field whose change did not go through. */
export function EditTrouble({ edit, field, fields, onClose }: { edit: Edit; field: string; fields: FieldDef[]; onClose: () => void }) {
  if (edit.conflict) {
    const theirs = valueText(field, fieldOf(edit.conflict, field), fields) ?? t('common:none');
    return (
      <div className="ban w" role="alert">
        <IconUsers aria-hidden />
        <div>
          <div className="strong">{t('ticket:conflict.title')}</div>
          <p>{t('ticket:conflict.text', { value: theirs })}</p>
        </div>
        <div className="row">
          <Button small busy={edit.busy} onClick={() => void edit.insist().then((done) => done && onClose())}>
            {t('ticket:conflict.mine')}
          </Button>
          <Button small tone="ghost" onClick={onClose}>
            {t('ticket:conflict.theirs')}
          </Button>
        </div>
      </div>
    );
  }
  if (edit.error == null) return null;
  return <ErrorBanner title={t('ticket:conflict.notSaved')} error={edit.error} />;
}
