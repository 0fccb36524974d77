import { addTexts } from '@/app/i18n';
import file from '@/locales/en/file.json';

addTexts('file', file);
