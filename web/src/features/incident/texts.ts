import '@/features/ticket/texts';
import { addTexts } from '@/app/i18n';
import incident from '@/locales/en/incident.json';

addTexts('incident', incident);
