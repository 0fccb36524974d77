import { addTexts } from '@/app/i18n';
import people from '@/locales/en/people.json';
import permission from '@/locales/en/permission.json';

addTexts('people', people);
addTexts('permission', permission);
