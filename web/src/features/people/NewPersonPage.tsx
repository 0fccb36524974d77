import './texts';
import '@/ui/page.css';
import { people, useReload } from '@/api/people';
import type { NewPerson, Person } from '@/api/types';
import { t } from '@/app/i18n';
import { useGo } from '@/app/links';
import { paths } from '@/app/paths';
import { toast } from '@/ui/Toast';
import { useMayNot } from '@/features/permission/useMayNot';
import { PersonForm } from './PersonForm';

export function NewPersonPage() {
  const go = useGo();
  const reload = useReload();
  const mayNot = useMayNot('person.create');
  return (
    <main className="pane page">
      <div className="bar">
        <h1>{t('people:new')}</h1>
      </div>
      <div className="page-in">
        <PersonForm
          off={mayNot}
          onSave={(body) => people.create(body as NewPerson)}
          onDone={(made) => {
            const person = made as Person;
            reload();
            toast(t('people:created', { name: person.name }));
            go(paths.person(person.login));
          }}
        />
      </div>
    </main>
  );
}
