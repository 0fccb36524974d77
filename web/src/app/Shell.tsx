// The frame of the desk: rail at the left, the page beside it.
import '@fontsource-variable/geist-mono/wght.css';
import './shell.css';
import { Outlet, useLocation } from '@tanstack/react-router';
import { useState } from 'react';
import { IconWifiOff } from '@tabler/icons-react';
import { reconnect, useLostSince } from '@/api/live';
import { Button } from '@/ui/Button';
import { clock } from '@/ui/time';
import { PHONE, SMALL, useMedia } from '@/ui/useMedia';
import desk from '@/locales/en/desk.json';
import { addTexts, t } from './i18n';
import { useKeys } from './keys';
import { KeySheet } from './KeySheet';
import { useGo } from './links';
import { Rail, TopBar } from './Rail';
import { isRecordPage, kindAt } from './records';

addTexts('desk', desk);

export function Shell() {
  const { pathname } = useLocation();
  const at = kindAt(pathname);
  const go = useGo();
  const [sheet, setSheet] = useState(false);
  useKeys({ '?': () => setSheet(true), c: () => at.create && go(at.create()) });
  const phone = useMedia(PHONE);
  const narrow = useMedia(SMALL);
  // A ticket has a column of its own beside the text.
  const small = narrow || isRecordPage(pathname);
  return (
    <div className={`app${phone ? ' phone' : small ? ' small' : ''}`}>
      <a className="skip" href="#page">
        {t('desk:skip')}
      </a>
      {phone ? <TopBar /> : <Rail small={small} onKeys={() => setSheet(true)} />}
      <div className="stage" id="page" tabIndex={-1}>
        <Offline />
        <Outlet />
      </div>
      {sheet && <KeySheet kind={at.kind} onClose={() => setSheet(false)} />}
    </div>
  );
}

function Offline() {
  const since = useLostSince();
  if (!since) return null;
  return (
    <div className="offline" role="status">
      <IconWifiOff aria-hidden />
      <span className="strong">{t('desk:offline.title', { time: clock(since.toISOString()) })}</span>
      <span>{t('desk:offline.text')}</span>
      <Button small onClick={reconnect}>
        {t('desk:offline.now')}
      </Button>
    </div>
  );
}
