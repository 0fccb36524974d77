import { addTexts } from '@/app/i18n';
import people from '@/locales/en/people.json';

addTexts('people', people);
