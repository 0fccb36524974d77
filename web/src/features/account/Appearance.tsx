import { Checkbox, NativeSelect, useMantineColorScheme, type MantineColorScheme } from '@/ui/inputs';
import { useState } from 'react';
import { browserZone, shownZone } from '@/app/format';
import { t } from '@/app/i18n';
import { keysAreOff, switchKeys } from '@/app/keys';

const SCHEMES: MantineColorScheme[] = ['auto', 'light', 'dark'];

export function Appearance({ keys = true }: { keys?: boolean }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const zone = shownZone();
  const own = browserZone();
  const [on, setOn] = useState(!keysAreOff());
  return (
    <section className="box">
      <h2>{t('account:appearance')}</h2>
      <NativeSelect label={t('account:scheme')} value={colorScheme} onChange={(event) => setColorScheme(event.currentTarget.value as MantineColorScheme)} data={SCHEMES.map((value) => ({ value, label: t(`account:${value}`) }))} />
      <p className="meta">{zone === own ? t('account:zone', { zone }) : t('account:zoneOther', { zone, own })}</p>
      {keys && (
        <Checkbox
          label={t('account:keys')}
          description={t('account:keysHint')}
          checked={on}
          onChange={(event) => {
            switchKeys(event.currentTarget.checked);
            setOn(event.currentTarget.checked);
          }}
        />
      )}
    </section>
  );
}
